/** Keeps the rows of many pictures, so that they are decoded only once. */
import { resolve } from "node:path";
import { createHash } from "../files/node.ts";
import { encodeIdx, parseIdxHeader } from "./idx.ts";
import type { LabeledPicture } from "./picture_folder.ts";
import type { PictureRows, RowForm } from "./picture_rows.ts";

/** Number of pictures below which decoding takes less than a second. */
const MIN_PICTURES = 1000;
const ROWS_FILE = "rows-idx3-ubyte";
const COUNTS_FILE = "pictures.json";

/** The kept rows of one folder, recognized by its pictures' names, sizes and times. */
export class CachedPictures {
  readonly #form: RowForm;
  /** The folder with the rows; undefined if there are too few pictures to keep them. */
  readonly #path: string | undefined;
  #isStored = false;

  private constructor(form: RowForm, path: string | undefined) {
    this.#form = form;
    this.#path = path;
  }

  /**
   * Computes where the rows are kept.
   *
   * @param cacheDir The folder in which the rows of all data sets are kept
   */
  static async open(
    folder: string,
    pictures: readonly LabeledPicture[],
    form: RowForm,
    cacheDir: string = "./data",
  ): Promise<CachedPictures> {
    if (pictures.length < MIN_PICTURES) return new CachedPictures(form, undefined);
    const hash = createHash("sha256").update(JSON.stringify(form));
    for (const { path } of pictures) {
      const { size, mtime } = await Deno.stat(`${folder}/${path}`);
      hash.update(`${path}\0${size}\0${mtime?.getTime()}\n`);
    }
    const place = createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 12);
    const name = `${place}-${hash.digest("hex").slice(0, 24)}`;
    return new CachedPictures(form, `${cacheDir}/pictures/${name}`);
  }

  /** Returns the kept rows; undefined if there are none. */
  read(): PictureRows | undefined {
    if (this.#path === undefined) return undefined;
    try {
      const others = JSON.parse(Deno.readTextFileSync(`${this.#path}/${COUNTS_FILE}`));
      const file = Deno.readFileSync(`${this.#path}/${ROWS_FILE}`);
      const info = { file: ROWS_FILE, fileLength: file.length, kind: "images" } as const;
      const { shape: [, height, width], headerLength } = parseIdxHeader(file, info);
      if (width !== this.#form.width || height !== this.#form.height) return undefined;
      this.#isStored = true;
      return { ...others, pixels: file.subarray(headerLength) };
    } catch {
      return undefined; // it does not exist, or a disk lost it: the pictures are decoded again
    }
  }

  /** Keeps the rows, in place of those of the folder's earlier pictures. */
  async write(rows: PictureRows, onNotice: (line: string) => void): Promise<void> {
    const path = this.#path;
    if (path === undefined || this.#isStored || rows.pixels.length === 0) return;
    const { width, height } = this.#form;
    const { pixels, ...others } = rows;
    const part = `${path}.${crypto.randomUUID()}.part`;
    try {
      await Deno.mkdir(part, { recursive: true });
      const shape = [pixels.length / (width * height), height, width];
      await Deno.writeFile(`${part}/${ROWS_FILE}`, encodeIdx(shape, pixels));
      await Deno.writeTextFile(`${part}/${COUNTS_FILE}`, JSON.stringify(others));
      const [parent, place] = [path.replace(/\/[^/]*$/, ""), /([^/]*)-[^/]*$/.exec(path)![1]];
      for await (const { name } of Deno.readDir(parent)) {
        const isEarlier = name.startsWith(`${place}-`) && !name.endsWith(".part");
        if (isEarlier) await Deno.remove(`${parent}/${name}`, { recursive: true });
      }
      await Deno.rename(part, path);
      onNotice(`the pictures' pixels are kept in ${path}`);
    } catch (error) {
      await Deno.remove(part, { recursive: true }).catch(() => {}); // it may not exist
      onNotice(`${(error as Error).message}: the pictures are decoded again next time`);
    }
  }
}
