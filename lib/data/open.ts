/**
 * Opens any data set by name or path. `mod.ts` must not import it: CSV files are
 * read with a package, which a module imported by URL cannot resolve.
 */
import { resolve } from "node:path";
import { printable } from "../files/printable.ts";
import type { Dataset, DatasetSource } from "./dataset.ts";
import { DataError, DataUnavailableError } from "./errors.ts";
import { FASHION, KMNIST, MNIST, QMNIST } from "./published.ts";
import { DATASET_NAMES, type DatasetName } from "./names.ts";
import { type IdxFolderOptions, isEmnist, isEmnistFolder, readIdxFolder } from "./idx_folder.ts";
import { holdsData, locateIdxFiles } from "./idx_locate.ts";
import { inspectLabels } from "./labels.ts";
import { type IdxSource, loadIdxSource, type LoadOptions } from "./idx_source.ts";
import { loadFashionMnist } from "./load_fashion_mnist.ts";
import { loadMnist } from "./load_mnist.ts";
import { loadArffSource, OPENML } from "./openml.ts";
import { syntheticDigits } from "./synthetic.ts";
import { transposeImages } from "./transpose.ts";

/** The data set to open, and where to look for it. */
export interface OpenOptions extends Omit<LoadOptions, "directory">, DatasetSource {
  /**
   * - a name of `DATASET_NAMES`; `auto` is MNIST, or synthetic digits if it is neither on disk nor
   *   downloadable
   * - the path of a folder of four IDX files, or of a CSV file
   */
  dataset: string;
  /** A folder with the four IDX files of a named data set; if given, nothing is downloaded. */
  dataDir?: string;
  /** Like `dataDir`, but only for `auto` and `mnist`; `dataDir` overrides it. */
  mnistDir?: string;
  /**
   * The folder for downloads, with one subfolder per data set.
   * @default "./data"
   */
  cacheDir?: string;
  /**
   * Called with the message that `auto` fell back to synthetic digits.
   * @default `onNotice`
   */
  onWarning?: (line: string) => void;
}

/** The hosts from which data sets are downloaded. */
export const DATA_HOSTS: readonly string[] = [MNIST, FASHION, KMNIST, QMNIST, OPENML]
  .flatMap(({ mirrors }) => mirrors.map((mirror) => new URL(mirror).host));

/** How to load each named data set if no folder is given. */
const LOADERS: Readonly<Record<DatasetName, (options: LoadOptions) => Promise<Dataset>>> = {
  mnist: loadMnist,
  fashion: loadFashionMnist,
  kmnist: (options) => loadIdxSource(KMNIST, options),
  qmnist: (options) => loadIdxSource(QMNIST, options),
  openml: (options) => loadArffSource(OPENML, options),
  synthetic: () => Promise.resolve(syntheticDigits()),
};

/** The expected files of a folder that is given for a named data set. */
const IDX_SOURCES: Readonly<Partial<Record<DatasetName, IdxSource>>> = {
  mnist: MNIST,
  fashion: FASHION,
  kmnist: KMNIST,
  qmnist: QMNIST,
};

/**
 * Opens a data set: reads it from the folder given, or else from the cache, or else downloads it
 * into the cache. It is an error if a given folder lacks the files.
 *
 * @param options The data set, and where to look for it
 * @returns The data set; named `synthetic` if `auto` fell back to synthetic digits
 * @throws {DataUnavailableError} If it is not on disk and cannot be downloaded
 * @throws {DataError} If there is no such data set, or its files are corrupt
 *
 * @example
 * ```ts
 * import { openDataset } from "./open.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const opening = openDataset({ dataset: "mnist", dataDir: "/nowhere" });
 * await assertRejects(() => opening, Error, "in /nowhere");
 * ```
 */
export async function openDataset(options: OpenOptions): Promise<Dataset> {
  const { dataset, dataDir, onNotice } = options;
  if (kindOf(dataset) !== "file") rejectCsvOptions(options);
  const isKnown = DATASET_NAMES.includes(dataset);
  const data = await openNamed(options);
  if (!isKnown) inspectLabels(data, onNotice);
  const transpose = options.transpose ?? (!isKnown && isEmnistPath(dataset));
  if (transpose && options.transpose === undefined) {
    onNotice?.(
      `${dataset}: EMNIST stores its images transposed; rows and columns are swapped back`,
    );
  }
  const source: DatasetSource = data.source ??
    (isKnown
      ? { dataset: data.name, ...dataDir && { dataDir: resolve(dataDir) } }
      : { dataset: resolve(dataset) });
  if (transpose || options.transpose === false) source.transpose = transpose;
  return { ...(transpose ? transposeImages(data) : data), source };
}

