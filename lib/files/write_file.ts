/** Writes files atomically. */
import { nodePath } from "./node.ts";

/** Attempts to replace a file on Windows, where a virus scanner or an indexer may have it open. */
const RENAME_ATTEMPTS = 5;

/**
 * Writes a file so that at any moment, readers see either the old or the new content, complete. It
 * writes a temporary file in the same folder, flushes it to disk and renames it. (For renaming, Deno
 * also requires permission to read the folder.) If the path is a symbolic link, it writes the target.
 *
 * @param path The file; replaced if it exists
 * @param content Bytes, or text to be written as UTF-8
 * @throws {Error} If the file cannot be written; no partial file remains
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const target = await linkTarget(path);
  const temporary = `${target}.${crypto.randomUUID()}.part`;
  const remove = () => {
    try {
      Deno.removeSync(temporary);
    } catch { /* it may not exist */ }
  };
  addEventListener("unload", remove); // if the process exits before the file is complete
  try {
    // Not asynchronously: an exit meanwhile would leave the file.
    using file = Deno.openSync(temporary, { write: true, createNew: true });
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    // Without this, a power failure after the rename could leave an empty file.
    await file.sync();
    file.close();
    await replace(temporary, target);
  } catch (error) {
    remove();
    throw new Error(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    removeEventListener("unload", remove);
  }
}

/**
 * Follows symbolic links.
 *
 * @param path A file, which need not exist
 * @returns The path to which the links lead
 */
export async function linkTarget(path: string): Promise<string> {
  try {
    const info = await Deno.lstat(path);
    if (!info.isSymlink) return path;
    const { dirname, resolve } = nodePath();
    return await linkTarget(resolve(dirname(path), await Deno.readLink(path)));
  } catch {
    return path; // it does not exist, or writing it will report the error
  }
}

/**
 * Renames a file, replacing an existing one. Windows refuses this while another program has that
 * file open: https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-movefileexw
 */
async function replace(from: string, to: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await Deno.rename(from, to);
    } catch (error) {
      const inUse = Deno.build.os === "windows" && error instanceof Deno.errors.PermissionDenied;
      if (!inUse || attempt === RENAME_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
    }
  }
}
