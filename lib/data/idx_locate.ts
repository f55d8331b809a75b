/**
 * Finds the four files of IDX data sets by the names and folders with which they are distributed:
 * MNIST's own names, Kaggle's `train-images.idx3-ubyte`, EMNIST's `emnist-digits-train-...`; in one
 * folder per file, or in `MNIST/raw/`. A file's first bytes tell whether it holds images or labels.
 */
import { foreignKind } from "../files/kinds.ts";
import { printable } from "../files/printable.ts";
import { IDX_FILE_NAMES, type IdxFileName, kindOfName } from "./idx_dataset.ts";
import { idxKind } from "./idx.ts";
import { gunzipStart, isGzip } from "../files/gzip.ts";

/** The location of one data set's files. */
export interface IdxLocation {
  /** The folder and the common prefix of the file names, which distinguishes data sets. */
  name: string;
  /** The paths for each of MNIST's names, the best one first. */
  files: ReadonlyMap<IdxFileName, readonly string[]>;
}

/** Maximum depth of subfolders searched: `MNIST/raw/train-images-idx3-ubyte/`. */
const MAX_DEPTH = 3;
/** Maximum number of files examined; a data set's folder has fewer. */
const MAX_FILES = 1000;
/** Number of bytes read from a file to recognize it. */
const START_BYTES = 4096;

/** A file that was found, and which of the four it is. */
interface Found {
  path: string;
  folder: string;
  /** The part of its name before `train` or `test`. */
  prefix: string;
  name: IdxFileName;
  /** Lower is better: MNIST's own names, then decompressed ones. */
  rank: number;
}

/**
 * Finds the complete data sets in a folder.
 *
 * @param directory The folder. `FOLDER/emnist-digits` stands for the data set in FOLDER whose file
 *   names begin with `emnist-digits`, if there is no folder of that name
 * @param contents Files that count as if they were in the folder under MNIST's own names
 * @returns The data sets at the smallest depth; several if their file names have different prefixes
 */
export function locateIdxFiles(
  directory: string,
  contents?: ReadonlyMap<IdxFileName, Uint8Array>,
): IdxLocation[] {
  const exact = locateExactNames(directory, contents);
  if (exact) return [exact];
  if (isFolder(directory)) return locateBelow(directory);
  const [parent, prefix] = splitPath(directory);
  return locateBelow(parent || ".", 0)
    .filter(({ name }) => splitPath(name)[1].toLowerCase() === prefix.toLowerCase());
}

/** Looks only for MNIST's own names, which the cache uses. */
function locateExactNames(
  directory: string,
  contents?: ReadonlyMap<IdxFileName, Uint8Array>,
): IdxLocation | undefined {
  const files = new Map<IdxFileName, string[]>();
  for (const name of IDX_FILE_NAMES) {
    const paths = ownPaths(directory, name);
    if (paths.length === 0 && !contents?.has(name)) return undefined;
    files.set(name, paths.length > 0 ? paths : [`${directory}/${name}`]);
  }
  return { name: directory, files };
}

/** Returns the paths of a file under MNIST's own name, and of its gzipped copy, if they exist. */
export function ownPaths(directory: string, name: IdxFileName): string[] {
  return [`${directory}/${name}`, `${directory}/${name}.gz`].filter(isFile);
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

/** Identifies which of the four a file is, by its name, and by its first bytes unless the name is MNIST's own. */
function identify({ path, relative }: Entry): Found | undefined {
  const [parent, file] = splitPath(path);
  const [, parentName] = splitPath(splitPath(relative)[0]);
  const own = IDX_FILE_NAMES.find((name) => file === name || file === `${name}.gz`);
  const start = firstBytes(path);
  const kind = own ? kindOfName(own) : idxKind(inflatedStart(start));
  // Whether the folder is named like the file in it, or holds only training or only test files.
  const isOwnFolder = /images|labels|^train|^test|^t10k/i.test(parentName);
  const part = partOf(file) ?? (isOwnFolder ? partOf(parentName) : undefined);
  if (kind === undefined || part === undefined) return undefined;
  return {
    path,
    folder: isOwnFolder ? splitPath(parent)[0] : parent,
    prefix: part.prefix,
    name: IDX_FILE_NAMES.find((name) => name.startsWith(`${part.part}-${kind}`))!,
    rank: (own ? 0 : 4) + (isOwnFolder ? 2 : 0) + (isGzip(start) ? 1 : 0),
  };
}

/** Tells whether a name is that of a training or a test file, and returns the prefix before it. */
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

/** Returns `firstBytes`, decompressed if they are gzipped. */
export function startOf(path: string): Uint8Array {
  return inflatedStart(firstBytes(path));
}

function inflatedStart(bytes: Uint8Array): Uint8Array {
  return isGzip(bytes) ? gunzipStart(bytes) : bytes;
}

/** Reads a file's first 4096 bytes; none if permission to read it is missing. */
export function firstBytes(path: string): Uint8Array {
  const bytes = new Uint8Array(START_BYTES);
  try {
    using file = Deno.openSync(path);
    return bytes.subarray(0, file.readSync(bytes) ?? 0);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return new Uint8Array();
    throw error;
  }
}

/** A file found by `filesBelow`. */
interface Entry {
  path: string;
  /** The path relative to the folder. */
  relative: string;
}

/** Lists the files in a folder and its subfolders, except hidden, partial and `.damaged` files. */
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
  const entries = ifPresent(() => [...Deno.readDirSync(folder)]) ?? [];
  return entries.map(({ name }) => name)
    .filter((name) => !/^\.|\.(part|damaged)$/.test(name)).sort();
}

/** Maximum number of files that a message lists. */
const NAMED = 6;

/**
 * Describes a folder's contents, for the message that a file is missing.
 *
 * @returns Text that follows "There is no such file in FOLDER"
 */
export function describeFolder(directory: string): string {
  if (!isFolder(directory)) return ", as there is no such folder";
  const files = filesBelow(directory);
  if (files.length === 0) return ", which holds no files";
  const named = files.slice(0, NAMED).map(({ path, relative }) => {
    const bytes = startOf(path);
    const foreign = idxKind(bytes) ? undefined : foreignKind(bytes)?.replace(/^it is /, "");
    return printable(relative) + (foreign ? ` (${foreign})` : "");
  });
  const others = files.length - named.length;
  return `, which holds ${named.join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
}

/**
 * Whether a folder holds files that the user may have put there as data.
 *
 * @param maxDepth Maximum depth of subfolders searched
 * @returns False if it holds no files, or only a readme and a license
 */
export function holdsData(directory: string, maxDepth = MAX_DEPTH): boolean {
  return filesBelow(directory, maxDepth).some(({ relative }) =>
    !/^(readme|licen[cs]e)\b/i.test(relative)
  );
}

/** Whether a path exists and is a file; false also if permission to read it is missing. */
function isFile(path: string): boolean {
  return ifPresent(() => Deno.statSync(path))?.isFile ?? false;
}

function isFolder(path: string): boolean {
  return ifPresent(() => Deno.statSync(path))?.isDirectory ?? false;
}

/** Returns what `read` returns; undefined if the path does not exist, or reading it is not permitted. */
function ifPresent<T>(read: () => T): T | undefined {
  const { NotFound, NotADirectory, PermissionDenied, FilesystemLoop } = Deno.errors;
  try {
    return read();
  } catch (error) {
    const absent = [NotFound, NotADirectory, PermissionDenied, FilesystemLoop];
    if (absent.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}
