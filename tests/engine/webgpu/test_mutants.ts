/**
 * `deno task test:mutants`: deletes or changes one thing at a time in the shaders and runs the contract on each of
 * GPUs' sets of kernels: every barrier, every bounds guard, and a seeded sample of the operators. Fails if one goes
 * unnoticed that surviving_mutants.json does not explain.
 *
 * It takes an hour or two on two cores. `deno task test:mutants forward` takes only files whose path has that in
 * it, and `--core` runs the contract's core only, in some minutes.
 */
import { sha256 } from "../../random/golden.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import type { Runner } from "./run_mutant.ts";
import { shaderSources } from "./sources.ts";
import explained from "./surviving_mutants.json" with { type: "json" };

const OPERATORS = 100;
const SEED = 298504;
/** All cases take some minutes; a mutant that loops is as good as noticed. */
const MOST_MILLISECONDS = 600_000;

/** What runs the shaders whose path is like this. */
const RUNNERS: [RegExp, Runner[]][] = [
  [/^fused|sum_results/, ["hardware", "hardware backwards"]],
  [/^tiled/, ["tiled", "software"]],
  [/choose_rows/, ["choosing", "choosing backwards"]],
  [/gather/, ["hardware", "hardware small"]],
  [/distort/, ["distorting", "distorting backwards", "distorting small"]],
  [/^functions/, ["hardware", "tiled"]],
  [/./, ["hardware", "hardware backwards", "tiled"]],
];

interface ShaderMutant extends Mutant {
  path: string;
  original: string;
}

/** By a hash of the seed and what is changed, so that who edits one shader samples the same of the others. */
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

/** Which case notices a mutant; `invalid` if it does not compile, `survived` if none does. */
async function notice({ path, original, source }: ShaderMutant): Promise<string> {
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

const core = Deno.args.includes("--core");
const [only = ""] = Deno.args.filter((argument) => argument !== "--core");
const mutants = [...await shaderSources()].sort(([a], [b]) => a < b ? -1 : 1)
  .flatMap(([path, original]) =>
    mutantsOf(original).map((mutant) => ({ ...mutant, path: path.slice(2), original }))
  );
const operators = mutants.filter(({ kind }) => kind === "operator");
const order = shuffled(operators);
const unexplained: string[] = [];
let tried = 0;

async function tryOut(mutant: ShaderMutant): Promise<boolean> {
  const noticed = await notice(mutant);
  if (noticed === "invalid") return false;
  tried++;
  const name = nameOf(mutant);
  const reason = (explained as Record<string, string>)[name];
  console.log(`${mutant.kind} ${mutant.path}:${mutant.line} ${mutant.change}\n    ${noticed}`);
  if (noticed === "survived" && reason === undefined) unexplained.push(name);
  return true;
}

for (const kind of ["barrier", "guard"]) {
  for (const mutant of mutants) {
    if (mutant.kind === kind && mutant.path.includes(only)) await tryOut(mutant);
  }
}
let sampled = 0;
for (const mutant of order) {
  if (sampled === OPERATORS) break;
  if (!mutant.path.includes(only)) continue;
  if (await tryOut(mutant)) sampled++;
}
console.log(`${tried} mutants, ${unexplained.length} unnoticed and unexplained`);
for (const name of unexplained) console.log(name);
Deno.exit(unexplained.length === 0 ? 0 : 1);
