/** The parts of a step, whose times `deno task bench:phases` prints; it has their names, in this order. */
export const WAIT: u32 = 0;
export const DRAW: u32 = 1;
export const INPUTS: u32 = 2;
export const TRANSPOSE: u32 = 3;
/** Layer 1's; those of layers 2 and 3 follow. */
export const FORWARD: u32 = 4;
export const HEAD: u32 = 7;
/** To layer 1, and to layer 2. */
export const BACKWARD: u32 = 8;
export const BIASES: u32 = 10;
/** Gradient and optimizer, of layer 1; those of layers 2 and 3 follow. */
export const UPDATE: u32 = 11;
