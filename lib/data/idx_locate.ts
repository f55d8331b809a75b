/**
 * Finds the four files of IDX data sets, under the names and in the folders that people have them:
 * MNIST's own names, Kaggle's `train-images.idx3-ubyte`, EMNIST's `emnist-digits-train-...`, in a
 * folder for each file or in `MNIST/raw/`. What a file holds is told by its first bytes.
 */
import { foreignKind } from "../files/kinds.ts";
import { printable } from "../files/printable.ts";
import { IDX_FILE_NAMES, type IdxFileName } from "./idx_dataset.ts";
import { type IdxKind, idxKind } from "./idx.ts";
import { gunzipStart } from "../files/node.ts";

/** Where the files of one data set are. */
export interface IdxLocation {
  /** The folder and what the files' names begin with, for choosing it among others. */
  name: string;
  /** The file of each of MNIST's names; where there are several, the best comes first. */
  files: ReadonlyMap<IdxFileName, readonly string[]>;
}

/** Folders in folders that are looked into: `MNIST/raw/train-images-idx3-ubyte/`. */
const MAX_DEPTH = 3;
/** Files that are looked at; a folder with more is no data set's. */
const MAX_FILES = 1000;
/** Of a file, to see what it is. */
const START_BYTES = 4096;

/** A file that was found, and which of the four it is. */
interface Found {
  path: string;
  folder: string;
  /** What its name begins with, before `train` or `test`. */
  prefix: string;
  name: IdxFileName;
  /** Lower is better: MNIST's own names, then decompressed ones. */
  rank: number;
}

/**
 * Finds the complete data sets in a folder.
 *
 * @param directory The folder; with `/emnist-digits` behind it, of several data sets in it that
 *   whose files' names begin so
 * @returns Those that lie least deep, which are several if their names begin differently
 */
export function locateIdxFiles(directory: string): IdxLocation[] {
  const simple = locateSimple(directory);
  if (simple) return [simple];
  if (isFolder(directory)) return locateBelow(directory);
  const [parent, prefix] = splitPath(directory);
  return locateBelow(parent || ".", 0)
    .filter(({ name }) => splitPath(name)[1].toLowerCase() === prefix.toLowerCase());
}

/** Looks only for MNIST's own names, as there are in the cache. */
function locateSimple(directory: string): IdxLocation | undefined {
  const files = new Map<IdxFileName, string[]>();
  for (const name of IDX_FILE_NAMES) {
    const paths = [`${directory}/${name}`, `${directory}/${name}.gz`].filter(isFile);
    if (paths.length === 0) return undefined;
    files.set(name, paths);
  }
  return { name: directory, files };
}

function locateBelow(directory: string, maxDepth = MAX_DEPTH): IdxLocation[] {
  const found = filesBelow(directory, maxDepth).flatMap((entry) => identify(entry) ?? []);
  const groups = Map.groupBy(found, ({ folder, prefix }) => `${folder}/${prefix}`);
  const locations = [...groups].flatMap(([name, members]) => {
    const files = Map.groupBy(members.sort((a, b) => a.rank - b.rank), ({ name }) => name);
    if (files.size < IDX_FILE_NAMES.length) return [];
    const paths = new Map([...files].map(([name, some]) => [name, some.map(({ path }) => path)]));
    return [{ name: name.replace(/\/$/, ""), files: paths }];
  });
  const depthOf = ({ files }: IdxLocation) => {
    const paths = [...files.values()].map(([path]) => path.split("/").length);
    return Math.min(...paths);
  };
  const least = Math.min(...locations.map(depthOf));
  return locations.filter((location) => depthOf(location) === least);
}

/** Which of the four a file is, by its name and, unless that is MNIST's own, by its first bytes. */
function identify({ path, relative }: Entry): Found | undefined {
  const [parent, file] = splitPath(path);
  const [, parentName] = splitPath(splitPath(relative)[0]);
  const own = IDX_FILE_NAMES.find((name) => file === name || file === `${name}.gz`);
  const start = startOf(path);
  const kind = own ? kindOfName(own) : idxKind(start.bytes);
  // A folder that is called as the file in it, or that holds the files of one part.
  const isOwnFolder = /images|labels|^train|^test|^t10k/i.test(parentName);
  const part = partOf(file) ?? (isOwnFolder ? partOf(parentName) : undefined);
  if (kind === undefined || part === undefined) return undefined;
  return {
    path,
    folder: isOwnFolder ? splitPath(parent)[0] : parent,
    prefix: part.prefix,
    name: IDX_FILE_NAMES.find((name) => name.startsWith(`${part.part}-${kind}`))!,
    rank: (own ? 0 : 4) + (isOwnFolder ? 2 : 0) + (start.isPacked ? 1 : 0),
  };
}

