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
  /** How to open the data set again; set by `openDataset`. */
  source?: DatasetSource;
}

/** The options with which `openDataset` opens the same rows again. */
export interface DatasetSource {
  /** A name such as `mnist`, or the absolute path of a folder or file. */
  dataset: string;
  /** Absolute path of the folder with a named data set's files, if one was given. */
  dataDir?: string;
  /** The label's column in a CSV file: its name in the header, `first` or `last`. */
  label?: string;
  /** Width of a CSV file's images in pixels. */
  width?: number;
  /** Absolute path of a second CSV file, with the test rows. */
  test?: string;
  /**
   * Whether rows and columns of each image are swapped.
   * @default true if the file names are EMNIST's, whose images are stored transposed
   */
  transpose?: boolean;
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
