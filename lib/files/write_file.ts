/** Writes files atomically, and tells what a path is. */
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
  using file = await AtomicFile.create(path);
  await file.write(content);
  await file.commit();
}

/**
 * A file that is written in pieces, and appears under its name only when it is complete, as
 * `writeFileAtomically` describes. Without `commit`, disposing of it leaves nothing.
 */
export class AtomicFile implements Disposable {
  readonly #path: string;
  readonly #target: string;
  readonly #temporary: string;
  readonly #file: Deno.FsFile;
  #isOpen = true;
  readonly #remove = () => {
    try {
      Deno.removeSync(this.#temporary);
    } catch { /* it may have been renamed */ }
  };

  private constructor(path: string, target: string) {
    this.#path = path;
    this.#target = target;
    this.#temporary = `${target}.${crypto.randomUUID()}.part`;
    addEventListener("unload", this.#remove); // if the process exits before the file is complete
    try {
      // Not asynchronously: an exit meanwhile would leave the file.
      this.#file = Deno.openSync(this.#temporary, { write: true, createNew: true });
    } catch (error) {
      removeEventListener("unload", this.#remove);
      throw this.#error(error);
    }
  }

  /** Opens a temporary file beside the path. */
  static async create(path: string): Promise<AtomicFile> {
    return new AtomicFile(path, await linkTarget(path));
  }

  /** Appends bytes, or text as UTF-8. */
  async write(content: Uint8Array | string): Promise<void> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    try {
      for (let written = 0; written < bytes.length;) {
        written += await this.#file.write(bytes.subarray(written));
      }
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Puts the file in the place of the one with its name. */
  async commit(): Promise<void> {
    try {
      // Without this, a power failure after the rename could leave an empty file.
      await this.#file.sync();
      this.#close();
      await replace(this.#temporary, this.#target);
    } catch (error) {
      throw this.#error(error);
    }
  }

  [Symbol.dispose](): void {
    this.#close();
    this.#remove();
    removeEventListener("unload", this.#remove);
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }

  #error(error: unknown): Error {
    return new Error(`Cannot write ${this.#path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Whether a path is a folder; false also if it cannot be read, which reading it will report. */
export async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
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
