/** Locks that keep two processes from writing the same files. */

/**
 * Takes a lock, which is a file. The system releases it when the process ends, however it ends.
 * On a file system that knows no locks everybody gets it.
 *
 * @param path Of the lock's file, which is made, and removed when the lock is disposed of
 * @returns The lock, to be disposed of; undefined if another process has it
 * @throws {Error} If the file cannot be made
 *
 * @example
 * ```ts
 * import { tryLock } from "./lock.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/lock`;
 * {
 *   using lock = await tryLock(path);
 *   assertEquals([lock !== undefined, await tryLock(path)], [true, undefined]);
 * }
 * (await tryLock(path))![Symbol.dispose]();
 * ```
 */
export async function tryLock(path: string): Promise<Disposable | undefined> {
  for (;;) {
    const file = await Deno.open(path, { create: true, write: true });
    if (!await file.tryLock(true).catch(() => true)) {
      file.close();
      return undefined;
    }
    if (await isFileAt(path, file)) return new Lock(path, file);
    // Who had the lock has removed its file since it was opened here.
    file.close();
  }
}

async function isFileAt(path: string, file: Deno.FsFile): Promise<boolean> {
  try {
    const [there, here] = await Promise.all([Deno.stat(path), file.stat()]);
    return there.ino === here.ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

class Lock implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  /** Also where the process is ended before the lock is disposed of. */
  readonly #release = () => this[Symbol.dispose]();

  constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
    addEventListener("unload", this.#release);
  }

  [Symbol.dispose](): void {
    removeEventListener("unload", this.#release);
    // While it is locked, so that nobody has locked the file that is removed. Windows may refuse to
    // remove an open file; it then stays, which does no harm.
    try {
      Deno.removeSync(this.#path);
    } catch { /* see above */ }
    this.#file.close();
  }
}
