/** Copies a data set to the device, in the form that shaders/rows/gather.wgsl reads. */
import type { Dataset, PixelScale } from "../../data/dataset.ts";
import { rowScales } from "../../data/normalize.ts";
import type { Gpu } from "./device.ts";

/**
 * Images are padded and copied to the device in pieces of this size, so that no second copy of all
 * is needed.
 */
const UPLOAD_BYTES = 4 << 20;

/** The buffers of a data set; the caller destroys them. */
export interface UploadedRows {
  /** The images, in several parts if they are larger than the device's largest binding. */
  parts: {
    /** Shape (rows of the part, words) of u32: four pixels per word, a quad, padded with zeros. */
    images: GPUBuffer;
    /** The `Part` struct of functions/rows.wgsl. */
    info: GPUBuffer;
  }[];
  /** Shape (rows, 2) of u32: the bits of a row's scale (f32), and its label. */
  facts: GPUBuffer;
}

/** The bytes of the `Part` struct. */
export const PART_BYTES = 16;

/**
 * Copies a data set to the device.
 *
 * @param gpu The device
 * @param words The number of words per image
 * @param data The data set
 * @param scale How its pixels are scaled
 * @throws {Error} If a buffer is too large for the device; all its buffers are then destroyed
 */
export function uploadRows(
  gpu: Gpu,
  words: number,
  data: Dataset,
  scale: PixelScale,
): UploadedRows {
  const { limits, queue } = gpu.device;
  const made: GPUBuffer[] = [];
  const make = (label: string, bytes: number) => {
    const buffer = gpu.buffer(label, bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    made.push(buffer);
    return buffer;
  };
  try {
    const count = data.labels.length;
    const largest = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
    const rowsPerPart = Math.max(1, Math.floor(roundDown(largest, 256) / (4 * words)));
    const parts: UploadedRows["parts"] = [];
    for (let first = 0; first < count; first += rowsPerPart) {
      const rows = Math.min(rowsPerPart, count - first);
      const images = make("images", rows * words * 4);
      uploadImages(gpu, images, words, data, first, rows);
      const info = make("part of the images", PART_BYTES);
      queue.writeBuffer(info, 0, Uint32Array.of(data.width, data.height, first, rows));
      parts.push({ images, info });
    }
    const facts = make("row facts", count * 8);
    queue.writeBuffer(facts, 0, rowFacts(data, rowScales(data, scale)));
    return { parts, facts };
  } catch (error) {
    for (const buffer of made) buffer.destroy();
    throw error;
  }
}

/** Copies rows of a data set into a buffer. */
function uploadImages(
  { device: { queue } }: Gpu,
  buffer: GPUBuffer,
  words: number,
  { images, width, height }: Dataset,
  first: number,
  rows: number,
): void {
  const pixels = width * height;
  const rowsAtOnce = Math.max(1, Math.floor(UPLOAD_BYTES / (4 * words)));
  for (let done = 0; done < rows; done += rowsAtOnce) {
    const end = Math.min(rows, done + rowsAtOnce);
    const bytes = images.subarray((first + done) * pixels, (first + end) * pixels);
    queue.writeBuffer(buffer, done * words * 4, padRows(bytes, pixels, words));
    // Submit each piece, so that the queue does not hold all of them.
    queue.submit([]);
  }
}

/** Pads rows of bytes with zeros to a number of words each. */
function padRows(bytes: Uint8Array, bytesPerRow: number, words: number): Uint8Array<ArrayBuffer> {
  const rows = bytes.length / bytesPerRow;
  const padded = new Uint8Array(rows * words * 4);
  for (let row = 0; row < rows; row++) {
    padded.set(bytes.subarray(row * bytesPerRow, (row + 1) * bytesPerRow), row * words * 4);
  }
  return padded;
}

/** Returns the scales and labels, shape (rows, 2). */
function rowFacts({ labels }: Dataset, scales: Float32Array): Uint32Array<ArrayBuffer> {
  const facts = new Uint32Array(labels.length * 2);
  const floats = new Float32Array(facts.buffer);
  for (let row = 0; row < labels.length; row++) {
    floats[2 * row] = scales[row];
    facts[2 * row + 1] = labels[row];
  }
  return facts;
}

function roundDown(n: number, unit: number): number {
  return Math.floor(n / unit) * unit;
}
