/** Opens devices that report lower limits than they have. */
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";

/** Opens the device with some of its limits replaced. */
export async function openLimited(
  limits: Partial<Record<keyof GPUSupportedLimits, number>>,
): Promise<Gpu> {
  const gpu = await Gpu.open((await findAdapter())!);
  const all = gpu.device.limits;
  const value = new Proxy(all, {
    get: (_, name) => limits[name as keyof GPUSupportedLimits] ?? Reflect.get(all, name, all),
  });
  Object.defineProperty(gpu.device, "limits", { value });
  return gpu;
}
