/** Finds and reads the pictures that `predict` is given: files, folders of files, or stdin. */
import { basename, dirname, join, relative } from "node:path";
import { entriesIn, IMAGE_NAME } from "../data/picture_folder.ts";
import { isFolder } from "../files/write_file.ts";
import { decodeImage, MAX_FILE_BYTES } from "../image/decode.ts";
import type { PictureReader } from "../image/picture_reader.ts";
import { UsageError } from "./flags.ts";
import { typedPath } from "./paths.ts";
import type { PredictInput } from "./predict_output.ts";

/** The name that stands for stdin. */
export const STDIN = "-";

/** A picture to predict. */
export interface PictureFile {
  /** As typed; for a picture in a folder, the path in that folder. */
  name: string;
  /** The file's path; `STDIN` for stdin. */
  path: string;
  /** The folder it was found in, if a folder was given. */
  folder?: string;
}

/**
 * Lists the pictures of an operand: itself, or those of a folder in the order of their names.
 *
 * @param operand A path as typed, or `-` for stdin
 * @param isRecursive Whether to list the folders in a folder as well
 * @throws {UsageError} If a folder holds no pictures, but other data
 */
export async function listPictures(operand: string, isRecursive: boolean): Promise<PictureFile[]> {
  if (operand === STDIN) return [{ name: operand, path: operand }];
  const path = typedPath(operand);
  if (!await isFolder(path)) return [{ name: operand, path }];
  const { files, folders } = listFolder(path, isRecursive);
  const pictures = files.filter((file) => IMAGE_NAME.test(file)).sort(byName.compare)
    .map((file) => ({ name: relative(path, file), path: file, folder: operand }));
  if (pictures.length > 0) return pictures;
  const table = files.find((file) => /^test\.csv$/i.test(basename(file))) ??
    files.find((file) => /\.csv(\.gz)?$/i.test(file));
  if (table) throw new UsageError(`${operand} is a folder: give ${join(operand, basename(table))}`);
  throw new UsageError(
    `${operand} holds no PNG or JPEG files` +
      (folders > 0 && !isRecursive ? `; --recursive looks into its ${folders} folders` : ""),
  );
}

const byName = new Intl.Collator("en", { numeric: true });

function listFolder(
  path: string,
  isRecursive: boolean,
  seen: Set<string> = new Set(),
): { files: string[]; folders: number } {
  const files: string[] = [];
  let folders = 0;
  seen.add(Deno.realPathSync(path));
  for (const { name, isDirectory } of entriesIn(path)) {
    if (!isDirectory) {
      files.push(join(path, name));
      continue;
    }
    folders++;
    // A link may lead to a folder above it.
    if (isRecursive && !seen.has(Deno.realPathSync(join(path, name)))) {
      files.push(...listFolder(join(path, name), true, seen).files);
    }
  }
  return { files, folders };
}

/**
 * Reads pictures.
 *
 * @param labelOf Returns the right class of a file, if it is known
 * @param onError Called for each picture that cannot be read
 */
export async function* readPictures(
  pictures: readonly PictureFile[],
  reader: PictureReader,
  labelOf: (picture: PictureFile) => number | undefined,
  onError: (picture: PictureFile, message: string) => void,
): AsyncGenerator<PredictInput> {
  for (const picture of pictures) {
    let pixels, label;
    try {
      label = labelOf(picture);
      pixels = reader.read(decodeImage(await readBytes(picture.path)));
    } catch (error) {
      onError(picture, (error as Error).message);
      continue;
    }
    yield { ids: [picture.name], pixels, ...label !== undefined && { labels: [label] } };
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  if (path === STDIN) return await new Response(Deno.stdin.readable).bytes();
  try {
    const { size, isFile } = await Deno.stat(path);
    if (isFile && size > MAX_FILE_BYTES) {
      throw new Error(`a picture must have at most ${MAX_FILE_BYTES} bytes: this file has ${size}`);
    }
    return await Deno.readFile(path);
  } catch (error) {
    throw error instanceof Deno.errors.NotFound ? new Error("there is no such file") : error;
  }
}

/** Where the right class of a picture is found. */
export const LABEL_PLACES = ["folder", "name"] as const;

/**
 * Creates a function that finds the right class of a picture.
 *
 * @param place The name of the folder that holds it, or the beginning of the file's name
 * @param classOf Returns the class of a name; undefined if there is none
 * @returns The function; it throws if the name is no class
 */
export function pictureLabels(
  place: typeof LABEL_PLACES[number],
  classOf: (name: string) => number | undefined,
): (picture: PictureFile) => number {
  return ({ path }) => {
    const file = basename(path);
    const names = place === "folder"
      ? [basename(dirname(path))]
      // From the whole name down to its first character: 7_12.png, 7a.png, ankle_boot_3.png.
      : Array.from(file, (_, i) => file.slice(0, file.length - i)).filter((name, i) =>
        i === 0 || !/\d/.test(name.at(-1)!) || !/\d/.test(file[name.length])
      );
    for (const name of names) {
      const label = classOf(name);
      if (label !== undefined) return label;
    }
    throw new Error(
      place === "folder"
        ? `the name of its folder must be a class: current value is ${names[0]}`
        : `its name must begin with a class: current value is ${file}`,
    );
  };
}
