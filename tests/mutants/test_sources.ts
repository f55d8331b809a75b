/**
 * Checks that tests notice small mistakes in TypeScript and AssemblyScript, for
 * `deno task test:mutants`. Each mutant is made in a copy of the repository, where only the tests run
 * that import the changed file, directly or not, the nearest first.
 */
import { dirname } from "node:path";
import { sha256 } from "../random/golden.ts";
import { filesBelow } from "../imports.ts";
import { type SourceMutant, sourceMutants } from "./source_mutants.ts";
import explained from "./surviving_mutants.json" with { type: "json" };
import { COMPARES_SOURCES, testsOf, WASM } from "./tests_of.ts";

/** What to test. */
export interface SourcesToTest {
  /** Files and folders. */
  paths: string[];
  /** Files and folders to leave out. */
  without: string[];
  /** The number of mutants, drawn from all by the seed. */
  draw: number;
  seed: string;
  /** Maximum time of the tests of one mutant, as measured on the unchanged files. */
  seconds: number;
  /** A file for the results, one JSON object a line. Mutants that it contains are not tried again. */
  log?: string;
}

interface Mutant extends SourceMutant {
  path: string;
  name: string;
}

/** The result of a mutant: the test that noticed it, or `survived`. */
interface Result {
  name: string;
  line: number;
  result: string;
}

/**
 * Tests mutants and prints the results.
 *
 * @returns Whether surviving_mutants.json explains all survivors
 */
export async function testSources(
  { paths, without, draw, seed, seconds, log }: SourcesToTest,
): Promise<boolean> {
  const isBelow = (path: string) => (folder: string) => `${path}/`.startsWith(`${folder}/`);
  const files = paths.flatMap((path) => path.endsWith(".ts") ? [path] : filesBelow(path))
    .filter((path) => !without.some(isBelow(path)) && path !== WASM);
  const drawn = shuffled(files.flatMap(mutantsOf), seed).slice(0, draw);
  const results = log === undefined ? [] : readLog(log);
  const known = new Map(results.map((one) => [one.name, one]));
  await using copy = await Copy.make();
  const survivors: string[] = [];
  let tried = 0;
  for (const mutant of drawn) {
    const { kind, path, name, line } = mutant;
    const result = known.get(name)?.result ?? await copy.test(mutant, seconds);
    if (log !== undefined && !known.has(name)) {
      Deno.writeTextFileSync(log, JSON.stringify({ name, line, result }) + "\n", { append: true });
    }
    if (result === "invalid") continue;
    tried++;
    console.log(`${kind} ${path}:${line} ${mutant.change}\n    ${result}`);
    if (result === "survived") survivors.push(name);
  }
  const unexplained = survivors.filter((name) => !(name in explained));
  const noticed = tried - survivors.length;
  console.log(
    `${tried} mutants: ${noticed} noticed (${(100 * noticed / tried).toFixed(1)}%), ` +
      `${survivors.length} survive, ${unexplained.length} of them without a reason`,
  );
  for (const name of unexplained) console.log(name);
  return unexplained.length === 0;
}

