/** Draws pictures of known digits like those of a camera or a drawing program. */

/** Red, green, blue. */
export type Color = readonly [number, number, number];

/** A picture: shape (height, width, 4). */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array<ArrayBuffer>;
}

/** How to draw a digit. */
export interface Drawing {
  width: number;
  height: number;
  /** The position and the side of the square into which the 28 x 28 pixels of the digit are drawn. */
  left: number;
  top: number;
  side: number;
  ink: Color;
  paper: Color;
  /** By how much brightness falls from the upper left to the lower right corner. @default 0 */
  shade?: number;
  /** The standard deviation of the noise. @default 0 */
  noise?: number;
}

/** Draws a digit, enlarged with smooth edges. */
export function draw(digit: Uint8Array, drawing: Drawing): Picture {
  const { width, height, left, top, side, ink, paper, shade = 0, noise = 0 } = drawing;
  const pixels = new Uint8Array(4 * width * height);
  const random = normals();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const amount = sample(digit, (x - left + 0.5) * 28 / side, (y - top + 0.5) * 28 / side);
      const dark = shade * (x / width + y / height) / 2;
      const grain = noise * random();
      for (let c = 0; c < 3; c++) {
        const light = (paper[c] + amount * (ink[c] - paper[c])) + grain - dark;
        pixels[4 * (y * width + x) + c] = Math.min(255, Math.max(0, Math.round(light)));
      }
      pixels[4 * (y * width + x) + 3] = 255;
    }
  }
  return { width, height, pixels };
}

/** Interpolates a digit bilinearly; returns 0 to 1. */
function sample(digit: Uint8Array, x: number, y: number): number {
  const [column, row] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [fx, fy] = [x - 0.5 - column, y - 0.5 - row];
  const at = (column: number, row: number) =>
    column < 0 || row < 0 || column > 27 || row > 27 ? 0 : digit[row * 28 + column] / 255;
  return (1 - fy) * ((1 - fx) * at(column, row) + fx * at(column + 1, row)) +
    fy * ((1 - fx) * at(column, row + 1) + fx * at(column + 1, row + 1));
}

/** Returns a generator of normal random numbers with a fixed seed (mulberry32, Box-Muller). */
function normals(): () => number {
  let state = 1;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
