/** Graphics drivers: what they are told before they start, and whose adapters are not to be used. */

/** With which of its drivers Deno looks for adapters: https://docs.deno.com/runtime/reference/env_variables/. */
const BACKEND = "DENO_WEBGPU_BACKEND";
/** How many threads Mesa's software adapter computes with: https://docs.mesa3d.org/envvars.html. */
const LAVAPIPE_THREADS = "LP_NUM_THREADS";

/**
 * Tells drivers what they do not do best by themselves; to be called before the first adapter is asked for.
 *
 * Environment variables are the only way to say it, so in Deno this takes `--allow-env` with their names:
 * where that is not granted, or a variable has a value, nothing happens.
 */
export function tellDrivers(): void {
  if (typeof Deno === "undefined") return;
  // By itself Deno on Linux starts OpenGL's driver too, to find the same devices again. That takes 10 ms and
  // 12 MB; Mesa's, when it is unloaded at the end of a process, now and then aborts it with a corrupted heap;
  // and where it is the only driver, our kernels go wrong on it (`isOpenGl`).
  if (Deno.build.os === "linux") setUnlessSet(BACKEND, "vulkan");
  // By itself lavapipe takes one thread a core, and a dispatch is divided evenly among them and over when the
  // last is done. But Linux, which wakes both at once, now and then puts them on the same core and leaves the
  // other idle, and for some time does so again at every dispatch: the notebook's step then takes 1.6 ms, not
  // 1.25. With twice as many threads both cores have work (8% less time a run, median; 6 and 8 threads are no
  // better, 3 worse). On more cores it was not tried, so there the driver decides.
  if (navigator.hardwareConcurrency === 2) setUnlessSet(LAVAPIPE_THREADS, "4");
}

function setUnlessSet(variable: string, value: string): void {
  if (Deno.permissions.querySync({ name: "env", variable }).state !== "granted") return;
  if (!Deno.env.has(variable)) Deno.env.set(variable, value);
}

/** What wgpu, which Deno computes with, gives as a limit where it knows of none. */
const NO_LIMIT = 2 ** 32 - 1;

/**
 * Whether an adapter is OpenGL's, which Deno on Linux settles for where it finds no Vulkan driver.
 *
 * There wgpu does not keep WebGPU's promises (it leaves out the checks of indices, for one), and our kernels
 * go wrong without a word: with Mesa 22.3 a kernel took minutes to compile, and 1000 steps came to 58% where
 * Vulkan and the CPU engine come to 85.
 *
 * An adapter does not say which driver is behind it. But of the two that Linux has, wgpu 29 counts the
 * bindings of a group on Vulkan (1000), and knows no limit on OpenGL (wgpu-hal, src/gles/adapter.rs).
 */
export function isOpenGl(adapter: GPUAdapter): boolean {
  return typeof Deno !== "undefined" && Deno.build.os === "linux" &&
    adapter.limits.maxBindingsPerBindGroup === NO_LIMIT;
}
