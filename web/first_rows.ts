/** Collects the first rows of MNIST while the rest is on its way, so that slow networks can begin. */
import type { Dataset } from "../lib/data/dataset.ts";
import { IDX_FILE_NAMES, type IdxFileName, kindOfName } from "../lib/data/idx_dataset.ts";
import { gunzipStream, isGzip } from "../lib/files/gzip.ts";

const SIDE = 28;
/** Lengths of the headers of IDX files of images and of labels. */
const [IMAGES_HEADER, LABELS_HEADER] = [16, 8];

/** The rows to wait for. */
export interface FirstRows {
  /** Number of training rows. */
  trainRows: number;
  /** Number of test rows: all of them. */
  testRows: number;
}

/** Decompresses files as they arrive, and reports a data set as soon as it has enough rows. */
export class FirstRowsCollector {
  readonly #rows: FirstRows;
  readonly #ready: (data: Dataset) => void;
  readonly #collected = new Map<IdxFileName, Uint8Array>();
  #isDone = false;

  /**
   * @param rows The rows to wait for
   * @param ready Called once with the data set, unless a file is invalid
   */
  constructor(rows: FirstRows, ready: (data: Dataset) => void) {
    this.#rows = rows;
    this.#ready = ready;
  }

  /** Stops collecting. */
  stop(): void {
    this.#isDone = true;
  }

  /** Begins a file, perhaps again. Returns a function for its pieces. */
  begin(name: IdxFileName): (piece: Uint8Array<ArrayBuffer>) => void {
    const isTest = name.startsWith("t10k");
    const rows = isTest ? this.#rows.testRows : this.#rows.trainRows;
    const needed = kindOfName(name) === "images"
      ? IMAGES_HEADER + rows * SIDE * SIDE
      : LABELS_HEADER + rows;
    const plain = new Uint8Array(needed);
    let length = 0;
    const collect = (bytes: Uint8Array) => {
      const missing = bytes.subarray(0, needed - length);
      plain.set(missing, length);
      length += missing.length;
      if (length === needed && !this.#collected.has(name)) {
        this.#collected.set(name, plain);
        this.#finish();
      }
    };
    let unzip: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
    let isFirst = true;
    return (piece) => {
      if (this.#isDone || length === needed) return;
      if (isFirst && isGzip(piece)) unzip = gunzipInto(collect);
      isFirst = false;
      if (unzip) unzip.write(piece).catch(() => {});
      else collect(piece);
    };
  }

  #finish(): void {
    if (this.#isDone || IDX_FILE_NAMES.some((name) => !this.#collected.has(name))) return;
    this.#isDone = true;
    const { trainRows, testRows } = this.#rows;
    const join = (kind: "images-idx3" | "labels-idx1", header: number) => {
      const parts = ["train", "t10k"].map((part) =>
        this.#collected.get(`${part}-${kind}-ubyte` as IdxFileName)!.subarray(header)
      );
      const joined = new Uint8Array(parts[0].length + parts[1].length);
      joined.set(parts[0]);
      joined.set(parts[1], parts[0].length);
      return joined;
    };
    const labels = join("labels-idx1", LABELS_HEADER);
    // The checksums need whole files. Until then at least the labels must be digits.
    if (labels.some((label) => label > 9)) return;
    this.#ready({
      name: "mnist",
      width: SIDE,
      height: SIDE,
      classes: 10,
      images: join("images-idx3", IMAGES_HEADER),
      labels: labels.subarray(0, trainRows + testRows),
      trainRows,
    });
  }
}

/** Returns the writer of a decompressor, whose output goes to a function. */
function gunzipInto(
  collect: (bytes: Uint8Array) => void,
): WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  gunzipStream(readable, Infinity).pipeTo(new WritableStream({ write: collect }))
    .catch(() => {}); // the download itself reports what is wrong with the file
  return writable.getWriter();
}
