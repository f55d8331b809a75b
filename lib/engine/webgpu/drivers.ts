/** Avoids and detects OpenGL's drivers, on which our kernels compute wrong results. */

/**
 * The variable that selects Deno's drivers: https://docs.deno.com/runtime/reference/env_variables/.
 */
const BACKEND = "DENO_WEBGPU_BACKEND";

/**
 * Keeps Deno on Linux from starting OpenGL's driver. Must be called before the first adapter is
 * requested.
 *
 * By default, Deno starts that driver in addition to Vulkan's, and finds the same devices again.
 * This takes 10 ms and 12 MB. Mesa's driver sometimes aborts the process with a corrupted heap when
 * it is unloaded. And if it is the only driver, our kernels compute wrong results on it
 * (`isOpenGl`).
 *
 * Only an environment variable can prevent this, which requires `--allow-env=DENO_WEBGPU_BACKEND`.
 * Without that permission, or if the variable is already set, this does nothing.
 */
export function avoidOpenGl(): void {
  if (typeof Deno === "undefined" || Deno.build.os !== "linux") return;
  if (Deno.permissions.querySync({ name: "env", variable: BACKEND }).state !== "granted") return;
  if (!Deno.env.has(BACKEND)) Deno.env.set(BACKEND, "vulkan");
}

/** The value of an unknown limit in wgpu, Deno's implementation of WebGPU. */
const NO_LIMIT = 2 ** 32 - 1;

/**
 * Whether an adapter is OpenGL's, which Deno on Linux uses if there is no Vulkan driver.
 *
 * On OpenGL, wgpu does not fulfill WebGPU's guarantees (for example, it omits bounds checks), and
 * our kernels silently compute wrong results: with Mesa 22.3 a kernel took minutes to compile, and
 * accuracy after 1000 steps was 58%, compared with 85% on Vulkan and on the CPU engine.
 *
 * An adapter does not name its driver. But on Linux, wgpu 29 limits the bindings of a group on
 * Vulkan (to 1000), and has no limit on OpenGL (wgpu-hal, src/gles/adapter.rs).
 */
export function isOpenGl(adapter: GPUAdapter): boolean {
  return typeof Deno !== "undefined" && Deno.build.os === "linux" &&
    adapter.limits.maxBindingsPerBindGroup === NO_LIMIT;
}
