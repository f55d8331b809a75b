/**
 * `deno task test:mutants`: makes one small mistake at a time, and checks that a test notices it.
 *
 * ```sh
 * deno task test:mutants                        # all shaders: an hour or two on two cores
 * deno task test:mutants shaders/fused          # the shaders whose path contains this
 * deno task test:mutants --core                 # with the core of the contract only: some minutes
 * deno task test:mutants lib/random web/run.ts  # TypeScript and AssemblyScript
 * deno task test:mutants lib --without lib/cli --draw 300 --seed 1
 * ```
 *
 * It prints the test that notices each mistake. It fails if a mistake survives for which
 * surviving_mutants.json has no reason.
 */
import { parseArgs } from "node:util";
import { testShaders } from "../engine/webgpu/test_shaders.ts";
import { testSources } from "./test_sources.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    core: { type: "boolean", default: false },
    without: { type: "string", multiple: true, default: [] },
    draw: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "60" },
    log: { type: "string" },
  },
});

const isShader = (path: string) => path.startsWith("shaders");
const sources = positionals.filter((path) => !isShader(path));
const shaders = positionals.length === 0 ? [""] : positionals.filter(isShader);

let isGood = true;
for (const path of shaders) {
  isGood = await testShaders(path.replace(/^shaders\/?/, ""), values.core) && isGood;
}
if (sources.length > 0) {
  isGood = await testSources({
    paths: sources,
    without: values.without,
    draw: Number(values.draw),
    seed: values.seed,
    seconds: Number(values.seconds),
    log: values.log,
  }) && isGood;
}
Deno.exit(isGood ? 0 : 1);
