/**
 * What the rest of the program knows of a data set: bytes, labels, a shape.
 * Rows are never copied; a split is lists of row numbers into one Dataset.
 */

/** A labeled set of gray images, in the order of its original files. */
export interface Dataset {
  /** `mnist`, `synthetic`, `fashion`, or the path of a file or folder. */
  name: string;
  /** Pixels in a row of an image, and rows of pixels in an image. */
  width: number;
  /** See `width`. */
  height: number;
  /** How many different labels there are; labels are 0 to classes - 1. */
  classes: number;
  /** What the labels stand for, where that is not the digits themselves. */
  classNames?: readonly string[];
  /** Shape (rows, height * width), row-major; 0 is background, 255 full ink. */
  images: Uint8Array<ArrayBuffer>;
  /** Shape (rows). */
  labels: Uint8Array<ArrayBuffer>;
  /** The first so many rows are what the data set calls its training rows. */
  trainRows: number;
  /**
   * Whether somebody published which rows train and which test, so that `splitDataset` can take
   * those; if not, it draws them.
   * @default true
   */
  publishedSplit?: boolean;
  /** How to open it again, if it was opened by `openDataset`. */
  source?: DatasetSource;
}

/** What `openDataset` must be told to open the same rows again. */
export interface DatasetSource {
  /** A known name, or the absolute path of a folder or file. */
  dataset: string;
  /** Absolute path of the folder that holds the files of a known name, if one was given. */
  dataDir?: string;
  /** Column of the labels in a CSV file: its name in the header, `first` or `last`. */
  label?: string;
  /** Pixels in a row of a CSV file's images. */
  width?: number;
  /** Absolute path of a second CSV file, with the test rows. */
  test?: string;
  /**
   * Whether rows and columns of each image are swapped.
   * @default whether the file names say that it is EMNIST, whose images lie on their side
   */
  transpose?: boolean;
}

/** Row numbers of a Dataset, by what they are used for; each ascending. */
export interface Split {
  /** Trained on. */
  train: Uint32Array;
  /** Held out of the training rows, to choose options by; empty unless asked for. */
  validation: Uint32Array;
  /** Never trained on. */
  test: Uint32Array;
}

/** How a row of bytes becomes the net's input: divided by its L2 norm, or by 255. */
export type PixelScale = "l2" | "unit";
