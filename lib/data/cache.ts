/** A folder of downloaded files that several processes may want to fill at once. */

/** How the name ends under which `writeFileAtomically` has a file until it is whole. */
const PARTIAL = ".part";

/**
 * Runs `fill` while no other process fills the same folder; waits for one that
 * does. What a process that was killed left half-written is removed first.
 *
 * @param directory The folder; made if it is not there
 * @param fill Looks what is still missing, and writes that with `writeFileAtomically`
 * @param onWait Called once if another process is at work here
 */
export async function withCacheLock(
  directory: string,
  fill: () => Promise<void>,
  onWait: () => void = () => {},
): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  // The system releases the lock when the process ends, however it ends.
  using lock = await Deno.open(`${directory}/.lock`, { create: true, write: true });
  if (!await lock.tryLock(true)) {
    onWait();
    await lock.lock(true);
  }
  for await (const { name } of Deno.readDir(directory)) {
    if (name.endsWith(PARTIAL)) await Deno.remove(`${directory}/${name}`);
  }
  await fill();
}
