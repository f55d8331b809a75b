/** Fashion-MNIST: ten kinds of clothing in MNIST's format (https://github.com/zalandoresearch/fashion-mnist). */
import type { IdxSource } from "./idx_source.ts";
import { MNIST } from "./mnist.ts";

/** Its four files, by the MD5 sums that are published with them. */
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
