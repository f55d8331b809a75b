/** The implementations that `deno task bench:peers` compares, each run in its own process. */
import { fileURLToPath } from "node:url";
import { type PeerNet, peerOptions } from "./peer_net.ts";
import type { Result } from "./peer_loop.ts";

/** A program that trains a net: a framework, a device, a mode. */
export interface Implementation {
  /** Its name on the command line. */
  name: string;
  /**
   * Its command, without the last three arguments: the folder of the IDX files, the number of steps
   * and the net.
   */
  command: () => [program: string, ...args: string[]];
}

/** A result, or the reason why there is none. */
export type Outcome = Result | { failure: string };

/**
 * Environment variables with which PyTorch (ATen, MKL, oneDNN) and JAX (XLA) use no newer
 * instructions than the named ones. WebAssembly never uses newer ones than AVX.
 */
export const PEER_ISAS = {
  avx2: {
    ATEN_CPU_CAPABILITY: "avx2",
    MKL_ENABLE_INSTRUCTIONS: "AVX2",
    ONEDNN_MAX_CPU_ISA: "AVX2",
    XLA_FLAGS: "--xla_cpu_max_isa=AVX2",
  },
};

/** The name of such a set of instructions. */
export type PeerIsa = keyof typeof PEER_ISAS;

/** A process that takes longer is stopped. */
const TIME_LIMIT_MINUTES = 3;

const typescript = (file: string, device: string): Implementation["command"] => () => [
  Deno.execPath(),
  "run",
  "--no-prompt",
  // For the data, the frameworks' .wasm files, and our CPU engine's Worker.
  "--allow-read",
  // For lib/engine/webgpu/drivers.ts; the train task has this permission too.
  "--allow-env=DENO_WEBGPU_BACKEND",
  fileURLToPath(new URL(file, import.meta.url)),
  device,
];

const python = (file: string, mode: string): Implementation["command"] => () => [
  Deno.env.get("PEERS_PYTHON") || "python3",
  fileURLToPath(new URL(file, import.meta.url)),
  mode,
];

/** The name of our CPU engine, which runs on every machine: the baseline of all ratios. */
export const BASELINE = "ours-cpu";

/** Our two engines. */
export function ours(net: PeerNet): Implementation[] {
  const engines = [
    { name: BASELINE, command: typescript("ours.ts", "cpu") },
    { name: "ours-webgpu", command: typescript("ours.ts", "webgpu") },
  ];
  // The preset's distorted images, which no other implementation makes.
  const augmented = { name: "ours-cpu-elastic", command: typescript("ours.ts", "cpu-elastic") };
  return net === "notebook" ? engines : [...engines, augmented];
}

/** The other frameworks. The scripts of PyTorch and JAX explain their modes. */
export function peersOf(net: PeerNet): Implementation[] {
  return net === "notebook" ? NOTEBOOK_PEERS : PRESET_PEERS;
}

const TENSORFLOW_JS: Implementation[] = [
  { name: "tfjs-wasm", command: typescript("peers/tfjs.ts", "wasm") },
  { name: "tfjs-webgpu", command: typescript("peers/tfjs.ts", "webgpu") },
];

const JAX_JS: Implementation[] = [
  { name: "jaxjs-wasm", command: typescript("peers/jax_js.ts", "wasm") },
  { name: "jaxjs-webgpu", command: typescript("peers/jax_js.ts", "webgpu") },
];

const PRESET_PEERS: Implementation[] = [
  { name: "torch-eager", command: python("peers/torch_preset.py", "eager") },
  { name: "torch-compile", command: python("peers/torch_preset.py", "compile") },
  { name: "torch-presample", command: python("peers/torch_preset.py", "presample") },
  { name: "jax-presample", command: python("peers/jax_preset.py", "presample") },
  ...TENSORFLOW_JS,
  ...JAX_JS,
];

const NOTEBOOK_PEERS: Implementation[] = [
  { name: "torch-eager", command: python("peers/torch_notebook.py", "eager") },
  { name: "torch-compile", command: python("peers/torch_notebook.py", "compile") },
  { name: "torch-presample", command: python("peers/torch_notebook.py", "presample") },
  { name: "jax-notebook", command: python("peers/jax_notebook.py", "notebook") },
  { name: "jax-scan", command: python("peers/jax_notebook.py", "scan") },
  { name: "jax-presample", command: python("peers/jax_notebook.py", "presample") },
  ...TENSORFLOW_JS,
  ...JAX_JS,
];

/**
 * Runs an implementation in its own process, and waits until it ends.
 *
 * @param implementation The implementation
 * @param folder The folder of the IDX files, not compressed
 * @param iterations The number of steps to time
 * @param net The net to train
 * @param isa The newest instructions that PyTorch and JAX may use; by default all
 */
export async function runImplementation(
  implementation: Implementation,
  folder: string,
  iterations: number,
  net: PeerNet = "notebook",
  isa?: PeerIsa,
): Promise<Outcome> {
  const [program, ...args] = implementation.command();
  const { hidden, batchSize, learningRate } = peerOptions(net);
  // Python's scripts read the sizes from JSON; ours and TypeScript's look the name up.
  const described = JSON.stringify({ net, hidden, batchSize, learningRate });
  const command = new Deno.Command(program, {
    args: [...args, folder, String(iterations), described],
    env: isa === undefined ? {} : PEER_ISAS[isa],
    stdin: "null",
    signal: AbortSignal.timeout(60_000 * TIME_LIMIT_MINUTES),
  });
  let output: Deno.CommandOutput;
  try {
    output = await command.output();
  } catch (error) {
    return { failure: `cannot start ${program}: ${(error as Error).message}` };
  }
  const { code, signal, stdout, stderr } = output;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (signal === "SIGTERM") return { failure: `took more than ${TIME_LIMIT_MINUTES} minutes` };
  const result = parseResult(text(stdout));
  if (code === 0 && result) return result;
  return { failure: errorLine(text(stderr)) ?? `ended with ${signal ?? `code ${code}`}` };
}

/**
 * Finds the result in the output of an implementation.
 *
 * @param stdout The whole output; frameworks print other lines too
 * @returns The result, or undefined if there is none
 */
export function parseResult(stdout: string): Result | undefined {
  for (const line of stdout.split("\n")) {
    if (!line.startsWith('{"title":')) continue;
    const { title, iterations, seconds, accuracy } = JSON.parse(line) as Partial<Result>;
    const isWhole = [iterations, seconds, accuracy].every(Number.isFinite) && title !== undefined;
    if (isWhole) return { title, iterations, seconds, accuracy } as Result;
  }
}

/**
 * Finds the error message: the line in which Deno names the uncaught error, otherwise the last
 * line, which is where Python puts it.
 *
 * @param stderr The whole error output
 * @returns The line, or undefined if there is none
 */
export function errorLine(stderr: string): string | undefined {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const uncaught = /^error: Uncaught (\(in promise\) )?/;
  return lines.find((line) => uncaught.test(line))?.replace(uncaught, "") ?? lines.at(-1);
}