/** Throws if options of CSV files are given for other data, where they would have no effect. */
function rejectCsvOptions({ dataset, label, width, test }: OpenOptions): void {
  for (const [name, value] of Object.entries({ label, "image width": width, test })) {
    if (value === undefined || /\.csv(\.gz)?$/i.test(dataset)) continue;
    throw new DataError(
      `Cannot use the ${name} ${printable(String(value), 200)} with ` +
        `${printable(dataset, 200)} as only CSV files have one`,
    );
  }
}

async function openNamed(options: OpenOptions): Promise<Dataset> {
  const { dataset, dataDir, onNotice, onWarning = onNotice, label, width, test } = options;
  const { cacheDir = "./data" } = options;
  const inFolders = ["auto", ...Object.keys(IDX_SOURCES)];
  if (dataDir && !inFolders.includes(dataset)) {
    throw new DataError(
      `Cannot use the folder ${dataDir} as only ${inFolders.join(", ")} are read from one: ` +
        `the data set is ${printable(dataset, 200)}`,
    );
  }
  if (dataset === "auto") {
    try {
      return await openKnown("mnist", options);
    } catch (error) {
      if (!(error instanceof DataUnavailableError)) throw error;
      if (holdsData(cacheDir, 0)) {
        throw new DataError(
          `${error.message}. There are files in ${cacheDir}: if they are data, name one with ` +
            `--dataset; --dataset synthetic trains without them`,
        );
      }
      onWarning?.(`NOT MNIST: SYNTHETIC DIGITS ARE USED INSTEAD. ${error.message}`);
      return syntheticDigits();
    }
  }
  if (DATASET_NAMES.includes(dataset)) return await openKnown(dataset as DatasetName, options);
  const kind = kindOf(dataset);
  if (kind === "folder" || kind === undefined && locateIdxFiles(dataset).length > 0) {
    return readIdxFolder(dataset);
  }
  if (kind === "file" || /\.csv(\.gz)?$/i.test(dataset)) {
    const { readCsv } = await import("./csv.ts");
    return await readCsv(dataset, { label, width, test, onNotice });
  }
  throw new DataError(
    `Cannot open the data set ${printable(dataset)} as it must be ${DATASET_NAMES.join(", ")}, ` +
      `a folder of IDX files or a CSV file: there is no such file or folder` +
      (isEmnist(dataset)
        ? "; EMNIST is published as one archive: unpack it and give FOLDER/emnist-digits"
        : ""),
  );
}

/** Opens a named data set, from the folder given for it if there is one. */
async function openKnown(name: DatasetName, options: OpenOptions): Promise<Dataset> {
  const { dataDir, mnistDir, cacheDir = "./data" } = options;
  const folder = dataDir || (name === "mnist" ? mnistDir : undefined);
  const source = IDX_SOURCES[name];
  if (folder && source) return readNamedFolder(folder, { ...source, onNotice: options.onNotice });
  const directory = `${cacheDir}/${name}`;
  return (name === "mnist" ? findMnist(directory, cacheDir) : undefined) ??
    await LOADERS[name]({ ...options, directory });
}

/** Finds MNIST in its folder in the cache, or elsewhere in the cache, where torchvision puts it. */
function findMnist(...directories: string[]): Dataset | undefined {
  for (const directory of directories) {
    try {
      return readIdxFolder(directory, MNIST);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
  }
}

function readNamedFolder(directory: string, source: IdxSource & IdxFolderOptions): Dataset {
  try {
    return readIdxFolder(directory, source);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(
      `${error.message}; give another folder, or none to download ${source.name}`,
    );
  }
}

function kindOf(path: string): "file" | "folder" | undefined {
  try {
    return Deno.statSync(path).isDirectory ? "folder" : "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether a file, or the files of a folder, have EMNIST's names. */
function isEmnistPath(path: string): boolean {
  return kindOf(path) === "file" ? isEmnist(path) : isEmnistFolder(path);
}
