/** Data sets that OpenML publishes as one ARFF file, such as the notebook's MNIST. */
import { lines } from "../files/lines.ts";
import { arffRecords } from "./arff.ts";
import { readTable } from "./csv.ts";
import { download } from "./download.ts";
import { DataError } from "./errors.ts";
import { type Checksums, encodeIdxFiles, type IdxFileName } from "./idx_dataset.ts";
import { type IdxSource, verifyChecksum } from "./idx_source.ts";
import { MNIST } from "./published.ts";
import { createHash } from "../files/node.ts";

/** A published ARFF file, and the checksums of the four IDX files with the same rows. */
export interface ArffFile {
  name: string;
  /** The file's name on the mirrors. */
  file: string;
  /** URLs of the folders that hold the file. */
  mirrors: readonly string[];
  /** The MD5 of the ARFF file, in hexadecimal. */
  md5: string;
  width: number;
  height: number;
  classes: number;
  /** Number of training rows; they come first. */
  trainRows: number;
  testRows: number;
  /** The checksums of the four IDX files. */
  checksums: Checksums;
}

/** Data set 554. Its rows are MNIST's: the converted files have MNIST's checksums. */
export const MNIST_784: ArffFile = {
  name: "openml",
  file: "mnist_784.arff",
  mirrors: ["https://www.openml.org/data/v1/download/52667/"],
  md5: "0298d579eb1b86163de7723944c7e495",
  width: 28,
  height: 28,
  classes: 10,
  trainRows: 60_000,
  testRows: 10_000,
  checksums: MNIST.checksums,
};

const MAX_BYTES = 256 * 2 ** 20;
/** Maximum characters in a line; a line of 784 pixels has at most 3,138. */
const MAX_LINE = 2 ** 20;

/** Returns a data set that is published as an ARFF file, and stored as IDX files. */
export function arffSource(file: ArffFile): IdxSource {
  const { name, classes, checksums, mirrors } = file;
  return {
    name,
    classes,
    checksums,
    mirrors,
    convert: (mirrors, options) =>
      download(
        { name: file.file, mirrors, maxBytes: MAX_BYTES },
        (body) => convert(body, file),
        options,
      ),
  };
}

/** The notebook's own source of MNIST. */
export const OPENML: IdxSource = arffSource(MNIST_784);

/** Converts an ARFF file to four IDX files. */
async function convert(
  body: AsyncIterable<Uint8Array>,
  { name, md5, width, height, trainRows, testRows, checksums }: ArffFile,
): Promise<Map<IdxFileName, Uint8Array>> {
  const hash = createHash("md5");
  const text = ReadableStream.from(hashed(body, hash)).pipeThrough(
    new TextDecoderStream() as TransformStream<Uint8Array, string>,
  );
  const records = arffRecords(lines(text, MAX_LINE));
  const table = await readTable(name, { label: "class" }, undefined, records);
  const { pixels, labels: texts } = table.part();
  const found = hash.digest("hex");
  if (found !== md5) throw new DataError(`its md5 must be ${md5}: current value is ${found}`);
  const labels = Uint8Array.from(texts, Number);
  const images = Uint8Array.from(pixels);
  const rows = trainRows + testRows;
  if (labels.length !== rows || images.length !== rows * width * height) {
    throw new DataError(
      `it must have ${rows} rows of ${width * height} pixels: it has ${labels.length} of ` +
        `${table.pixelCount}`,
    );
  }
  const files = encodeIdxFiles({ images, labels, trainRows, width, height });
  for (const [name, file] of files) verifyChecksum(file, name, checksums);
  return files;
}

async function* hashed(
  body: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    hash.update(piece);
    yield piece;
  }
}
