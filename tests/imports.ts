/** Reads which files import which. */

const ROOT = new URL("../", import.meta.url);

/** Returns all TypeScript files below a folder, as paths from the root. */
export function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? filesBelow(path) : name.endsWith(".ts") ? [path] : [];
  });
}

/**
 * Returns what a file imports: other files of the repository as paths from its root, and packages.
 * Searches the text, since imports of types and Workers count too. Ignores examples in comments.
 */
export function importsOf(path: string): string[] {
  const code = Deno.readTextFileSync(new URL(path, ROOT)).replaceAll(
    /^\s*(\*|\/\/|\/\*\*).*$/gm,
    "",
  );
  const found = code.matchAll(
    /(?:\bfrom |\bimport |\bimport\(\s*|\bnew URL\(\s*(?="[^"]+\.ts"))"([^"]+)"/g,
  );
  return [...found].map(([, name]) =>
    name.startsWith(".") || name.endsWith(".ts") && !name.includes("://")
      ? new URL(name, new URL(path, ROOT)).href.slice(ROOT.href.length)
      : `package:${name}`
  );
}
