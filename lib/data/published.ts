/**
 * Data sets that are published as four IDX files of MNIST's shape: their checksums and mirrors.
 * EMNIST is not included, as it is published as one archive of several data sets.
 */
import type { IdxSource } from "./idx_source.ts";

/** MNIST; see http://yann.lecun.com/exdb/mnist/. The SHA-256 sums are those of the decompressed files. */
export const MNIST: IdxSource = {
  name: "mnist",
  classes: 10,
  checksums: {
    kind: "sha256",
    files: {
      "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
  },
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ],
};

/**
 * Fashion-MNIST: ten kinds of clothing. The MD5 sums are those of
 * https://github.com/zalandoresearch/fashion-mnist.
 */
export const FASHION: IdxSource = {
  name: "fashion",
  classes: 10,
  classNames: [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
  ],
  checksums: {
    kind: "md5-of-gz",
    files: {
      "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
      "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
      "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
      "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
    },
    others: Object.values(MNIST.checksums.files),
  },
  mirrors: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
};

/**
 * Kuzushiji-MNIST: ten cursive Japanese characters; see https://github.com/rois-codh/kmnist. The MD5
 * sums are torchvision's.
 */
export const KMNIST: IdxSource = {
  name: "kmnist",
  classes: 10,
  classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
  checksums: {
    kind: "md5-of-gz",
    files: {
      "train-images-idx3-ubyte": "bdb82020997e1d708af4cf47b453dcf7",
      "train-labels-idx1-ubyte": "e144d726b3acfaa3e44228e80efcd344",
      "t10k-images-idx3-ubyte": "5c965bf0a639b31b8f53240b1b52f4d7",
      "t10k-labels-idx1-ubyte": "7320c461ea6c1c855c0b718fb2a4b134",
    },
    others: Object.values(MNIST.checksums.files),
  },
  mirrors: ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
};

/**
 * QMNIST: MNIST reconstructed from its sources, with all 60,000 test digits; see
 * https://github.com/facebookresearch/qmnist. The MD5 sums are torchvision's.
 */
export const QMNIST: IdxSource = {
  name: "qmnist",
  classes: 10,
  checksums: {
    kind: "md5-of-gz",
    files: {
      "train-images-idx3-ubyte": "ed72d4157d28c017586c42bc6afe6370",
      "train-labels-idx1-ubyte": "0058f8dd561b90ffdd0f734c6a30e5e4",
      "t10k-images-idx3-ubyte": "1394631089c404de565df7b7aeaf9412",
      "t10k-labels-idx1-ubyte": "5b5b05890a5e13444e108efe57b788aa",
    },
    others: Object.values(MNIST.checksums.files),
  },
  remoteNames: {
    "train-images-idx3-ubyte": "qmnist-train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte": "qmnist-train-labels-idx2-int.gz",
    "t10k-images-idx3-ubyte": "qmnist-test-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte": "qmnist-test-labels-idx2-int.gz",
  },
  mirrors: ["https://raw.githubusercontent.com/facebookresearch/qmnist/master/"],
};
