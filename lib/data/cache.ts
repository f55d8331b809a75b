/** Locks a folder of downloaded files, so that only one process at a time fills it. */

/**
 * Calls `fill` with a lock on a folder. If another process holds the lock, waits for it. Before the
 * call, removes partial files that a killed process left.
 *
 * @param directory The folder; created if it does not exist
 * @param names The files that `writeFileAtomically` writes there
 * @param fill Downloads missing files; its argument is whether the folder is writable
 * @param onNotice Called with a message for the user if another process holds the lock, or the
 *   folder is not writable
 * @returns The result of `fill`
 */
export async function withCacheLock<T>(
  directory: string,
  names: readonly string[],
  fill: (isWritable: boolean) => Promise<T>,
  onNotice: (line: string) => void,
): Promise<T> {
  using lock = await openLock(directory, onNotice);
  if (!lock) return await fill(false);
  // On a file system without locks, continue without one.
  if (!await lock.tryLock(true).catch(() => true)) {
    onNotice(`another process is downloading into ${directory}; waiting`);
    await lock.lock(true);
  }
  for await (const { name } of Deno.readDir(directory)) {
    if (names.some((file) => isPartial(file, name))) await Deno.remove(`${directory}/${name}`);
  }
  return await fill(true);
}

/** Opens the lock file. The system releases the lock when the process ends for any reason. */
async function openLock(
  directory: string,
  onNotice: (line: string) => void,
): Promise<Deno.FsFile | undefined> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    return await Deno.open(`${directory}/.lock`, { create: true, write: true });
  } catch (error) {
    onNotice(
      `${directory} is not writable (${(error as Error).message}): downloads are not stored`,
    );
    return undefined;
  }
}

/** Whether a name is a temporary name that `writeFileAtomically` gives a file. */
function isPartial(file: string, name: string): boolean {
  return name.startsWith(`${file}.`) &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/.test(name.slice(file.length + 1));
}