function kindOfName(name: IdxFileName): IdxKind {
  return name.includes("images") ? "images" : "labels";
}

/** Whether a name is of training or test files, and what comes before that. */
function partOf(name: string): { part: "train" | "t10k"; prefix: string } | undefined {
  const words = [...name.matchAll(/train|t10k|test/gi)];
  const parts = new Set(words.map(([word]) => word.toLowerCase() === "train" ? "train" : "t10k"));
  const [part] = parts;
  if (parts.size !== 1) return undefined;
  return { part, prefix: name.slice(0, words[0].index).replace(/[-_. ]+$/, "") };
}

function splitPath(path: string): [string, string] {
  const isWindows = Deno.build.os === "windows";
  const slash = Math.max(path.lastIndexOf("/"), isWindows ? path.lastIndexOf("\\") : -1);
  return [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
}

/** A file's first bytes, decompressed if it is gzipped. */
function startOf(path: string): { bytes: Uint8Array; isPacked: boolean } {
  const bytes = firstBytes(path);
  const isPacked = isGzip(bytes);
  return { bytes: isPacked ? gunzipStart(bytes) : bytes, isPacked };
}

/**
 * Whether bytes begin as gzip does.
 *
 * @param bytes The first two at least
 */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function firstBytes(path: string): Uint8Array {
  const bytes = new Uint8Array(START_BYTES);
  try {
    using file = Deno.openSync(path);
    return bytes.subarray(0, file.readSync(bytes) ?? 0);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return new Uint8Array();
    throw error;
  }
}

/** What `filesBelow` gives. */
interface Entry {
  path: string;
  /** From the folder. */
  relative: string;
}

/** All files in a folder and its folders, but hidden ones, half-written ones and those set aside. */
function filesBelow(directory: string, maxDepth = MAX_DEPTH): Entry[] {
  const files: Entry[] = [];
  const visit = (folder: string, relative: string, depth: number) => {
    for (const name of visibleNames(folder)) {
      if (files.length >= MAX_FILES) return;
      const path = `${folder}/${name}`;
      if (isFile(path)) files.push({ path, relative: relative + name });
      else if (depth < maxDepth && isFolder(path)) visit(path, `${relative}${name}/`, depth + 1);
    }
  };
  visit(directory.replace(/\/+$/, ""), "", 0);
  return files;
}

function visibleNames(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => !/^\.|\.(part|damaged)$/.test(name)).sort();
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.PermissionDenied
    ) return [];
    throw error;
  }
}

/** How many files of a folder a message names. */
const NAMED = 6;

/**
 * Says what is in a folder, for where something else was looked for.
 *
 * @param directory The folder
 * @returns Words that go on from "There is no such file in FOLDER"
 */
export function describeFolder(directory: string): string {
  if (!isFolder(directory)) return ", as there is no such folder";
  const files = filesBelow(directory);
  if (files.length === 0) return ", which holds no files";
  const named = files.slice(0, NAMED).map(({ path, relative }) => {
    const { bytes } = startOf(path);
    const foreign = idxKind(bytes) ? undefined : foreignKind(bytes)?.replace(/^it is /, "");
    return printable(relative) + (foreign ? ` (${foreign})` : "");
  });
  const others = files.length - named.length;
  return `, which holds ${named.join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
}

/**
 * Whether a folder holds files that somebody put there for their data.
 *
 * @param directory The folder
 * @param maxDepth Folders in folders that are looked into
 */
export function holdsData(directory: string, maxDepth = MAX_DEPTH): boolean {
  return filesBelow(directory, maxDepth).some(({ relative }) =>
    !/^(readme|licen[cs]e)\b/i.test(relative)
  );
}

/**
 * Whether there is a file.
 *
 * @param path Where
 */
export function isFile(path: string): boolean {
  return statOf(path)?.isFile ?? false;
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory ?? false;
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.FilesystemLoop
    ) return undefined;
    throw error;
  }
}
