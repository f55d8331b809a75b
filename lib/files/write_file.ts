/** Writing files so that no half-written one is ever seen. */
import { nodePath } from "./node.ts";

/** How often Windows is asked again to replace a file that a virus scanner or an indexer has open. */
const RENAME_ATTEMPTS = 5;

/**
 * Writes a file so that whoever looks, at any moment, finds the old content or the new one, whole:
 * under a temporary name in the same folder, flushed to the disk, then renamed (for which Deno
 * wants the permission to read the folder, too). A symbolic link stays one: the file that it leads
 * to is written.
 *
 * @param path Where to; a file that is already there is replaced
 * @param content Bytes, or text to be written as UTF-8
 * @throws {Error} If the file cannot be written; nothing half-written stays
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const target = await linkTarget(path);
  const temporary = `${target}.${crypto.randomUUID()}.part`;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true });
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    // Without this, a power cut after the rename could leave the new name with no content.
    await file.sync();
    file.close();
    await replace(temporary, target);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // it may not even have been made
    throw new Error(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Follows symbolic links.
 *
 * @param path Of a file, which need not be there
 * @returns Where a file written there has to go
 */
export async function linkTarget(path: string): Promise<string> {
  try {
    const info = await Deno.lstat(path);
    if (!info.isSymlink) return path;
    const { dirname, resolve } = nodePath();
    return await linkTarget(resolve(dirname(path), await Deno.readLink(path)));
  } catch {
    return path; // nothing is there, or writing to it will say what is wrong
  }
}

/**
 * Renames over a file that may be there. Windows refuses that as long as another program has the
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