function readLog(path: string): Result[] {
  try {
    return Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => JSON.parse(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Returns the mutants of a file. */
export function mutantsOf(path: string): Mutant[] {
  return sourceMutants(path, Deno.readTextFileSync(path))
    .map((mutant) => ({ ...mutant, path, name: `${path}: ${mutant.change}` }));
}

/** Shuffles mutants by a hash of the seed and the name, so other edits do not change the order. */
function shuffled(mutants: Mutant[], seed: string): Mutant[] {
  const hashOf = ({ name }: Mutant) => sha256(new TextEncoder().encode(`${seed} ${name}`));
  return mutants.map((mutant) => ({ mutant, hash: hashOf(mutant) }))
    .sort((a, b) => a.hash < b.hash ? -1 : 1).map(({ mutant }) => mutant);
}

type Texts = (readonly [file: string, text: string])[];

/** A copy of the repository, in which files are changed and tests run. */
class Copy implements AsyncDisposable {
  readonly #folder: string;
  /** The duration of each test file on the unchanged files, in seconds. */
  readonly #seconds = new Map<string, number>();
  /** The files of the present mutant and their texts. */
  #changed: { before: Texts; after: Texts } = { before: [], after: [] };

  constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<Copy> {
    const folder = await Deno.makeTempDir({ prefix: "mutants-" });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        killGroup();
        Deno.removeSync(folder, { recursive: true });
        Deno.exit(130);
      });
    }
    const { stdout } = await run("git", ["ls-files", "-co", "--exclude-standard"], {});
    for (const path of stdout.trimEnd().split("\n")) {
      await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
      await Deno.copyFile(path, `${folder}/${path}`).catch(() => {}); // deleted, but not committed
    }
    return new Copy(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  /**
   * Returns the name of a test that fails for a mutant, `survived` if none does, or `invalid` if
   * the AssemblyScript compiler rejects it.
   */
  async test({ path, source }: Mutant, seconds: number): Promise<string> {
    const files = path.startsWith(`${dirname(WASM)}/assembly/`) ? [path, WASM] : [path];
    const before = files.map((file) => [file, this.#read(file)] as const);
    this.#write(path, source);
    try {
      if (files.includes(WASM)) {
        const { success } = await this.#run(["task", "build:wasm"], 300);
        // The same bytes: the compiler's optimizer undid the change.
        if (!success || this.#read(WASM) === before[1][1]) return "invalid";
      }
      this.#changed = { before, after: files.map((file) => [file, this.#read(file)] as const) };
      return await this.#firstFailure(path, seconds);
    } finally {
      for (const [file, text] of before) this.#write(file, text);
    }
  }

  /** Runs the tests that reach a file until one fails or the time is used up. */
  async #firstFailure(path: string, seconds: number): Promise<string> {
    for (const test of testsOf(path)) {
      const usual = await this.#usualSeconds(test);
      if (usual > seconds) continue;
      seconds -= usual;
      const failure = await this.#failure(test, 5 + 4 * usual);
      if (failure !== undefined) return `${test}: ${failure}`;
    }
    return "survived";
  }

  /**
   * Runs a test file, and returns the first test that fails. A file that does not end gets a second
   * chance with more time: the machine may have been busy.
   */
  async #failure(test: string, seconds: number): Promise<string | undefined> {
    const most = 4 * seconds;
    for (const limit of [seconds, most]) {
      const { success, hasEnded, stdout, stderr } = await this.#run(
        ["test", "-P", "--no-check", "--lock=deno.lock", "--fail-fast", test],
        limit,
        { FULL: test === COMPARES_SOURCES ? "1" : "" }, // the only test of the compiler's options
      );
      if (success) return undefined;
      const output = stdout + stderr;
      const [, name] = /^(.*) \.\.\. FAILED/m.exec(output) ?? [];
      if (name !== undefined) return name;
      if (hasEnded) return /^error: (.*)$/m.exec(output)?.[1] ?? "another error";
    }
    return `not ended after ${most.toFixed(0)} s`;
  }

  /**
   * Returns how long a test file takes without a mutant, in seconds. It is infinite for one that
   * fails, since that says nothing about a mutant.
   */
  async #usualSeconds(test: string): Promise<number> {
    let seconds = this.#seconds.get(test);
    if (seconds === undefined) {
      const changed = this.#changed;
      for (const [file, text] of changed.before) this.#write(file, text);
      const start = performance.now();
      const failure = await this.#failure(test, 120);
      seconds = failure === undefined ? (performance.now() - start) / 1000 : Infinity;
      if (failure !== undefined) console.error(`${test} is left out, as it fails: ${failure}`);
      this.#seconds.set(test, seconds);
      for (const [file, text] of changed.after) this.#write(file, text);
    }
    return seconds;
  }

  #write(file: string, text: string): void {
    Deno.writeTextFileSync(`${this.#folder}/${file}`, text);
  }

  #read(file: string): string {
    return Deno.readTextFileSync(`${this.#folder}/${file}`);
  }

  #run(args: string[], seconds: number, others: Record<string, string> = {}) {
    const env = { NO_COLOR: "1", REQUIRE_MNIST: "", FULL: "", ...others };
    return run(Deno.execPath(), args, { cwd: this.#folder, env, seconds });
  }
}

/** The running command's group of processes. */
let group: number | undefined;

function killGroup(): void {
  if (group === undefined) return;
  new Deno.Command("kill", { args: ["-KILL", "--", `-${group}`], stderr: "null" }).outputSync();
}

/** Runs a command. If it takes too long, it and the processes that it started are killed. */
async function run(
  command: string,
  args: string[],
  { seconds = 60, ...options }: { cwd?: string; env?: Record<string, string>; seconds?: number },
): Promise<{ success: boolean; hasEnded: boolean; stdout: string; stderr: string }> {
  const process = new Deno.Command(command, {
    args,
    ...options,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true, // in a group of its own, so that all its processes can be killed
  }).spawn();
  group = process.pid;
  let hasEnded = true;
  const timer = setTimeout(() => {
    hasEnded = false;
    killGroup();
  }, 1000 * seconds);
  const { success, stdout, stderr } = await process.output();
  clearTimeout(timer);
  group = undefined;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, hasEnded, stdout: text(stdout), stderr: text(stderr) };
}
