/**
 * Checks that the tests of the engines detect small mistakes in shaders, for `deno task test:mutants`.
 *
 * It removes every barrier and every bounds guard and replaces a seeded sample of the operators,
 * one at a time (mutants.ts), and runs the contract on each mutant. A mutant for which no test
 * fails survives. The program fails if a mutant survives that surviving_mutants.json does not
 * explain.
 */
import { sha256 } from "../../random/golden.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import type { Runner } from "./run_mutant.ts";
import { shaderSources } from "./shader_sources.ts";
import explained from "../../mutants/surviving_mutants.json" with { type: "json" };

const OPERATORS = 100;
const SEED = 298504;
/**
 * The tests of a mutant take some minutes. A mutant that takes longer probably loops, which counts
 * as detected.
 */
const MOST_MILLISECONDS = 600_000;

/** How to test the shaders whose path matches; the first match counts. */
const RUNNERS: [RegExp, Runner[]][] = [
  [/^fused/, ["hardware", "hardware reversed", "integrated"]],
  [/sum_results/, ["hardware", "hardware reversed"]],
  [/^tiled|tiling/, ["software", "software reversed"]],
  [/choose_rows/, ["choose_rows", "choose_rows reversed"]],
  [/gather/, ["hardware", "hardware small"]],
  [/distort/, ["distortions", "distortions reversed", "distortions small"]],
  [/functions\/rows/, ["hardware", "hardware small", "distortions small"]],
  [/^functions/, ["hardware", "software"]],
  [/./, ["hardware", "hardware reversed", "software"]],
];

interface ShaderMutant extends Mutant {
  path: string;
  original: string;
}

/**
 * Shuffles mutants by a hash of the seed and the change, so an edit of one shader does not change
 * the sample of others.
 */
function shuffled(mutants: ShaderMutant[]): ShaderMutant[] {
  const hashed = mutants.map((mutant) => ({
    mutant,
    hash: sha256(new TextEncoder().encode(`${SEED} ${nameOf(mutant)}`)),
  }));
  return hashed.sort((a, b) => a.hash < b.hash ? -1 : 1).map(({ mutant }) => mutant);
}

function nameOf({ path, change }: ShaderMutant): string {
  return `${path}: ${change}`;
}

/**
 * Returns the test that detects a mutant, `survived` if none does, or `invalid` if it does not
 * compile.
 */
async function testMutant(
  { path, original, source }: ShaderMutant,
  core: boolean,
): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--lock=deno.lock", "tests/engine/webgpu/run_mutant.ts"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => process.kill("SIGKILL"), MOST_MILLISECONDS);
  const writer = process.stdin.getWriter();
  const runners = RUNNERS.find(([files]) => files.test(path))![1];
  await writer.write(
    new TextEncoder().encode(JSON.stringify({ original, changed: source, runners, core })),
  );
  await writer.close();
  const { stdout } = await process.output();
  clearTimeout(timer);
  return new TextDecoder().decode(stdout).trim() || "the process ended";
}

/**
 * Tests mutants of shaders and prints the results.
 *
 * @param only A part of the shaders' paths
 * @param core Whether to run only the core of the contract
 * @returns Whether surviving_mutants.json explains all survivors
 */
export async function testShaders(only: string, core: boolean): Promise<boolean> {
  const mutants = [...await shaderSources()].sort(([a], [b]) => a < b ? -1 : 1)
    .flatMap(([path, original]) =>
      mutantsOf(original).map((mutant) => ({ ...mutant, path: path.slice(2), original }))
    );
  const operators = mutants.filter(({ kind }) => kind === "operator");
  const order = shuffled(operators);
  const unexplained: string[] = [];
  let tried = 0;

  /** Tests a mutant and prints the result. Returns false if the mutant does not compile. */
  const report = async (mutant: ShaderMutant): Promise<boolean> => {
    const result = await testMutant(mutant, core);
    if (result === "invalid") return false;
    tried++;
    const name = nameOf(mutant);
    const reason = (explained as Record<string, string>)[name];
    console.log(`${mutant.kind} ${mutant.path}:${mutant.line} ${mutant.change}\n    ${result}`);
    if (result === "survived" && reason === undefined) unexplained.push(name);
    return true;
  };

  for (const kind of ["barrier", "guard"]) {
    for (const mutant of mutants) {
      if (mutant.kind === kind && mutant.path.includes(only)) await report(mutant);
    }
  }
  let sampled = 0;
  for (const mutant of order) {
    if (sampled === OPERATORS) break;
    if (!mutant.path.includes(only)) continue;
    if (await report(mutant)) sampled++;
  }
  console.log(`${tried} mutants, of which ${unexplained.length} survive without an explanation`);
  for (const name of unexplained) console.log(name);
  return unexplained.length === 0;
}
