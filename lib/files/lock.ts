/** Prevents two processes from writing the same files. */

/**
 * Tries to lock a file. The system releases the lock when the process ends for any reason. On a file
 * system without locks, every process acquires the lock.
 *
 * @param path The file; it is created, and removed when the lock is disposed
 * @returns The lock, which must be disposed; undefined if another process holds it
 * @throws {Error} If the file cannot be created
 */
export async function tryLock(path: string): Promise<Disposable | undefined> {
  for (;;) {
    const file = await Deno.open(path, { create: true, write: true });
    if (!await file.tryLock(true).catch(() => true)) {
      file.close();
      return undefined;
    }
    if (await isFileAt(path, file)) return new Lock(path, file);
    // The previous holder removed the file after it was opened here, so try again.
    file.close();
  }
}

/** Whether the open file is still the one at the path. */
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
  /** Also called if the process exits before the lock is disposed. */
  readonly #release = () => this[Symbol.dispose]();

  constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
    addEventListener("unload", this.#release);
  }

  [Symbol.dispose](): void {
    removeEventListener("unload", this.#release);
    // Remove the file while it is locked, so that no other process can hold a lock on a removed file.
    // Windows may refuse to remove an open file; a file that remains is harmless.
    try {
      Deno.removeSync(this.#path);
    } catch { /* see above */ }
    this.#file.close();
  }
}
