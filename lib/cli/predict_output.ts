/** What `predict` is given, and how it prints and writes what it finds: lines, JSON, a CSV file, pictures. */
import { encode } from "fast-png";
import { join } from "node:path";
import { folderNames } from "../data/picture_folder.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { percent, printable } from "../files/printable.ts";

/** Pixels to predict, and what is known of them. */
export interface PredictInput {
  /** One name or number per row. */
  ids: readonly string[];
  /** Shape (rows, D): 0 is background, 255 full ink. */
  pixels: Uint8Array;
  /** The right classes, if they are known. */
  labels?: readonly number[];
}

/** What to predict. */
export interface Source {
  inputs: AsyncIterable<PredictInput>;
  /** Whether the CSV file has a column with the right class. */
  hasLabels: boolean;
  /** Whether a picture is one of a folder's. */
  isFolder(id: string): boolean;
  /** The size of the net's images, if it is known. */
  size: { width: number; height: number };
  /** Reports what could not be read, and returns the exit code. */
  finish(): number;
}

/** Returns the class of a name or number; undefined if the net has none. */
export function classOf(
  text: string,
  { architecture: { classes }, run }: SavedModel,
): number | undefined {
  const names = run?.data?.classNames;
  const named = names?.findIndex((name) => name.toLowerCase() === text.trim().toLowerCase()) ?? -1;
  if (named >= 0) return named;
  const label = /^\d+(\.0*)?$/.test(text.trim()) ? Number(text) : NaN;
  return label < classes ? label : undefined;
}

/** The prediction for one picture or row. */
export interface Prediction {
  id: string;
  label: number;
  probabilities: readonly number[];
  /** The right class, if it is known. */
  actual?: number;
}

/**
 * A prediction is unsure if it is less than this many times as probable as the second-best class.
 * With the preset accurate, this holds for 0.8% of MNIST's test rows, half of which are
 * misclassified; with the notebook's net, for 9%.
 */
const SURE_RATIO = 2;

/** Whether another class is more than half as probable. */
function isUnsure({ label, probabilities }: Prediction): boolean {
  return probabilities[label] < SURE_RATIO * probabilities[secondBest(probabilities, label)];
}

/** Returns the class with the second highest probability. */
function secondBest(probabilities: readonly number[], best: number): number {
  const others = [...probabilities.keys()].filter((label) => label !== best);
  return others.reduce((a, b) => probabilities[b] > probabilities[a] ? b : a);
}

/** Formats a prediction as a line of JSON. */
export function predictionJson(
  prediction: Prediction,
  key: "image" | "row",
  names?: readonly string[],
): string {
  const { id, label, probabilities, actual } = prediction;
  return JSON.stringify({
    type: "prediction",
    [key]: id,
    label,
    ...names?.[label] !== undefined && { name: names[label] },
    ...actual !== undefined && { actual },
    probabilities,
    unsure: isUnsure(prediction),
  });
}

function nameOf(label: number, names: readonly string[] = []): string {
  return [label, printable(names[label] ?? "")].join(" ").trim();
}

/** Formats a prediction in one line: the class and its probability. */
export function predictionLine(prediction: Prediction, names?: readonly string[]): string {
  const { id, label, probabilities, actual } = prediction;
  return `${id}: ${nameOf(label, names)} (${percent(probabilities[label])}${
    isUnsure(prediction) ? ", unsure" : ""
  })${actual === undefined || actual === label ? "" : `, but it is ${nameOf(actual, names)}`}`;
}

/** Formats a prediction: a line with the class, then a line for each class's probability. */
export function predictionLines(
  prediction: Prediction,
  names?: readonly string[],
): string[] {
  const { id, label, probabilities } = prediction;
  const second = nameOf(secondBest(probabilities, label), names);
  const doubt = isUnsure(prediction) ? ` (unsure: perhaps ${second})` : "";
  const width = Math.max(...probabilities.map((_, label) => nameOf(label, names).length));
  return [
    `${id}: ${nameOf(label, names)}${doubt}`,
    ...probabilities.map((probability, label) =>
      `  ${nameOf(label, names).padEnd(width)} ${percent(probability).padStart(7)}` +
      ` ${"#".repeat(Math.round(40 * probability))}`.trimEnd()
    ),
  ];
}

/** The columns of a CSV file of predictions. */
export interface CsvLayout {
  /** Name of the column with the picture's name or the row's number. */
  id: string;
  /** Name of the column with the predicted class. */
  label: string;
  /** Name of the column with the right class, if it is known. */
  actual?: string;
  /** The classes' probabilities are written too. */
  probabilities: boolean;
  /** Number of classes. */
  classes: number;
  /** Their names, if they are not the digits. */
  names?: readonly string[];
}

/** Returns the header of a CSV file of predictions. */
export function csvHeader(layout: CsvLayout): string {
  const { id, label, actual, probabilities, classes, names } = layout;
  const ofClass = (_: unknown, i: number) => `p_${names?.[i] ?? i}`;
  return csvLine([
    id,
    label,
    ...actual === undefined ? [] : [actual],
    ...probabilities ? Array.from({ length: classes }, ofClass) : [],
  ]);
}

/** Returns a line of a CSV file of predictions. */
export function csvPrediction(prediction: Prediction, layout: CsvLayout): string {
  const { names } = layout;
  const named = (label: number) => names?.[label] ?? String(label);
  return csvLine([
    prediction.id,
    named(prediction.label),
    ...layout.actual === undefined || prediction.actual === undefined
      ? []
      : [named(prediction.actual)],
    ...layout.probabilities ? prediction.probabilities.map(String) : [],
  ]);
}

/** Joins fields as RFC 4180 says. */
function csvLine(fields: readonly string[]): string {
  const quoted = fields.map((field) =>
    /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
  );
  return quoted.join(",") + "\n";
}

/**
 * Stores pictures as the net sees them: FOLDER/CLASS/HASH.png. The same picture of the same class is
 * stored once.
 *
 * @param folder The collection; created if it does not exist
 * @param net Width and height of an image, the number of classes and their names
 */
export async function collect(
  folder: string,
  { pixels, labels = [] }: PredictInput,
  { width, height, classes, names }: {
    width: number;
    height: number;
    classes: number;
    names?: readonly string[];
  },
): Promise<void> {
  const folders = folderNames(classes, names);
  for (const [i, label] of labels.entries()) {
    const data = pixels.slice(i * width * height, (i + 1) * width * height);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex().slice(0, 16);
    await Deno.mkdir(join(folder, folders[label]), { recursive: true });
    const file = join(folder, folders[label], `${hash}.png`);
    await writeFileAtomically(file, encode({ width, height, data, channels: 1 }));
  }
}
