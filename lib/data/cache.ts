/** Locks a folder of downloaded files, so that only one process at a time fills it. */

/**
 * Runs `fill` while no other process fills the same folder, waiting for one that
 * does. First removes partial files that a killed process left.
 *
 * @param directory The folder; created if it does not exist
 * @param names The files that `writeFileAtomically` writes there
 * @param fill Checks what is missing and downloads it; its argument says whether the folder is writable
 * @param onNotice Called if another process fills the folder, or if it is not writable
 * @returns What `fill` returns
 */
export async function withCacheLock<T>(
  directory: string,
  names: readonly string[],
  fill: (canKeep: boolean) => Promise<T>,
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
    if (names.some((file) => isPartOf(file, name))) await Deno.remove(`${directory}/${name}`);
  }
  return await fill(true);
}

/** Opens the lock file. The system releases a lock on it when the process ends for any reason. */
async function openLock(
  directory: string,
  onNotice: (line: string) => void,
): Promise<Deno.FsFile | undefined> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    return await Deno.open(`${directory}/.lock`, { create: true, write: true });
  } catch (error) {
    onNotice(
      `${directory} is not writable (${(error as Error).message}): downloads are not kept`,
    );
    return undefined;
  }
}

/** Whether a name is the temporary name that `writeFileAtomically` gives a file. */
function isPartOf(file: string, name: string): boolean {
  return name.startsWith(`${file}.`) &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/.test(name.slice(file.length + 1));
}
