/** Turns pictures into the pixels of a net: as photographs of writing, or as they are. */
import type { Picture } from "./decode.ts";
import { imageToDigit } from "./image_to_digit.ts";
import { DIGIT_SIDE } from "./ink_to_digit.ts";
import { pictureToRow } from "./picture_to_row.ts";

/**
 * How a picture becomes pixels: `photo` finds the digit and renders it like MNIST's, `as-is` only
 * makes the picture gray and scales it to the net's size.
 */
export type PictureWay = "photo" | "as-is";

/** What is said about pictures; by default, the net decides. */
export interface PictureOptions {
  /** How pictures become pixels. */
  way?: PictureWay;
  /** Width of the net's images. */
  width?: number;
  /** Whether dark and bright are exchanged, if pictures are taken as they are. */
  invert?: boolean;
}

/** What a net's file says about the images that it was trained on. */
export interface PictureNet {
  architecture: { inputs: number };
  run?: {
    dataset: string;
    data?: {
      width?: number;
      classNames?: readonly string[];
      pixels?: { inverted: boolean; brightBackground: number };
    };
  };
}

/** Reads pictures in one way. */
export interface PictureReader {
  way: PictureWay;
  /** The size of the net's images. */
  width: number;
  height: number;
  /** What is done with pictures, in one line for the user. */
  description: string;
  /** Returns a picture's pixels, shape (height * width): 0 is background, 255 full ink. */
  read(picture: Picture): Uint8Array<ArrayBuffer>;
}

/** Data sets that are not digits, for files of early versions that record only the name. */
const NOT_DIGITS = ["fashion", "kmnist"];

/**
 * Decides how pictures become the pixels of a net. A net of digits with 28 x 28 pixels sees pictures
 * as photographs, except those that are like MNIST's images already. For any other net, pictures are
 * taken as they are.
 *
 * @param options What is said about the pictures
 * @throws {RangeError} If the size of the net's images is not known, or photographs do not fit it
 */
export function pictureReader(
  { architecture: { inputs }, run }: PictureNet,
  { way: given, width = run?.data?.width ?? Math.sqrt(inputs), invert = false }: PictureOptions,
): PictureReader {
  const height = inputs / width;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1) {
    throw new RangeError(
      `Cannot read pictures as the width of the net's images must divide its ${inputs} pixels: ` +
        `current value is ${width}; give their width`,
    );
  }
  const isDigitSize = width === DIGIT_SIDE && height === DIGIT_SIDE;
  const isOther = run?.data?.classNames !== undefined || NOT_DIGITS.includes(run?.dataset ?? "");
  const way = given ?? (isDigitSize && !isOther ? "photo" : "as-is");
  if (way === "photo" && !isDigitSize) {
    throw new RangeError(
      `Cannot read photographs as the net's images must be ${DIGIT_SIDE} x ${DIGIT_SIDE} pixels: ` +
        `current value is ${width} x ${height}`,
    );
  }
  const size = `${width} x ${height}`;
  const inverts = invert || run?.data?.pixels?.inverted === true;
  if (way === "photo") {
    // Photographs become bright ink on black; the net may know dark ink on white.
    const isBright = (run?.data?.pixels?.brightBackground ?? 0) > 0.5;
    const readInk = (picture: Picture) => {
      const isRight = picture.width === width && picture.height === height;
      const row = isRight && given === undefined ? pictureToRow(picture, width, height) : undefined;
      if (row && isLikeMnist(row)) return row;
      return imageToDigit(picture.pixels, picture.width, picture.height);
    };
    return {
      way,
      width,
      height,
      description: "pictures are read as photographs: the digit is found, scaled and centered" +
        (isBright ? "; it becomes dark on white, as in the net's data" : ""),
      read: (picture) => isBright ? readInk(picture).map((pixel) => 255 - pixel) : readInk(picture),
    };
  }
  return {
    way,
    width,
    height,
    description:
      `pictures of ${size} pixels are taken as they are, others are scaled to that size` +
      (inverts ? "; dark and bright are exchanged" : ""),
    read(picture) {
      const row = pictureToRow(picture, width, height);
      return inverts ? row.map((pixel) => 255 - pixel) : row;
    },
  };
}

/** The gray up to which a border is black. */
const BLACK = 32;

/** Whether a picture is like MNIST's: on black, with its center of mass in the middle. */
function isLikeMnist(row: Uint8Array): boolean {
  let [mass, massX, massY] = [0, 0, 0];
  for (const [i, value] of row.entries()) {
    const [x, y] = [i % DIGIT_SIDE, Math.floor(i / DIGIT_SIDE)];
    const isBorder = x === 0 || y === 0 || x === DIGIT_SIDE - 1 || y === DIGIT_SIDE - 1;
    if (isBorder && value > BLACK) return false;
    mass += value;
    massX += value * x;
    massY += value * y;
  }
  const isMiddle = (position: number) => Math.abs(position - (DIGIT_SIDE / 2 - 0.5)) <= 1;
  return mass > 0 && isMiddle(massX / mass) && isMiddle(massY / mass);
}
