/**
 * Copies of buffers in textures, for the kernels that lavapipe runs: there a vec4 comes out of a texture
 * twice as fast as out of a uniform buffer and four times as fast as out of a storage buffer, while to
 * write one takes three times as long. The heads of shaders/fused_software say what follows.
 */
import type { Gpu } from "./device.ts";

/** Texels in a row of the texture; also in shaders/functions/texels.wgsl. */
const TEXELS = 256;
/** A texel is a vec4 of 32-bit numbers. A buffer to be copied has whole rows of texels. */
export const TEXEL_ROW_BYTES = TEXELS * 16;
/** Of the rows that every WebGPU device lets a texture have. */
export const MOST_TEXEL_BYTES = 8192 * TEXEL_ROW_BYTES;

/** A texture that a buffer is copied into, over and over. */
export class TexelCopy {
  readonly format: "rgba32float" | "rgba32uint";
  readonly view: GPUTextureView;
  readonly #source: GPUBuffer;
  readonly #texture: GPUTexture;
  readonly #size: [width: number, height: number];

  /**
   * @param gpu The device
   * @param source The buffer: whole rows of texels, with usage COPY_SRC
   * @param format What its vec4s are
   */
  constructor(gpu: Gpu, source: GPUBuffer, format: "rgba32float" | "rgba32uint") {
    this.format = format;
    this.#source = source;
    this.#size = [TEXELS, source.size / TEXEL_ROW_BYTES];
    this.#texture = gpu.device.createTexture({
      label: source.label,
      size: this.#size,
      format,
      usage: GPUTextureUsage.STORAGE_BINDING | GPUTextureUsage.COPY_DST,
    });
    this.view = this.#texture.createView();
  }

  /** Encodes the copying of what the buffer holds by then. */
  encode(encoder: GPUCommandEncoder): void {
    encoder.copyBufferToTexture(
      { buffer: this.#source, bytesPerRow: TEXEL_ROW_BYTES },
      { texture: this.#texture },
      this.#size,
    );
  }

  destroy(): void {
    this.#texture.destroy();
  }
}
