/**
 * The data set as the rest of the program sees it: bytes, labels and a shape.
 * Rows are never copied; a split consists of row numbers into one Dataset.
 */

/** A labeled set of gray images, in the order of its original files. */
export interface Dataset {
  /** `mnist`, `synthetic`, `fashion`, or the path of a file or folder. */
  name: string;
  /** Width of an image in pixels. */
  width: number;
  /** Height of an image in pixels. */
  height: number;
  /** Number of classes; labels are 0 to classes - 1. */
  classes: number;
  /** The names of the classes, if they are not the digits themselves. */
  classNames?: readonly string[];
  /** Shape (rows, height * width), row-major; 0 is background, 255 full ink. */
  images: Uint8Array<ArrayBuffer>;
  /** Shape (rows). */
  labels: Uint8Array<ArrayBuffer>;
  /** Number of training rows as published; they come first. */
  trainRows: number;
  /**
   * Whether the data set was published with a split into training and test rows. If not,
   * `splitDataset` always draws one.
   * @default true
   */
  publishedSplit?: boolean;
  /** How to open it again; set by `openDataset`. */
  source?: DatasetSource;
}

/** The arguments with which `openDataset` opens the same rows again. */
export interface DatasetSource {
  /** A known name, or the absolute path of a folder or file. */
  dataset: string;
  /** Absolute path of the folder with the files of a known data set, if one was given. */
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

/** How a row of bytes is scaled to become the net's input: divided by its L2 norm, or by 255. */
export type PixelScale = "l2" | "unit";
