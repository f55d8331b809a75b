/**
 * For `deno run --preload`: destroys the task's WebGPU device, as if its driver were reset, as soon
 * as the run in `--out` has a checkpoint.
 */
const checkpoint = `${Deno.args[Deno.args.indexOf("--out") + 1]}/checkpoint.safetensors`;

const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (description) {
  const device = await requestDevice.call(this, description);
  const timer = setInterval(() => {
    try {
      Deno.statSync(checkpoint);
    } catch {
      return;
    }
    clearInterval(timer);
    device.destroy();
  }, 1);
  return device;
};
