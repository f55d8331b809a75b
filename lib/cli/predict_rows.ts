/** Reads the rows that `predict` is given, as bytes. */
import type { PixelRecord } from "../data/dataset.ts";
import { DataError } from "../data/errors.ts";
import { toBytes } from "../data/pixels.ts";
import { readRowBlocks, type RowBlock } from "../data/row_blocks.ts";
import { printable } from "../files/printable.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { withFlags } from "./dataset_flags.ts";
import { UsageError } from "./flags.ts";
import { typedPath } from "./paths.ts";
import { classOf, type PredictInput, type Source } from "./predict_output.ts";
import type { Status } from "./status.ts";

/** The flags for files of rows. */
interface RowFlags {
  label?: string;
  imageWidth?: number;
  invert?: boolean;
  maxPixel?: number;
}

/**
 * Opens a file of rows to predict.
 *
 * @param flags What is known of its rows
 * @throws {UsageError} If the images' width does not divide their pixels
 */
export function rowSource(
  model: SavedModel,
  operand: string,
  flags: RowFlags,
  status: Status,
): Source {
  const { architecture: { inputs }, run } = model;
  const width = flags.imageWidth ?? run?.data?.width ?? Math.sqrt(inputs);
  const size = { width, height: inputs / width };
  if (!Number.isInteger(size.width) || !Number.isInteger(size.height)) {
    throw new UsageError(`--image-width must divide the ${inputs} pixels of the net's images`);
  }
  const onNotice = (line: string) => status.notice(withFlags(line));
  const blocks = readRowBlocks(typedPath(operand), {
    inputs,
    label: flags.label,
    onNotice,
    onProgress: (done, total) => {
      if (total > 0) status.progress(done, total, "of the rows");
    },
  });
  return {
    inputs: inWordsOfFlags(
      operand,
      inputsOf(blocks, model, { ...flags, size, path: operand, onNotice }),
    ),
    hasLabels: false, // a submission has no third column
    isFolder: () => false,
    size,
    finish: () => 0,
  };
}

/** Names the file, and flags in place of the library's options, in what reading throws. */
async function* inWordsOfFlags<T>(path: string, items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    if (error instanceof DataError) {
      const { message } = error;
      const isNamed = message.startsWith("Cannot ") || message.startsWith(path);
      error.message = withFlags(isNamed ? message : `Cannot read ${path}: ${message}`);
    }
    throw error;
  }
}

/** Numbers the rows of blocks, and converts their pixels to bytes as the first block's are. */
async function* inputsOf(
  blocks: AsyncIterable<RowBlock>,
  model: SavedModel,
  { size, path, invert, maxPixel, onNotice }: RowFlags & {
    size: { width: number; height: number };
    path: string;
    onNotice: (line: string) => void;
  },
): AsyncGenerator<PredictInput> {
  const trained = model.run?.data?.pixels;
  const isInverted = invert ?? trained?.inverted;
  let record: PixelRecord | undefined;
  let first = 1;
  for await (const { ids, pixels, labels } of blocks) {
    const isLikeTrained = trained && trained.white !== 255 && trained.black === 0 &&
      pixels.every((pixel) => pixel >= 0 && pixel <= trained.white);
    const converted = toBytes([{ path, pixels }], size, {
      invert: isInverted,
      maxPixel: maxPixel ?? (isLikeTrained ? trained.white : undefined),
      like: record,
      onNotice: record ? undefined : onNotice,
    });
    record ??= converted.record;
    const rows = pixels.length / model.architecture.inputs;
    yield {
      ids: ids ?? Array.from({ length: rows }, (_, i) => String(first + i)),
      pixels: converted.images,
      ...labels && {
        labels: labels.map((text, i) => {
          const label = classOf(text, model);
          if (label !== undefined) return label;
          throw new DataError(
            `${path}: the label of row ${first + i} must be a class of the net: current value is ` +
              `${printable(text, 40)}; \`label\` none predicts without labels`,
          );
        }),
      },
    };
    first += rows;
  }
}
