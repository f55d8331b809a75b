/**
 * The CPU engine's computations in WebAssembly SIMD, written in AssemblyScript
 * (https://www.assemblyscript.org): TypeScript's syntax with WebAssembly's types and instructions.
 * `deno task build:wasm` compiles them into ../wasm_bytes.ts.
 *
 * One training step, file by file:
 *
 *   draw.ts       samples the rows            (threefry.ts, keys.ts, selection.ts, permutation.ts,
 *                                              scratch.ts)
 *   inputs.ts     finds their nonzero pixels  (distort.ts, squares.ts, prefetch.ts)
 *   forward.ts    x1, x2, x3                  (sparse_product.ts, pairs.ts, tile.ts,
 *                                              activation.ts)
 *   head.ts       d3                          (arithmetic.ts)
 *   backward.ts   d2, d1                      (sparse_dots.ts, tile.ts)
 *   transpose.ts  sorts the nonzero inputs of a layer by input
 *   update.ts     the gradients and the update (gradient_tile.ts, optimizer.ts)
 *   step.ts       runs these phases in order, in chunks that threads share (threads.ts, block.ts)
 *
 * layer.ts and memory.ts list all arrays with their shapes. In shapes, B is the number of rows in a block of
 * the batch, D of pixels, H1 and H2 of hidden units, C of classes, and n of training rows. A shape
 * (B, D) is row-major: the D numbers of a row are consecutive. A v128 is a vector of four f32.
 *
 * The compiler does not unroll loops and loads globals again at each use. So inner loops are
 * written out where that matters, and copy globals into constants first.
 */
export * from "./memory";
export { evaluateRows, takeStep } from "./step";
export { cancelDraw, drawInto, requestDraw, takeDraw } from "./draw";
export { work } from "./threads";
