/**
 * For `deno run --preload`: takes the task's WebGPU device away, as a driver that resets it does, once the run
 * that `--out` names has a checkpoint.
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
