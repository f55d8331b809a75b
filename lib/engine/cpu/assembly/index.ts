/**
 * The processor's engine in WebAssembly SIMD, written in AssemblyScript (https://www.assemblyscript.org):
 * TypeScript's syntax, with WebAssembly's types and instructions. `deno task build:wasm` compiles it
 * into ../wasm_bytes.ts.
 *
 * One training step, file by file:
 *
 *   draw.ts       which rows          (threefry.ts, keys.ts, selection.ts, permutation.ts)
 *   inputs.ts     their nonzero pixels (distort.ts)
 *   forward.ts    x1, x2, x3          (sparse_product.ts, tile.ts, activation.ts)
 *   head.ts       d3
 *   backward.ts   d2, d1
 *   transpose.ts  the batch by pixel
 *   update.ts     the gradients, and the optimizer's step (optimizer.ts)
 *   step.ts       the order of these, in chunks of rows or of weights that threads share (threads.ts)
 *
 * Letters in shapes: B rows of a batch, D pixels, H1 and H2 hidden units, C classes, n training rows.
 */
export * from "./memory";
export { evaluateRows, takeStep } from "./step";
export { runChunk } from "./step";
export { updateChunks } from "./update";
export { forward } from "./forward";
export { cancelDraw, drawInto, requestDraw, takeDraw } from "./draw";
export { work } from "./threads";
