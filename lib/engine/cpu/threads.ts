/** The WebAssembly instance, its memory, and the Workers that share the memory. */
import type { DrawLayout, PlannedMemory } from "./layout.ts";
import type { CompileModule } from "./module.ts";
import WORKER_SOURCE from "./worker.js" with { type: "text" };

/** The functions that assembly/index.ts exports; the assembly files describe them. */
interface Functions {
  requestDraw(
    number: number,
    key0: number,
    key1: number,
    from: number,
    count: number,
    wake: boolean,
  ): void;
  /** Returns the address of a draw's slot, once it has the rows; `cancelDraw` frees the slot. */
  takeDraw(number: number): number;
  cancelDraw(number: number): void;
  drawInto(rows: number, key0: number, key1: number, from: number, count: number): void;
  takeStep(number: number, learningRate: number, correctedRate: number, correction2: number): void;
  evaluateRows(count: number): void;
}

/** The bytes of a page of memory. */
const PAGE = 65_536;

/** Byte offsets from `layout.control` of the words that threads share: see assembly/threads.ts. */
const SIGNAL = 0;
const STOP = 8;
const TRAIN_COUNT = 24;

/** The URL of the Workers' source; created once and never revoked. */
let workerUrl: string | undefined;

/** Whether threads can share memory here; a page needs cross-origin isolation for that. */
export function canShareMemory(): boolean {
  return typeof Worker !== "undefined" && typeof SharedArrayBuffer !== "undefined" &&
    (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}

/** Whether this thread may block until another wakes it; a page's main thread may not. */
function canWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * An instance of the module in the calling thread, its memory, and a Worker with an instance of its own
 * for each further thread.
 */
export class Threads<Globals extends DrawLayout = DrawLayout> {
  readonly functions: Functions;
  readonly layout: Globals;
  /** The memory as bytes, as u32 words and as f32 numbers. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  readonly #workers: Worker[] = [];

  /**
   * @param compile Compiles the module for a shared or an ordinary memory
   * @param planned The memory's layout and size
   * @param count The number of threads, including the calling one
   */
  constructor(compile: CompileModule, { layout, bytes }: PlannedMemory<Globals>, count: number) {
    const isShared = count > 1;
    const pages = Math.ceil(bytes / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: isShared });
    const module = compile(isShared);
    const { exports } = new WebAssembly.Instance(module, {
      env: { memory, now: () => performance.now() },
    });
    const globals = { ...layout, canWait: Number(isShared && canWait()) };
    for (const [name, value] of Object.entries(globals)) {
      (exports[name] as WebAssembly.Global).value = value;
    }
    this.functions = exports as unknown as Functions;
    this.layout = layout;
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.floats = new Float32Array(memory.buffer);
    for (let thread = 1; thread < count; thread++) this.#start(module, memory, thread);
  }

  /** Sets the number of training rows for all threads. */
  set trainCount(count: number) {
    this.words[(this.layout.control + TRAIN_COUNT) / 4] = count;
  }

  /** Ends the Workers. */
  close(): void {
    if (this.#workers.length === 0) return;
    const control = new Int32Array(this.words.buffer, this.layout.control);
    Atomics.store(control, STOP / 4, 1);
    Atomics.add(control, SIGNAL / 4, 1);
    Atomics.notify(control, SIGNAL / 4);
    for (const worker of this.#workers.splice(0)) worker.terminate();
  }

  /** Starts a Worker. Until it runs, or if it cannot start, the other threads do its work. */
  #start(module: WebAssembly.Module, memory: WebAssembly.Memory, thread: number): void {
    workerUrl ??= URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
    try {
      const worker = new Worker(workerUrl, { type: "module" });
      worker.onerror = (event) => event.preventDefault();
      worker.postMessage({ module, memory, globals: { ...this.layout, thread } });
      this.#workers.push(worker);
    } catch {
      // A page's content security policy may forbid Workers.
    }
  }
}
