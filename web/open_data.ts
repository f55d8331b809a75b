/** Opens the data set that the page trains on. */
import type { Dataset } from "../lib/data/dataset.ts";
import { DataUnavailableError } from "../lib/data/errors.ts";
import { fetchMnist } from "../lib/data/fetch_mnist.ts";
import { syntheticDigits } from "../lib/data/synthetic.ts";
import { FirstRowsCollector } from "./first_rows.ts";

/** Fewer than MNIST's: these take 0.2 s to draw, MNIST's numbers 1 s. */
const SYNTHETIC = { trainRows: 12_000, testRows: 2_000 };

/** The rows with which a visitor with a slow network can begin. */
const FIRST_ROWS = { trainRows: 5000, testRows: 10_000 };
/** Milliseconds within which all rows are worth waiting for. */
const PATIENCE = 2000;

/** What happens while the data arrive. */
export interface OpenDataOptions {
  /** Called with the first rows, if the others take long. */
  onFirstRows: (rows: Dataset) => void;
  /** Called with messages for the visitor. */
  onNotice: (line: string) => void;
  /** Called with what has arrived. */
  onProgress: (what: string) => void;
}

/**
 * Fetches MNIST, or draws synthetic digits if there is no folder or it cannot be fetched.
 *
 * @param folder URL of MNIST's folder
 * @param options Called while the data arrive
 */
export async function openData(
  folder: string | undefined,
  { onFirstRows, onNotice, onProgress }: OpenDataOptions,
): Promise<Dataset> {
  if (folder === undefined) return syntheticDigits(SYNTHETIC);
  const files = new Map<string, { bytes: number; total?: number }>();
  const megabytes = (of: "bytes" | "total") =>
    Array.from(files.values()).reduce((sum, file) => sum + (file[of] ?? 0), 0) / 1e6;
  // On a fast network, everything arrives at the same time, and one start is enough.
  const begun = performance.now();
  let isComplete = false;
  let told = "";
  const first = new FirstRowsCollector(FIRST_ROWS, (rows) => {
    const rest = PATIENCE - (performance.now() - begun);
    setTimeout(() => isComplete || onFirstRows(rows), Math.max(0, rest));
  });
  try {
    return await fetchMnist(folder, {
      attempts: 2,
      onFile: (name) => first.begin(name),
      onNotice,
      onProgress(progress) {
        files.set(progress.file, progress);
        const isKnown = files.size === 4 && Array.from(files.values()).every(({ total }) => total);
        const of = isKnown ? ` of ${megabytes("total").toFixed(0)}` : "";
        const what = `Loading MNIST, ${megabytes("bytes").toFixed(0)}${of} MB`;
        if (what !== told) onProgress(what); // not for each of a thousand pieces
        told = what;
      },
    });
  } catch (error) {
    if (!(error instanceof DataUnavailableError)) throw error;
    onNotice(error.message);
    return syntheticDigits(SYNTHETIC);
  } finally {
    first.stop();
    isComplete = true;
  }
}
