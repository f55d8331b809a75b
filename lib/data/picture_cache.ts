/** Keeps the rows of many pictures, so that they are decoded only once. */
import { resolve } from "node:path";
import { createHash } from "../files/node.ts";
import { encodeIdx, parseIdxHeader } from "./idx.ts";
import type { LabeledPicture, PictureOptions } from "./picture_folder.ts";
import type { PictureRows, RowForm } from "./picture_rows.ts";

/** Number of pictures below which decoding takes less than a second. */
const MIN_PICTURES = 1000;
const ROWS_FILE = "rows-idx3-ubyte";
const COUNTS_FILE = "pictures.json";

/**
 * Returns the kept rows of a folder, recognized by its pictures' names, sizes and times. If there are
 * none, decodes the pictures, and keeps the rows in place of those of the folder's earlier pictures.
 *
 * @param decode Decodes the pictures
 * @param options The folder in which the rows of all data sets are kept, and the callback
 */
export async function keptRows(
  folder: string,
  pictures: readonly LabeledPicture[],
  form: RowForm,
  decode: () => Promise<PictureRows>,
  { cacheDir = "./data", onNotice = () => {} }: Pick<PictureOptions, "cacheDir" | "onNotice">,
): Promise<PictureRows> {
  if (pictures.length < MIN_PICTURES) return await decode();
  const place = createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 12);
  const hash = createHash("sha256").update(JSON.stringify(form));
  for (const { path } of pictures) {
    const { size, mtime } = await Deno.stat(`${folder}/${path}`);
    hash.update(`${path}\0${size}\0${mtime?.getTime()}\n`);
  }
  const path = `${cacheDir}/pictures/${place}-${hash.digest("hex").slice(0, 24)}`;
  const kept = readRows(path, form);
  if (kept) return kept;
  const rows = await decode();
  if (rows.pixels.length === 0) return rows;
  const part = `${path}.${crypto.randomUUID()}.part`;
  try {
    await writeRows(part, rows, form);
    for await (const { name } of Deno.readDir(`${cacheDir}/pictures`)) {
      const isEarlier = name.startsWith(`${place}-`) && !name.endsWith(".part");
      if (isEarlier) await Deno.remove(`${cacheDir}/pictures/${name}`, { recursive: true });
    }
    await Deno.rename(part, path);
    onNotice(`the pictures' pixels are kept in ${path}`);
  } catch (error) {
    await Deno.remove(part, { recursive: true }).catch(() => {}); // it may not exist
    onNotice(`${(error as Error).message}: the pictures are decoded again next time`);
  }
  return rows;
}

function readRows(path: string, form: RowForm): PictureRows | undefined {
  try {
    const others = JSON.parse(Deno.readTextFileSync(`${path}/${COUNTS_FILE}`));
    const file = Deno.readFileSync(`${path}/${ROWS_FILE}`);
    const info = { file: ROWS_FILE, fileLength: file.length, kind: "images" } as const;
    const { shape: [, height, width], headerLength } = parseIdxHeader(file, info);
    if (width !== form.width || height !== form.height) return undefined;
    return { ...others, pixels: file.subarray(headerLength) };
  } catch {
    return undefined; // it does not exist, or a disk lost it: the pictures are decoded again
  }
}

async function writeRows(path: string, rows: PictureRows, form: RowForm): Promise<void> {
  const { pixels, ...others } = rows;
  const { width, height } = form;
  await Deno.mkdir(path, { recursive: true });
  const shape = [pixels.length / (width * height), height, width];
  await Deno.writeFile(`${path}/${ROWS_FILE}`, encodeIdx(shape, pixels));
  await Deno.writeTextFile(`${path}/${COUNTS_FILE}`, JSON.stringify(others));
}
