/**
 * Converts paths between the user's working directory and the task's, which is the project's
 * folder.
 */
import { resolve } from "node:path";

/**
 * Returns the user's working directory, if the task has another: `deno task` changes to the folder
 * of deno.json, and sets INIT_CWD to the directory in which it was started.
 * https://docs.deno.com/runtime/reference/cli/task/#specifying-the-current-working-directory
 */
function userDirectory(): string | undefined {
  let folder;
  try {
    folder = Deno.env.get("INIT_CWD");
  } catch {
    return undefined; // no permission to read the variable: not started by `deno task`
  }
  return folder === undefined || resolve(folder) === Deno.cwd() ? undefined : folder;
}

/** Resolves a path from the command line, which is relative to the user's working directory. */
export function typedPath(path: string): string {
  const folder = userDirectory();
  return folder === undefined ? path : resolve(folder, path);
}

/**
 * Formats a path for a message: as an absolute path if the user's working directory is not the
 * task's.
 *
 * @returns A path that is valid in the user's working directory
 */
export function shownPath(path: string): string {
  return userDirectory() === undefined ? path : resolve(path);
}
