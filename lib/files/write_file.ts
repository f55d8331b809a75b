/**
 * Writes a file so that whoever looks, at any moment, finds the old content or the new one, whole:
 * under a temporary name in the same folder, flushed to the disk, then renamed (for which Deno
 * wants the permission to read the folder, too).
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
  const temporary = `${path}.${crypto.randomUUID()}.part`;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true });
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    // Without this, a power cut after the rename could leave the new name with no content.
    await file.sync();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // it may not even have been made
    throw new Error(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
