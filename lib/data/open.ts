/**
 * Opens any data set by name or path. `mod.ts` must not import it: CSV files are
 * read with a package, which a module imported by URL cannot resolve.
 */
import { resolve } from "node:path";
import { printable } from "../files/printable.ts";
import { type Dataset, type DatasetSource, STDIN } from "./dataset.ts";
import { attempt, DataError, DataUnavailableError } from "./errors.ts";
import { IMAGE_NAME, isPictureFolder, type PictureOptions } from "./picture_folder.ts";
import { FASHION, KMNIST, MNIST, QMNIST } from "./published.ts";
import { DATASET_NAMES, type DatasetName } from "./names.ts";
import { isEmnist, readRawIdxFolder } from "./idx_folder.ts";
import { isNumpy, readRawNpz } from "./npz.ts";
import { holdsData, locateIdxFiles, startOf } from "./idx_locate.ts";
import { inspectLabels } from "./labels.ts";
import { type IdxSource, loadIdxSource, type LoadOptions, readIntact } from "./idx_source.ts";
import { OPENML } from "./openml.ts";
import { finishDataset, type RawDataset } from "./raw.ts";
import { syntheticDigits } from "./synthetic.ts";

/** The data set to open, and where to look for it. */
export interface OpenOptions
  extends Omit<LoadOptions, "directory">, DatasetSource, Pick<PictureOptions, "strict"> {
  /**
   * - a name of `DATASET_NAMES`; `auto` is MNIST, or synthetic digits if it is neither on disk nor
   *   downloadable
   * - the path of a file or folder of one of the formats in `FORMATS`
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
export const DATA_HOSTS: readonly string[] = [MNIST, FASHION, KMNIST, QMNIST, OPENML].flatMap((
  { mirrors },
) => mirrors.map((mirror) => new URL(mirror).host));

/** Where the rows of each named data set are published; undefined if the program draws them. */
const SOURCES: Readonly<Record<DatasetName, IdxSource | undefined>> = {
  mnist: MNIST,
  fashion: FASHION,
  kmnist: KMNIST,
  qmnist: QMNIST,
  openml: OPENML,
  synthetic: undefined,
};

/** The data sets that can be read from a folder given for them. */
const IN_FOLDERS: readonly string[] = Object.entries(SOURCES)
  .flatMap(([name, source]) => source && !source.convert ? [name] : []);

/** What is known about a path before its contents are read. */
interface Place {
  path: string;
  /** Undefined if there is nothing at that path. */
  kind?: "file" | "folder";
  /** A file's first bytes, decompressed; empty for a folder and for a pipe. */
  start: Uint8Array;
}

/** The options that only some formats have. */
type FormatOption = typeof FORMAT_OPTIONS[number];
const FORMAT_OPTIONS = ["label", "width", "test", "asPhoto", "strict"] as const;

/** A format of data sets. */
interface Format {
  /** What a path with this format is, for messages. */
  name: string;
  /** The options that apply to it. */
  options: readonly FormatOption[];
  /** Whether a path has this format. */
  matches(place: Place): boolean;
  /** Reads it. The modules of formats are loaded only when needed. */
  read(path: string, options: OpenOptions): RawDataset | Promise<RawDataset>;
}

/** The formats, in the order in which they are tried. */
const FORMATS: readonly Format[] = [
  {
    name: "a folder of IDX files",
    options: [],
    matches: ({ path, kind }) => kind !== "file" && locateIdxFiles(path).length > 0,
    read: (path, { onNotice }) => readRawIdxFolder(path, { onNotice }),
  },
  {
    name: "a folder of pictures",
    options: ["asPhoto", "strict"],
    matches: ({ path, kind }) => kind === "folder" && isPictureFolder(path),
    async read(path, options) {
      const { readRawPictures } = await import("./pictures.ts");
      return readRawPictures(path, options);
    },
  },
  {
    name: "a NumPy file",
    options: ["width"],
    matches: ({ start }) => isNumpy(start),
    read: readRawNpz,
  },
  {
    name: "a CSV, ARFF or LIBSVM file",
    options: ["label", "width", "test"],
    matches: ({ path, kind }) => kind === "file" || /\.csv(\.gz)?$/i.test(path),
    async read(path, options) {
      const { readRawCsv } = await import("./csv.ts");
      return { ...await readRawCsv(path, options), isTransposed: isEmnist(path) };
    },
  },
];

/**
 * Opens a data set: reads it from the folder given, or else from the cache, or else downloads it
 * into the cache. It is an error if a given folder lacks the files.
 *
 * @param options The data set, and where to look for it
 * @returns The data set; named `synthetic` if `auto` fell back to synthetic digits
 * @throws {DataUnavailableError} If it is not on disk and cannot be downloaded
 * @throws {DataError} If there is no such data set, or its files are corrupt
 */
export async function openDataset(options: OpenOptions): Promise<Dataset> {
  const { dataset, dataDir, transpose, asPhoto, invert, maxPixel, add } = options;
  const isNamed = DATASET_NAMES.includes(dataset);
  if (dataDir && !["auto", ...IN_FOLDERS].includes(dataset)) {
    throw new DataError(
      `Cannot use the folder ${dataDir} as only auto, ${
        IN_FOLDERS.join(", ")
      } are read from one: ` +
        `the data set is ${printable(dataset, 200)}`,
    );
  }
  let data = await (isNamed ? openNamed(options) : openPath(options));
  if (add !== undefined) {
    const { addPictures } = await import("./add_pictures.ts");
    data = await addPictures(data, add, options);
  }
  const source = data.source ?? {
    dataset: data.name,
    ...dataDir && { dataDir: resolve(dataDir) },
  };
  return {
    ...data,
    source: {
      ...source,
      ...transpose !== undefined && { transpose },
      ...asPhoto && { asPhoto },
      ...invert && { invert },
      ...maxPixel !== undefined && { maxPixel },
      ...add !== undefined && { add: resolve(add) },
    },
  };
}

async function openPath(options: OpenOptions): Promise<Dataset> {
  const { dataset, onNotice } = options;
  const place = placeOf(dataset);
  const format = FORMATS.find((format) => format.matches(place));
  checkOptions(format?.options ?? [], options);
  if (!format && place.kind === "folder") throw unreadableFolder(dataset);
  if (!format) {
    throw new DataError(
      `Cannot open the data set ${printable(dataset)} as it must be ${DATASET_NAMES.join(", ")}, ` +
        `${listOf(FORMATS)}: there is no such file or folder` +
        (isEmnist(dataset)
          ? "; EMNIST is published as one archive: unpack it and give FOLDER/emnist-digits"
          : ""),
    );
  }
  const raw = await format.read(dataset, options);
  const data = finishDataset(raw, options);
  inspectLabels(data, onNotice);
  const { source = { dataset: resolve(dataset) } } = data;
  return { ...data, source: raw.isTransposed ? { ...source, transpose: true } : source };
}

/** Throws if options are given that have no effect on a format. */
function checkOptions(accepted: readonly FormatOption[], options: OpenOptions): void {
  for (const name of FORMAT_OPTIONS) {
    if (name === "strict" && options.add !== undefined) continue; // for the added pictures
    const value = options[name];
    if (value === undefined || value === false || accepted.includes(name)) continue;
    const formats = FORMATS.filter(({ options }) => options.includes(name));
    throw new DataError(
      `Cannot use \`${name}\`${value === true ? "" : ` ${printable(String(value), 200)}`} with ` +
        `${printable(options.dataset, 200)}: it applies only to ${listOf(formats)}`,
    );
  }
}

/** Creates the error for a folder without a data set, which may hold files that are one each. */
function unreadableFolder(path: string): DataError {
  const names = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  const files = names.filter((name) => /\.(csv|arff|libsvm|svm|np[yz])(\.gz)?$/i.test(name));
  const file = files.find((name) => /train/i.test(name)) ?? files[0];
  const advice = file !== undefined
    ? `name a file in it, such as ${printable(`${path}/${file}`, 300)}`
    : names.some((name) => IMAGE_NAME.test(name))
    ? `its pictures must be in one folder for each class, such as ${printable(path, 200)}/7/`
    : undefined;
  const found = advice === undefined && attempt(() => readRawIdxFolder(path));
  return found instanceof DataError ? found : new DataError(
    `Cannot open the folder ${printable(path, 200)} as a data set` + (advice ? `: ${advice}` : ""),
  );
}

function listOf(formats: readonly Format[]): string {
  const names = formats.map(({ name }) => name);
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")}, or ${names.at(-1)}`;
}

function placeOf(path: string): Place {
  if (path === STDIN) return { path, kind: "file", start: new Uint8Array() };
  try {
    const { isDirectory, isFile } = Deno.statSync(path);
    if (isDirectory) return { path, kind: "folder", start: new Uint8Array() };
    // A pipe can be read only once.
    return { path, kind: "file", start: isFile ? startOf(path) : new Uint8Array() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { path, start: new Uint8Array() };
    throw error;
  }
}

async function openNamed(options: OpenOptions): Promise<Dataset> {
  const { dataset, onNotice, onWarning = onNotice, cacheDir = "./data" } = options;
  checkOptions([], options);
  let data: Dataset;
  try {
    data = await openKnown(dataset === "auto" ? "mnist" : dataset as DatasetName, options);
  } catch (error) {
    if (dataset !== "auto" || !(error instanceof DataUnavailableError)) throw error;
    if (holdsData(cacheDir, 0)) {
      throw new DataError(
        `${error.message}. There are files in ${cacheDir}: if they are data, name one with ` +
          `\`dataset\`; the data set synthetic trains without them`,
      );
    }
    onWarning?.(`NOT MNIST: SYNTHETIC DIGITS ARE USED INSTEAD. ${error.message}`);
    data = syntheticDigits();
  }
  const { images, labels } = data;
  const part = { path: data.name, pixels: images, labels };
  return finishDataset({ ...data, parts: [part], isVerified: true }, options);
}

/** Opens a named data set, from the folder given for it if there is one. */
async function openKnown(name: DatasetName, options: OpenOptions): Promise<Dataset> {
  const { dataDir, mnistDir, cacheDir = "./data", onNotice } = options;
  const source = SOURCES[name];
  if (!source) return syntheticDigits();
  const directory = `${cacheDir}/${name}`;
  const folder = dataDir || (name === "mnist" ? mnistDir : undefined);
  if (folder) {
    const found = readIntact(folder, { ...source, onNotice });
    if (!(found instanceof DataError)) return found;
    throw new DataError(
      `${found.message}; give another folder, or none to download ${source.name}`,
    );
  }
  // torchvision puts MNIST elsewhere in its folder.
  for (const place of name === "mnist" ? [directory, cacheDir] : []) {
    const found = readIntact(place, source);
    if (!(found instanceof DataError)) return found;
  }
  return await loadIdxSource(source, { ...options, directory });
}
