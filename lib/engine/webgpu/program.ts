/** Compute pipelines from WGSL files, and their bindings. */
import type { Gpu } from "./device.ts";

/** How a kernel accesses a buffer; visible where buffers are bound, as `read(a), write(b)`. */
export type Access = keyof typeof BUFFER_TYPES;

/** A buffer or a part of one, and how a kernel accesses it. */
export interface Bound {
  access: Access;
  resource: GPUBufferBinding;
}

/** Binds storage that the kernel only reads. */
export function read(buffer: GPUBuffer, offset = 0, size?: number): Bound {
  return { access: "read", resource: { buffer, offset, size } };
}

/** Binds storage that the kernel writes. */
export function write(buffer: GPUBuffer, offset = 0, size?: number): Bound {
  return { access: "write", resource: { buffer, offset, size } };
}

/** A kernel's sources and constants. */
export interface ProgramDescription {
  /** The name of the kernel and its entry point. */
  entryPoint: string;
  /** Whole WGSL files: the shared functions that the kernel uses, then the kernel. */
  sources: string[];
  /** New values for lines `const NAME: u32 = …;` (or f32), by name. */
  constants: Record<string, number>;
  /** How it accesses its bindings 0, 1, …. */
  bindings: Access[];
}

const BUFFER_TYPES = {
  read: "read-only-storage",
  write: "storage",
} as const;

/** A compiled kernel. */
export class Program {
  readonly #gpu: Gpu;
  readonly #description: ProgramDescription;
  readonly #layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;

  private constructor(
    gpu: Gpu,
    description: ProgramDescription,
    layout: GPUBindGroupLayout,
    pipeline: GPUComputePipeline,
  ) {
    this.#gpu = gpu;
    this.#description = description;
    this.#layout = layout;
    this.pipeline = pipeline;
  }

  /**
   * Compiles a kernel.
   *
   * @throws {Error} With line, column and message if it does not compile
   */
  static async compile(gpu: Gpu, description: ProgramDescription): Promise<Program> {
    const { entryPoint, sources, constants, bindings } = description;
    const { device } = gpu;
    const code = setConstants(sources.join("\n"), constants);
    return await gpu.checked(`the kernel ${entryPoint}`, async () => {
      const module = device.createShaderModule({ label: entryPoint, code });
      for (
        const { type, lineNum, linePos, message } of (await module.getCompilationInfo()).messages
      ) {
        if (type !== "error") continue;
        const line = code.split("\n")[lineNum - 1] ?? "";
        throw new Error(
          `Cannot compile ${entryPoint}: ${lineNum}:${linePos}: ${message}: ${line.trim()}`,
        );
      }
      // `layout: "auto"` would drop bindings that the entry point does not use.
      const layout = device.createBindGroupLayout({
        entries: bindings.map((access, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: BUFFER_TYPES[access] },
        })),
      });
      const pipeline = device.createComputePipeline({
        label: entryPoint,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint },
      });
      return new Program(gpu, description, layout, pipeline);
    });
  }

  /**
   * Binds buffers. This takes 6 to 31 µs, so bind groups are created before the loop that uses
   * them.
   */
  bind(...bound: Bound[]): GPUBindGroup {
    const { entryPoint, bindings } = this.#description;
    const { maxStorageBufferBindingSize: most } = this.#gpu.device.limits;
    bound.forEach(({ access, resource: { buffer, size = buffer.size } }, i) => {
      if (access !== bindings[i]) {
        throw new Error(`${entryPoint}: binding ${i} is ${bindings[i]}, not ${access}`);
      }
      if (size > most) {
        throw new Error(
          `Cannot run ${entryPoint} on ${this.#gpu.description.name} as its ${buffer.label} must have ` +
            `at most ${most} bytes: current value is ${size}`,
        );
      }
    });
    return this.#gpu.device.createBindGroup({
      label: entryPoint,
      layout: this.#layout,
      entries: bound.map(({ resource }, binding) => ({ binding, resource })),
    });
  }

  /**
   * Encodes a dispatch.
   *
   * @throws {Error} If it has more workgroups than the device supports
   */
  dispatch(pass: GPUComputePassEncoder, group: GPUBindGroup, x: number, y = 1, z = 1): void {
    const { maxComputeWorkgroupsPerDimension: most } = this.#gpu.device.limits;
    if (Math.max(x, y, z) > most) {
      throw new Error(
        `Cannot run ${this.#description.entryPoint} on ${this.#gpu.description.name} as it must have ` +
          `at most ${most} workgroups in a dimension: current values are ${x}, ${y} and ${z}`,
      );
    }
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y, z);
  }
}

/** A dispatch of a program with its bind group. */
export interface Dispatch {
  program: Program;
  group: GPUBindGroup;
  /** The number of workgroups. */
  x: number;
  y: number;
  z: number;
}

/** Encodes dispatches. */
export function encodeDispatches(
  pass: GPUComputePassEncoder,
  dispatches: readonly Dispatch[],
): void {
  for (const { program, group, x, y, z } of dispatches) program.dispatch(pass, group, x, y, z);
}

/** Encodes dispatches in a compute pass of their own. */
export function inPass(
  encoder: GPUCommandEncoder,
  encode: (pass: GPUComputePassEncoder) => void,
): void {
  const pass = encoder.beginComputePass();
  encode(pass);
  pass.end();
}

/**
 * Replaces the values of lines `const NAME: TYPE = VALUE;` in a WGSL source. Nothing else in a
 * shader changes between its file and the compiler, except that whole files are concatenated.
 *
 * @throws {Error} If a constant has no such line
 */
export function setConstants(source: string, constants: Record<string, number>): string {
  for (const [name, value] of Object.entries(constants)) {
    const line = new RegExp(`^(const ${name}: (?:u32|f32) = )[^;]+;`, "m");
    if (!line.test(source)) {
      throw new Error(`Cannot set ${name}: no line "const ${name}: …" in the shader`);
    }
    source = source.replace(line, (_, start) => `${start}${value};`);
  }
  return source;
}
