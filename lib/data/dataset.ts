/**
 * Defines a data set: images as bytes, their labels and their shape. Rows are never copied: a split
 * consists of row numbers.
 */

/** A labeled set of gray images, in the order of the original files. */
export interface Dataset {
  /** `mnist`, `synthetic`, `fashion`, or the path of a file or folder. */
  name: string;
  /** Width of an image in pixels. */
  width: number;
  /** Height of an image in pixels. */
  height: number;
  /** Number of classes; labels are 0 to classes - 1. */
  classes: number;
  /** The names of the classes, unless they are the digits. */
  classNames?: readonly string[];
  /** Shape (rows, height * width), row-major; 0 is background, 255 full ink. */
  images: Uint8Array<ArrayBuffer>;
  /** Shape (rows). */
  labels: Uint8Array<ArrayBuffer>;
  /** Number of training rows in the published split; they come first. */
  trainRows: number;
  /**
   * Whether the data set was published with a split into training and test rows. If not,
   * `splitDataset` always draws the training rows.
   * @default true
   */
  publishedSplit?: boolean;
  /**
   * Number of validation rows in the published split: the last of the training rows.
   * @default 0
   */
  validationRows?: number;
  /**
   * Number of rows that the user added: the first of the training rows, which are never held out.
   * @default 0
   */
  addedRows?: number;
  /**
   * Whether the user named the test rows, by a file, a folder or a column. Tasks then use them
   * unless another split is chosen.
   * @default false
   */
  hasNamedTest?: boolean;
  /** How the source's pixels became bytes; set by `openDataset`. */
  pixels?: PixelRecord;
  /** How to open the data set again; set by `openDataset`. */
  source?: DatasetSource;
}

/**
 * What the pixels of a source look like, and how they became bytes. It is recorded with a net, which
 * expects the pixels of other data to look the same.
 */
export interface PixelRecord {
  /** The source's smallest pixel. */
  smallest: number;
  /** The source's largest pixel. */
  largest: number;
  /** The source's value that became the byte 0, before any inversion. */
  black: number;
  /** The source's value that became the byte 255, before any inversion. */
  white: number;
  /** Whether each byte was then replaced by 255 minus the byte. */
  inverted: boolean;
  /**
   * The share of the images, as the net sees them, whose border is mostly bright: 0 for MNIST, 1 for
   * black ink on white paper.
   */
  brightBackground: number;
}

/** The options with which `openDataset` opens the same rows again. */
export interface DatasetSource {
  /** A name such as `mnist`, or the absolute path of a folder or file. */
  dataset: string;
  /** Absolute path of the folder with a named data set's files, if one was given. */
  dataDir?: string;
  /**
   * The label's column in a CSV file: its name in the header, `first` or `last`.
   * @default the column named label, labels, class, target, y or digit; if there is none, the first
   * or the last column, if only one of them can hold labels
   */
  label?: string;
  /**
   * Width of a CSV file's images in pixels.
   * @default the width that makes the images square
   */
  width?: number;
  /** Absolute path of a second CSV file, with the test rows. */
  test?: string;
  /**
   * Whether rows and columns of each image are swapped.
   * @default true if the file names are EMNIST's, whose images are stored transposed
   */
  transpose?: boolean;
  /**
   * Whether the digit in each picture of a folder is found, as in photographs.
   * @default false
   */
  asPhoto?: boolean;
  /**
   * Whether dark and bright are exchanged, for black ink on white paper.
   * @default false
   */
  invert?: boolean;
  /**
   * The source's value of full ink.
   * @default depends on the largest pixel; 255 if that is at least 128
   */
  maxPixel?: number;
  /** Absolute path of a folder with pictures by class, added to the training rows. */
  add?: string;
}

/** How to tell the user what was assumed. */
export interface NoticeOptions {
  /** Called with a message for the user about each assumption made. */
  onNotice?: (line: string) => void;
}

/** Row numbers of a Dataset by their use, each in ascending order. */
export interface Split {
  /** Rows to train on. */
  train: Uint32Array;
  /** Training rows held out for selecting options; empty unless requested. */
  validation: Uint32Array;
  /** Rows never trained on. */
  test: Uint32Array;
}

/**
 * How the bytes of an image are scaled to become the net's inputs.
 * - `l2`: divided by the L2 norm of the image's bytes, as in the notebook
 * - `unit`: divided by 255
 */
export type PixelScale = "l2" | "unit";

/** The path that stands for the standard input, which Deno does not open by its path. */
export const STDIN = "/dev/stdin";

/** Returns the image of a row, as a view: shape (height, width). */
export function imageOf({ images, width, height }: Dataset, row: number): Uint8Array {
  return images.subarray(row * width * height, (row + 1) * width * height);
}

/** Copies the images of rows, one after the other: shape (rows, height * width). */
export function imagesOf(data: Dataset, rows: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const size = data.width * data.height;
  const images = new Uint8Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) images.set(imageOf(data, rows[i]), i * size);
  return images;
}
