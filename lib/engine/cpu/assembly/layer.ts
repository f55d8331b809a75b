/**
 * The three layers of the net, as the products see them: sizes, and the addresses of a layer's
 * arrays. The host (../layout.ts) writes them into the memory once, so all threads read the same.
 *
 * I is a layer's number of inputs, O of its units; B is the number of rows in the block:
 *
 *   z (B, O) = x (B, I) w^T (I, O) + bias (O)      out (B, O) = f(z)
 *
 * A layer is sparse if many of its inputs are 0: layer 1, whose inputs are the pixels, and layer 2
 * behind relu. All products of a sparse layer skip zeros (sparse_product.ts). The other layers use
 * dense products of 4 rows by 8 units (tile.ts, gradient_tile.ts).
 */
import { layers } from "./memory";

// @ts-ignore: decorator
@unmanaged
export class Layer {
  /** I and O. */
  inputs: u32;
  units: u32;
  /** Whether its products skip zeros. */
  isSparse: u32;
  /**
   * The weights w (O, I). A sparse layer's: panels of 13, 8 or 4 vectors of units (`panelWidth`),
   * each (I rounded up to 4, units of the panel). A dense layer's: strips of 8 units, each (I
   * rounded up to 4, 8).
   */
  w: usize;
  /**
   * A dense layer's weights for the backward pass: strips of 8 inputs, each (O rounded up to 8, 8).
   * 0 if the layer is sparse.
   */
  wBackward: usize;
  /** f32 (O) */
  bias: usize;
  /** f32 (B, I): the inputs x, and the loss's derivatives with respect to their z; not of layer 1 */
  x: usize;
  dx: usize;
  /** The bytes of a row of x and dx, a multiple of 32. */
  xStride: u32;
  /** f32 (B, O): the outputs, and the loss's derivatives with respect to z */
  out: usize;
  d: usize;
  /** The bytes of a row of out and d, a multiple of 32. */
  stride: u32;

  // Of sparse layers only.
  /** (B, I): pairs {f32 input, u32 16 * number of the input} of the nonzero inputs of each row */
  pairs: usize;
  /**
   * u32 (B, `sections`): the address after each row's last pair of each section. A section has
   * SECTION inputs, or all: of pixels, most rows use the same few.
   */
  pairsEnd: usize;
  sections: u32;
  /** The same sorted by input: pairs {f32 input, u32 16 * row} (transpose.ts) */
  columns: usize;
  /** u32 (I + 2): the address of each input's first pair in `columns`, and the end */
  columnStart: usize;
  /** f32: d times the row's scale, in panels like w, each (`blockRows`, units of the panel) */
  panels: usize;

  /** Returns the address of a row's first pair. */
  @inline
  pairsOf(row: u32): usize {
    return this.pairs + row * this.inputs * 8;
  }

  /** Returns the address of the end of a row's pairs of a section. */
  @inline
  endOf(row: u32, section: u32): usize {
    return this.pairsEnd + 4 * (row * this.sections + section);
  }
}

/** Returns layer 1, 2 or 3. */
// @ts-ignore: decorator
@inline
export function layer(number: u32): Layer {
  return changetype<Layer>(layers + (number - 1) * offsetof<Layer>());
}
