/** OpenGL's drivers, which our kernels go wrong on: how they are left out, and how they are told. */

/** With which of its drivers Deno looks for adapters: https://docs.deno.com/runtime/reference/env_variables/. */
const BACKEND = "DENO_WEBGPU_BACKEND";

/**
 * Keeps Deno on Linux from starting OpenGL's driver; to be called before the first adapter is asked for.
 *
 * By itself it starts that driver beside Vulkan's, to find the same devices again. That takes 10 ms and
 * 12 MB; Mesa's, when it is unloaded at the end of a process, now and then aborts it with a corrupted heap;
 * and where it is the only driver, our kernels go wrong on it (`isOpenGl`).
 *
 * An environment variable is the only way to say it, so this takes `--allow-env=DENO_WEBGPU_BACKEND`: where
 * that is not granted, or the variable has a value, nothing happens.
 */
export function avoidOpenGl(): void {
  if (typeof Deno === "undefined" || Deno.build.os !== "linux") return;
  if (Deno.permissions.querySync({ name: "env", variable: BACKEND }).state !== "granted") return;
  if (!Deno.env.has(BACKEND)) Deno.env.set(BACKEND, "vulkan");
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
