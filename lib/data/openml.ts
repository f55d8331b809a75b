/** Data sets that OpenML publishes as one ARFF file, such as the notebook's MNIST. */
import { lines } from "../files/lines.ts";
import { arffRecords } from "./arff.ts";
import { readTable } from "./csv.ts";
import type { Dataset } from "./dataset.ts";
import { download } from "./download.ts";
import { encodeIdxFiles, type IdxFileName } from "./idx_dataset.ts";
import { type IdxSource, verifyChecksum } from "./idx_source.ts";
import { MNIST } from "./published.ts";

/** The ARFF file of a data set whose four IDX files are known by their checksums. */
export interface ArffFile extends Pick<Dataset, "width" | "height" | "trainRows"> {
  /** The file's name on the mirrors. */
  file: string;
  /** The data set; its mirrors hold the ARFF file. */
  source: Omit<IdxSource, "convert">;
}

/** Data set 554. Its rows are MNIST's, in MNIST's order: the converted files have its checksums. */
export const MNIST_784: ArffFile = {
  file: "mnist_784.arff",
  width: 28,
  height: 28,
  trainRows: 60_000,
  source: {
    name: "openml",
    classes: MNIST.classes,
    checksums: MNIST.checksums,
    mirrors: ["https://www.openml.org/data/v1/download/52667/"],
  },
};

const MAX_BYTES = 256 * 2 ** 20;
/** Maximum characters in a line; a line of 784 pixels has at most 3,138. */
const MAX_LINE = 2 ** 20;

/** Returns a data set that is published as an ARFF file, and stored as IDX files. */
export function arffSource(arff: ArffFile): IdxSource {
  return {
    ...arff.source,
    convert: (mirrors, options) =>
      download(
        { name: arff.file, mirrors, maxBytes: MAX_BYTES },
        (body) => convert(body, arff),
        options,
      ),
  };
}

/** The notebook's own source of MNIST. */
export const OPENML: IdxSource = arffSource(MNIST_784);

/** Converts an ARFF file to four IDX files; their checksums show whether it was the right one. */
async function convert(
  body: AsyncIterable<Uint8Array>,
  { source: { name, checksums }, width, height, trainRows }: ArffFile,
): Promise<Map<IdxFileName, Uint8Array>> {
  const text = ReadableStream.from(body).pipeThrough(
    new TextDecoderStream() as TransformStream<Uint8Array, string>,
  );
  const records = arffRecords(lines(text, MAX_LINE));
  const { pixels, labels } = (await readTable(name, { label: "class" }, undefined, records)).part();
  const files = encodeIdxFiles({
    images: Uint8Array.from(pixels),
    labels: Uint8Array.from(labels as string[], Number),
    trainRows,
    width,
    height,
  });
  for (const [name, file] of files) verifyChecksum(file, name, checksums);
  return files;
}
