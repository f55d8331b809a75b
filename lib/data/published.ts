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
 * Fashion-MNIST: ten kinds of clothing. The SHA-256 sums are of the files packed in the `.gz` files whose MD5 sums
 * https://github.com/zalandoresearch/fashion-mnist lists. They also fit files that were unpacked or
 * packed again, such as those of Debian's package dataset-fashion-mnist.
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
    kind: "sha256",
    files: {
      "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
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
