/** A folder of downloaded files that several processes may want to fill at once. */

/**
 * Runs `fill` while no other process fills the same folder; waits for one that
 * does. What a process that was killed left half-written is removed first.
 *
 * @param directory The folder; made if it is not there
 * @param names Files that are written there, with `writeFileAtomically`
 * @param fill Checks what is missing, and downloads it; told whether it can be kept in the folder
 * @param onNotice Told if another process is at work here, or the folder cannot be written to
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
  // On a file system that knows no locks everybody gets it.
  if (!await lock.tryLock(true).catch(() => true)) {
    onNotice(`another process fills ${directory}; waiting`);
    await lock.lock(true);
  }
  for await (const { name } of Deno.readDir(directory)) {
    if (names.some((file) => isPartOf(file, name))) await Deno.remove(`${directory}/${name}`);
  }
  return await fill(true);
}

/** The system releases the lock when the process ends, however it ends. */
async function openLock(
  directory: string,
  onNotice: (line: string) => void,
): Promise<Deno.FsFile | undefined> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    return await Deno.open(`${directory}/.lock`, { create: true, write: true });
  } catch (error) {
    onNotice(
      `${directory} cannot be written to (${(error as Error).message}): nothing is kept there`,
    );
    return undefined;
  }
}

/** Whether a name is that under which `writeFileAtomically` has a file until it is whole. */
function isPartOf(file: string, name: string): boolean {
  return name.startsWith(`${file}.`) &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/.test(name.slice(file.length + 1));
}
