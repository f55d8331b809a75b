/**
 * The peak of a core: how many floating-point operations per second WebAssembly's 128-bit vectors
 * reach if nothing but multiply-adds is done, on numbers in registers.
 */
import { compile } from "../lib/engine/cpu/build_wasm.ts";

/**
 * Twelve sums, more than the multiply-adds that a core has in flight, and two factors: V8 has 15
 * vector registers.
 */
const SUMS = Array.from({ length: 12 }, (_, i) => `s${i}`);

const SOURCE = `
import { multiplyAdd } from "./arithmetic";
export function multiplyAdds(turns: u32, factor: f32): f32 {
  // Not constants, which V8 would build again at each use.
  const x = f32x4.splat(factor), y = f32x4.splat(factor);
  let ${SUMS.map((sum, i) => `${sum} = f32x4.splat(${i})`).join()};
  for (let turn: u32 = 0; turn < turns; turn++) {
    ${SUMS.map((sum) => `${sum} = multiplyAdd(${sum}, x, y);`).join("\n")}
  }
  return f32x4.extract_lane(${SUMS.reduce((sum, next) => `f32x4.add(${sum}, ${next})`)}, 0);
}`;

const TURNS = 20_000;
const OPERATIONS = TURNS * SUMS.length * 4 * 2;
/** V8 compiles a function again, optimized, only after some time. */
const SECONDS = 1;

/**
 * Measures the peak of the core that runs this thread: the best of many short measurements.
 *
 * @param isRelaxed Whether to use relaxed SIMD's multiply-add
 * @returns Billions of operations per second
 */
export async function measurePeak(isRelaxed: boolean): Promise<number> {
  const bytes = await compile({ isRelaxed, isShared: false, replaced: { "index.ts": SOURCE } });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const multiplyAdds = exports.multiplyAdds as (turns: number, factor: number) => number;
  let best = Infinity;
  for (const end = performance.now() + 1000 * SECONDS; performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve));
    const start = performance.now();
    multiplyAdds(TURNS, 0.5);
    best = Math.min(best, performance.now() - start);
  }
  return OPERATIONS / best / 1e6;
}
