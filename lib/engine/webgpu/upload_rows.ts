/** A data set on the device, in the form that shaders/rows/gather.wgsl reads. */
import type { Dataset, PixelScale } from "../../data/dataset.ts";
import { rowScales } from "../../data/normalise.ts";
import type { Gpu } from "./device.ts";
import type { ParameterLayout } from "./parameter_layout.ts";

/** Images are copied to the device in pieces, so that no second copy of them all is in memory. */
const UPLOAD_BYTES = 4 << 20;

/** The buffers of a data set; whoever asked for them destroys them. */
export interface UploadedRows {
  /** Shape (rows, W): the images' words of four pixels, padded with zeros. */
  images: GPUBuffer;
  /** Shape (rows, 2): a row's scale, as bits, and its label. */
  facts: GPUBuffer;
  /** Width and height. */
  size: GPUBuffer;
}

/**
 * Puts a data set on the device.
 *
 * @param gpu The device
 * @param layout How many words an image takes
 * @param data The data set
 * @param scale How its pixels are scaled
 * @throws {Error} If the images are more than the device can bind
 */
export function uploadRows(
  gpu: Gpu,
  layout: ParameterLayout,
  data: Dataset,
  scale: PixelScale,
): UploadedRows {
  const { device } = gpu;
  const count = data.labels.length;
  const words = layout.words[0];
  const bytesARow = words * 4;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const images = gpu.buffer("images", count * bytesARow, usage);
  const limit = device.limits.maxStorageBufferBindingSize;
  if (images.size > limit) {
    throw new Error(
      `Cannot load ${data.name} as its images must have at most ${limit} bytes on ${gpu.description.name}: current value is ${images.size}`,
    );
  }
  const pixels = data.width * data.height;
  const rowsAtOnce = Math.max(1, Math.floor(UPLOAD_BYTES / bytesARow));
  for (let row = 0; row < count; row += rowsAtOnce) {
    const end = Math.min(count, row + rowsAtOnce);
    const bytes = data.images.subarray(row * pixels, end * pixels);
    device.queue.writeBuffer(images, row * bytesARow, padRows(bytes, pixels, words));
    // Hands the piece on, so that the queue does not hold all of them.
    device.queue.submit([]);
  }
  const facts = gpu.buffer("row facts", count * 8, usage);
  device.queue.writeBuffer(facts, 0, rowFacts(data, rowScales(data, scale)));
  const size = gpu.buffer("image size", 8, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  device.queue.writeBuffer(size, 0, Uint32Array.of(data.width, data.height));
  return { images, facts, size };
}

/** Rows of bytes, each padded with zeros to so many words. */
function padRows(bytes: Uint8Array, bytesARow: number, words: number): Uint8Array<ArrayBuffer> {
  const rows = bytes.length / bytesARow;
  const padded = new Uint8Array(rows * words * 4);
  for (let row = 0; row < rows; row++) {
    padded.set(bytes.subarray(row * bytesARow, (row + 1) * bytesARow), row * words * 4);
  }
  return padded;
}

/** A row's scale and label, as the bits of two words. */
function rowFacts({ labels }: Dataset, scales: Float32Array): Uint32Array<ArrayBuffer> {
  const facts = new Uint32Array(labels.length * 2);
  const floats = new Float32Array(facts.buffer);
  for (let row = 0; row < labels.length; row++) {
    floats[2 * row] = scales[row];
    facts[2 * row + 1] = labels[row];
  }
  return facts;
}
