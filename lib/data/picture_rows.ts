/** Decodes many pictures to rows of gray pixels, on several threads. */
import { decodeImage } from "../image/decode.ts";
import { imageToDigit } from "../image/image_to_digit.ts";
import { DIGIT_SIDE } from "../image/ink_to_digit.ts";
import { pictureToRow } from "../image/picture_to_row.ts";
import type { LabeledPicture, PictureOptions } from "./picture_folder.ts";

/** Pictures of up to this side keep their size. */
const MAX_OWN_SIDE = 64;
/** Number of pictures that decide the size. */
const SAMPLED = 200;
/** Number of pictures below which a second thread would take longer to start than it saves. */
const MIN_PER_THREAD = 500;
const MAX_THREADS = 8;
/** Number of pictures a thread decodes at a time. */
const BATCH = 250;

/** What rows the pictures become. */
export interface RowForm {
  width: number;
  height: number;
  asPhoto: boolean;
}

/** Pictures as rows. */
export interface PictureRows {
  /** Shape (pictures that can be read, height * width). */
  pixels: Uint8Array<ArrayBuffer>;
  /** The numbers of the pictures that cannot be read, ascending, and why. */
  failures: [number, string][];
  /** Number of pictures of another size. */
  scaled: number;
}

/**
 * Chooses the size of all rows.
 *
 * @param asPhoto As in `PictureOptions`
 * @returns The most common size of 200 pictures if it is at most 64 x 64, otherwise 28 x 28
 */
export function sizeOfPictures(
  folder: string,
  pictures: readonly LabeledPicture[],
  asPhoto: boolean,
): { width: number; height: number } {
  const standard = { width: DIGIT_SIDE, height: DIGIT_SIDE };
  if (asPhoto) return standard;
  const step = Math.max(1, pictures.length / SAMPLED);
  const counts = new Map<string, number>();
  for (let i = 0; i < pictures.length; i += step) {
    try {
      const bytes = Deno.readFileSync(`${folder}/${pictures[Math.floor(i)].path}`);
      const { width, height } = decodeImage(bytes);
      const key = `${width},${height}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    } catch {
      // It is reported when all pictures are read.
    }
  }
  if (counts.size === 0) return standard;
  const [most] = [...counts].reduce((a, b) => b[1] > a[1] ? b : a);
  const [width, height] = most.split(",").map(Number);
  return Math.max(width, height) <= MAX_OWN_SIDE ? { width, height } : standard;
}

/** Decodes pictures. */
export async function readPictures(
  folder: string,
  pictures: readonly LabeledPicture[],
  form: RowForm,
  { onProgress }: Pick<PictureOptions, "onProgress"> = {},
): Promise<PictureRows> {
  const area = form.width * form.height;
  const pixels = new Uint8Array(pictures.length * area);
  const failures: [number, string][] = [];
  let scaled = 0;
  let done = 0;
  let next = 0;
  const take = (): PictureBatch | undefined => {
    if (next >= pictures.length) return undefined;
    const first = next;
    next += BATCH;
    const paths = pictures.slice(first, next).map(({ path }) => `${folder}/${path}`);
    return { first, paths, form };
  };
  const put = (first: number, batch: PictureRows, count: number) => {
    pixels.set(batch.pixels, first * area);
    failures.push(...batch.failures.map(([i, why]): [number, string] => [first + i, why]));
    scaled += batch.scaled;
    done += count;
    onProgress?.({
      file: folder,
      bytes: done,
      total: pictures.length,
      what: "of the pictures read",
    });
  };
  const threads = Math.min(
    MAX_THREADS,
    navigator.hardwareConcurrency,
    Math.floor(pictures.length / MIN_PER_THREAD),
  );
  if (threads < 2) {
    for (let batch = take(); batch; batch = take()) {
      put(batch.first, decodeBatch(batch), batch.paths.length);
      await new Promise((resolve) => setTimeout(resolve)); // so that messages are sent
    }
  } else {
    await Promise.all(Array.from({ length: threads }, () => runThread(take, put)));
  }
  failures.sort(([a], [b]) => a - b);
  const failed = new Set(failures.map(([i]) => i));
  // Remove the empty rows of unreadable pictures.
  let row = 0;
  for (let i = 0; i < pictures.length && failed.size > 0; i++) {
    if (!failed.has(i)) pixels.copyWithin(row++ * area, i * area, (i + 1) * area);
  }
  const rows = pictures.length - failed.size;
  return { pixels: pixels.subarray(0, rows * area), failures, scaled };
}

/** Pictures that a thread decodes at once. */
interface PictureBatch {
  /** The number of the first. */
  first: number;
  paths: string[];
  form: RowForm;
}

async function runThread(
  take: () => PictureBatch | undefined,
  put: (first: number, rows: PictureRows, count: number) => void,
): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { type: "module", name: WORKER });
  try {
    for (let batch = take(); batch; batch = take()) {
      const { promise, resolve, reject } = Promise.withResolvers<PictureRows>();
      worker.onmessage = ({ data }: MessageEvent<PictureRows>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`Cannot decode pictures: ${event.message}`));
      };
      worker.postMessage(batch);
      put(batch.first, await promise, batch.paths.length);
    }
  } finally {
    worker.terminate();
  }
}

/**
 * Decodes a batch of pictures on this thread.
 *
 * @returns One row for each; those of unreadable pictures are empty
 */
function decodeBatch({ paths, form }: PictureBatch): PictureRows {
  const { width, height, asPhoto } = form;
  const pixels = new Uint8Array(paths.length * width * height);
  const failures: [number, string][] = [];
  let scaled = 0;
  for (const [i, path] of paths.entries()) {
    try {
      const picture = decodeImage(Deno.readFileSync(path));
      if (picture.width !== width || picture.height !== height) scaled++;
      const row = asPhoto
        ? imageToDigit(picture.pixels, picture.width, picture.height)
        : pictureToRow(picture, width, height);
      pixels.set(row, i * width * height);
    } catch (error) {
      failures.push([i, (error as Error).message]);
    }
  }
  return { pixels, failures, scaled };
}

/** The Workers' name, by which this file knows that it runs in one. */
const WORKER = "pictures of mnist-webgpu";

/** `self`, with the types of a Worker instead of a window. */
const scope = self as unknown as {
  name: string;
  onmessage: (event: MessageEvent<PictureBatch>) => void;
  postMessage(rows: PictureRows, transfer: Transferable[]): void;
};

if (scope.name === WORKER) {
  scope.onmessage = ({ data: batch }) => {
    const rows = decodeBatch(batch);
    scope.postMessage(rows, [rows.pixels.buffer]);
  };
}
