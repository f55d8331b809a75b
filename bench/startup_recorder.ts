/**
 * Records when a process opens its device, compiles kernels and uses Workers, and prints these
 * spans on stderr when the process ends. bench/startup.ts loads this file before the train task's
 * modules (`--preload`), so the task needs no option for it.
 */
import { type Span, SPANS_PREFIX, STARTED } from "./startup_span.ts";

const now = () => performance.timeOrigin + performance.now();
const spans: Span[] = [{ name: STARTED, from: performance.timeOrigin, to: now() }];
const record = (name: string, from: number) => spans.push({ name, from, to: now() });

/**
 * Wraps a method so that its duration is recorded; if it returns a promise, until that is
 * fulfilled.
 */
function timed(prototype: object, method: string, nameOf: (...args: never[]) => string): void {
  const methods = prototype as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[method];
  methods[method] = function (this: unknown, ...args: unknown[]) {
    const from = now();
    const name = nameOf(...args as never[]);
    const result = original.apply(this, args);
    if (result instanceof Promise) result.then(() => record(name, from), () => {});
    else record(name, from);
    return result;
  };
}

if (typeof GPU !== "undefined") {
  timed(GPU.prototype, "requestAdapter", () => "adapter");
  timed(GPUAdapter.prototype, "requestDevice", () => "device");
  timed(GPUDevice.prototype, "createShaderModule", () => "shader modules");
  for (const method of ["createComputePipeline", "createComputePipelineAsync"]) {
    timed(GPUDevice.prototype, method, ({ compute }: GPUComputePipelineDescriptor) => {
      return `pipeline of ${compute.entryPoint}`;
    });
  }
}

const started = new WeakMap<Worker, { name: string; from: number }>();
globalThis.Worker = class extends Worker {
  constructor(specifier: string | URL, options?: WorkerOptions) {
    const from = now();
    super(specifier, options);
    const file = String(specifier).split("/").at(-1);
    started.set(this, { name: `${file}, until its result is received`, from });
  }

  override terminate(): void {
    const { name, from } = started.get(this)!;
    record(name, from);
    super.terminate();
  }
};

globalThis.addEventListener("unload", () => console.error(SPANS_PREFIX + JSON.stringify(spans)));
