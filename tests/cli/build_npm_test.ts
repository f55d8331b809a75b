import { assertEquals } from "@std/assert";
import { buildNpmTask } from "../../lib/cli/build_npm.ts";
import { bundle } from "../../lib/cli/bundle.ts";
import { runToEnd } from "../processes.ts";
import { needs } from "../requirements.ts";

/** A program that uses the package, as its README shows, on one class of every kind of export. */
const PROGRAM = `
import { type FinishedEvent, predict, PRESETS, prngKey, randomBits, syntheticDigits, train } from "mnist-webgpu";

const data = syntheticDigits({ trainRows: 300, testRows: 60 });
const options = { ...PRESETS.accurate, hidden: [16, 12] as const, epochs: 1, backend: "cpu" as const };
let finished: FinishedEvent | undefined;
for await (const event of train({ data, ...options })) {
  if (event.type === "finished") finished = event;
}
const { labels } = predict(finished!, data.images.subarray(300 * 784));
const correct = Array.from(labels).filter((label, i) => label === data.labels[300 + i]).length;
const bits: number = randomBits(prngKey(1701), 3)[0];
console.log(JSON.stringify({ accuracy: finished!.accuracy, correct: correct / 60, bits }));
`;

Deno.test({
  name: "build:npm writes a package that npm installs, and that Node.js, a bundler and tsc accept",
  ...await needs("time"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await buildNpmTask({ out: `${folder}/package` });
      await run(["npm", "pack", "--silent", "./package"], folder);
      const [archive] = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".tgz"));
      const user = `${folder}/user`;
      await Deno.mkdir(user);
      await Deno.writeTextFile(`${user}/package.json`, '{"type": "module"}');
      await run(["npm", "install", "--silent", "--offline", `../${archive.name}`], user);
      assertEquals([...Deno.readDirSync(`${user}/node_modules/mnist-webgpu`)].length, 5);
      await Deno.writeTextFile(`${user}/program.ts`, PROGRAM);

      assertEquals(await typeErrors(`${user}/program.ts`), []);
      const { outputFiles: [{ text }] } = await bundle({
        absWorkingDir: user,
        entryPoints: ["program.ts"],
        external: ["mnist-webgpu"],
      });
      const { outputFiles: [{ text: whole }] } = await bundle({
        absWorkingDir: user,
        entryPoints: ["program.ts"],
      });
      const printed = [];
      for (const [name, source] of [["imports.js", text], ["bundled.js", whole]]) {
        await Deno.writeTextFile(`${user}/${name}`, source);
        printed.push(JSON.parse(await run(["node", name], user)));
      }
      assertEquals(printed[0].bits, 56197195); // JAX's, as in tests/random
      assertEquals(printed[0].accuracy, printed[0].correct);
      assertEquals(printed[1], printed[0]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Runs a command, and returns what it printed. */
async function run([command, ...args]: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runToEnd(command, { args, cwd });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${stderr}${stdout}`);
  return stdout;
}

/** Checks a program as `tsc --strict` does, with the types that the package declares. */
async function typeErrors(path: string): Promise<string[]> {
  const { default: ts } = await import("typescript");
  const program = ts.createProgram([path], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  });
  return ts.getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
