/** The output folders of the tasks `build` and `build:npm`. */
import { writeFileAtomically } from "../files/write_file.ts";
import { nodePath } from "../files/node.ts";
import type { PageFiles } from "./page_files.ts";

/** The list of a build's files, with which the next build removes them. */
const LIST = "files.json";

/**
 * Writes a build's files, and removes those of an earlier build.
 *
 * @param out The folder, which is created if it does not exist
 * @param files The files; a folder is complete once the last of them is there
 * @throws {Error} If the folder contains files but no list of a build
 */
export async function writeBuild(out: string, files: PageFiles): Promise<string[]> {
  const earlier = await filesOfEarlierBuild(out);
  const names = [...files.keys()];
  const { dirname } = nodePath();
  for (const folder of new Set(names.map((name) => dirname(`${out}/${name}`)))) {
    await Deno.mkdir(folder, { recursive: true });
  }
  await writeFileAtomically(
    `${out}/${LIST}`,
    JSON.stringify([...new Set([...earlier, ...names])], null, 2),
  );
  for (const [name, bytes] of files) await writeFileAtomically(`${out}/${name}`, bytes);
  for (const name of earlier) {
    if (!files.has(name)) await Deno.remove(`${out}/${name}`).catch(() => {});
  }
  return names;
}

/**
 * Returns the names of the files that an earlier build wrote.
 *
 * @throws {Error} If the folder contains files but no list of a build
 */
export async function filesOfEarlierBuild(out: string): Promise<string[]> {
  try {
    const names = JSON.parse(await Deno.readTextFile(`${out}/${LIST}`));
    return names.filter((name: unknown) => /^(mnist\/)?[\w-]+(\.[\w-]+)*$/.test(String(name)));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new Error(`Cannot read ${out}/${LIST}: ${(error as Error).message}`);
    }
  }
  try {
    const [entry] = [...Deno.readDirSync(out)];
    if (entry) {
      throw new Error(
        `Cannot write into ${out} as it contains other files, such as ${entry.name}: ` +
          "choose another folder with --out",
      );
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return [];
}
