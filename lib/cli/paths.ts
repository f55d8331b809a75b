/** Paths as a person types and reads them, wherever the task runs. */
import { resolve } from "node:path";

/**
 * The folder in which the person stands, if the task runs in another: `deno task` changes to the
 * folder of deno.json, and leaves this name in the environment.
 * https://docs.deno.com/runtime/reference/cli/task/#specifying-the-current-working-directory
 */
function folderOfPerson(): string | undefined {
  let folder;
  try {
    folder = Deno.env.get("INIT_CWD");
  } catch {
    return undefined; // without permission to read it, as nobody ran `deno task`
  }
  return folder === undefined || resolve(folder) === Deno.cwd() ? undefined : folder;
}

/**
 * A path from the command line, which is relative to where the person stands.
 *
 * @param path As typed
 * @returns The same path, for this process
 */
export function typedPath(path: string): string {
  const folder = folderOfPerson();
  return folder === undefined ? path : resolve(folder, path);
}

/**
 * A path for a message: in full where the person stands in another folder than the task runs in.
 *
 * @param path Of this process
 * @returns One that means the same to the person
 */
export function shownPath(path: string): string {
  return folderOfPerson() === undefined ? path : resolve(path);
}
