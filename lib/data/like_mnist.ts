/**
 * Data sets in MNIST's format, with the same number of pixels and classes, and published checksums.
 * EMNIST is not included, as it is published as one archive of several data sets.
 */
import type { IdxSource } from "./idx_source.ts";
import { MNIST } from "./mnist.ts";

/** Ten kinds of clothing; the MD5 sums are those of https://github.com/zalandoresearch/fashion-mnist. */
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

/** Ten cursive Japanese characters; see https://github.com/rois-codh/kmnist, the MD5 sums are torchvision's. */
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
 * MNIST reconstructed from its sources, with all 60,000 test digits; see
 * https://github.com/facebookresearch/qmnist, the MD5 sums are torchvision's.
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
