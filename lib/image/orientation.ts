/**
 * Turns photographs upright. Phones store a photograph as the sensor captured it, with its
 * orientation in Exif data.
 *
 * Source: Exif 2.32 (https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf), 4.6.4 A
 */
import type { Picture } from "./decode.ts";

const ORIENTATION_TAG = 0x0112;
const ENTRY_BYTES = 12;

/**
 * Reads the orientation from Exif data.
 *
 * @param tiff The data, starting at the TIFF header
 * @returns 1 (upright) to 8; 1 if there is none or it is invalid
 */
export function readOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const littleEndian = view.getUint16(0) === 0x4949; // "II", Intel's order
    const directory = view.getUint32(4, littleEndian);
    const entries = view.getUint16(directory, littleEndian);
    for (let entry = 0; entry < entries; entry++) {
      const position = directory + 2 + entry * ENTRY_BYTES;
      if (view.getUint16(position, littleEndian) !== ORIENTATION_TAG) continue;
      const orientation = view.getUint16(position + 8, littleEndian);
      return orientation >= 1 && orientation <= 8 ? orientation : 1;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // an offset beyond the end
  }
  return 1;
}

/**
 * Turns a picture upright.
 *
 * @param picture The picture as the sensor captured it
 * @param orientation Exif's orientation, 1 to 8: which sides of the scene the first row and the
 *   first column show
 */
export function turn(picture: Picture, orientation: number): Picture {
  const { width, height, pixels } = picture;
  if (orientation === 1) return picture;
  // Each orientation consists of up to three reflections: horizontal, vertical and diagonal (rows
  // become columns). This undoes them in reverse order.
  const mirrorX = [2, 3, 6, 7].includes(orientation);
  const mirrorY = [3, 4, 7, 8].includes(orientation);
  const transpose = orientation >= 5;
  const [newWidth, newHeight] = transpose ? [height, width] : [width, height];
  // Views of 4 bytes must begin at a multiple of 4.
  const { buffer, byteOffset } = pixels.byteOffset % 4 === 0 ? pixels : pixels.slice();
  const from = new Uint32Array(buffer, byteOffset, width * height);
  const to = new Uint32Array(from.length);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const [column, row] = [
        mirrorX ? newWidth - 1 - x : x,
        mirrorY ? newHeight - 1 - y : y,
      ];
      to[y * newWidth + x] = from[transpose ? column * width + row : row * width + column];
    }
  }
  return { width: newWidth, height: newHeight, pixels: new Uint8Array(to.buffer) };
}
