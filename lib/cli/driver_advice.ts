/** Advice for users whose machine has no WebGPU adapter. */
export const DRIVER_ADVICE =
  "the machine has no graphics driver that Deno can use; install the GPU's Vulkan driver, " +
  "or on Debian the software adapter with `apt-get install mesa-vulkan-drivers libvulkan1`, " +
  "or use --backend cpu";
