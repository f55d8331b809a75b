/**
 * Finds the pictures of a data set in folders, without decoding them: one folder for each class, as
 * they are or below folders for training and testing: `0/`, `train/0/`, `mnist_png/testing/0/`.
 */
import { type RowUse, useOf } from "./csv_columns.ts";
import type { DatasetSource, NoticeOptions } from "./dataset.ts";
import type { DownloadProgress } from "./download.ts";

/** Matches the names of pictures; those of other formats are reported as unreadable. */
export const IMAGE_NAME: RegExp = /\.(png|jpe?g|bmp|gif|webp|tiff?|heic|avif)$/i;

/** Folders are searched to this depth: `mnist_png/training/0/some group/`. */
const MAX_DEPTH = 5;

/** How pictures become rows of pixels. */
export interface PictureOptions extends NoticeOptions, Pick<DatasetSource, "asPhoto"> {
  /**
   * Whether an unreadable picture is an error; if not, it is left out.
   * @default false
   */
  strict?: boolean;
  /** The folder in which the rows of many pictures are kept. */
  cacheDir?: string;
  /** Called as pictures are read. */
  onProgress?: (progress: DownloadProgress) => void;
}

/** A picture and its class. */
export interface LabeledPicture {
  /** The path relative to the data set's folder. */
  path: string;
  /** The name of the class's folder. */
  label: string;
}

/**
 * Whether a folder is a data set of pictures.
 *
 * @returns Whether it has two folders with pictures, or one for training
 */
export function isPictureFolder(folder: string): boolean {
  return layoutOf(folder) !== undefined;
}

/** Returns the folder that holds the folders of the classes, for each use. */
export function layoutOf(folder: string, depth = 0): Map<RowUse, string> | undefined {
  const below = foldersIn(folder);
  const uses = new Map<RowUse, string>();
  for (const name of below) {
    const use = useOf(name);
    if (use && !uses.has(use) && classesIn(`${folder}/${name}`).length > 0) {
      uses.set(use, `${folder}/${name}`);
    }
  }
  if (uses.has("train")) return uses;
  if (classesIn(folder).length > 1) return new Map([["train", folder]]);
  return below.length === 1 && depth < 2 ? layoutOf(`${folder}/${below[0]}`, depth + 1) : undefined;
}

/** Returns the folders with pictures in a folder. */
function classesIn(folder: string): string[] {
  return foldersIn(folder).filter((name) => holdsPicture(`${folder}/${name}`));
}

function holdsPicture(folder: string, depth = 0): boolean {
  const entries = entriesIn(folder);
  return entries.some(({ name, isFile }) => isFile && IMAGE_NAME.test(name)) ||
    depth < 1 &&
      entries.some(({ name, isDirectory }) =>
        isDirectory && holdsPicture(`${folder}/${name}`, depth + 1)
      );
}

/** Lists the pictures in the folders of the classes, by class and name. */
export function picturesBelow(root: string, folder: string): LabeledPicture[] {
  return classesIn(folder).flatMap((label) => {
    const pictures: LabeledPicture[] = [];
    const seen = new Set([Deno.realPathSync(folder)]);
    const visit = (path: string, depth: number) => {
      const real = Deno.realPathSync(path);
      if (seen.has(real)) return; // a link may lead to a folder above it
      seen.add(real);
      for (const { name, isFile, isDirectory } of entriesIn(path)) {
        if (isFile && IMAGE_NAME.test(name)) {
          pictures.push({ path: `${path}/${name}`.slice(root.length + 1), label });
        } else if (isDirectory && depth < MAX_DEPTH) visit(`${path}/${name}`, depth + 1);
      }
    };
    visit(`${folder}/${label}`, 0);
    return pictures;
  });
}

function foldersIn(folder: string): string[] {
  return entriesIn(folder).filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
}

/**
 * Lists a folder by name, without hidden files.
 *
 * @returns Its entries; links count as what they lead to
 */
export function entriesIn(
  folder: string,
): Pick<Deno.DirEntry, "name" | "isFile" | "isDirectory">[] {
  const entries = [...Deno.readDirSync(folder)].filter(({ name }) => !/^(\.|__MACOSX$)/.test(name));
  return entries.map((entry) => {
    if (!entry.isSymlink) return entry;
    try {
      const { isFile, isDirectory } = Deno.statSync(`${folder}/${entry.name}`);
      return { name: entry.name, isFile, isDirectory };
    } catch {
      return { name: entry.name, isFile: true, isDirectory: false }; // reading it will say why not
    }
  }).sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Returns a folder's name for each class: its name, or its number if classes have no names. Characters
 * that file systems refuse are percent-encoded, and names that differ only in case get their number,
 * since many file systems take them for one.
 *
 * @returns The names of the folders by class
 */
export function folderNames(classes: number, names?: readonly string[]): string[] {
  const used = new Set<string>();
  return Array.from({ length: classes }, (_, label) => {
    const name = (names?.[label] ?? String(label))
      .replace(/[\p{Cc}%/\\:*?"<>|]|^\.|[. ]$/gu, hex);
    const isUsed = used.has(name.toLowerCase());
    used.add(name.toLowerCase());
    return isUsed ? `${name} (${label})` : name;
  });
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
