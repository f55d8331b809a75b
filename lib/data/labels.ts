/** Numbers the labels of data that the user provides, names their classes, and checks them. */
import { listed, printable } from "../files/printable.ts";
import type { Dataset, NoticeOptions, Split } from "./dataset.ts";
import { DataError } from "./errors.ts";

/** Maximum number of labels that a notice lists. */
const MAX_LISTED = 10;
const MAX_CLASSES = 256;
/** Texts that stand for a missing value. */
const MISSING = /^(|\?|-|nan|na|n\/a|null|none)$/i;
const ALPHABETS = ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"];

/** Labels as numbers, and what they stand for. */
export type NumberedLabels = Pick<Dataset, "labels" | "classes" | "classNames">;

/** The labels of a file as texts, and how to report them. */
export interface LabelTexts extends NoticeOptions {
  texts: readonly string[];
  /** Where a row's label is, for messages: `line 3`. */
  placeOf: (row: number) => string;
}

/**
 * Whether a label is a word rather than a number.
 *
 * @returns False for numbers, also with a decimal comma, and for empty text
 */
export function isWord(text: string): boolean {
  return text.trim() !== "" && isNaN(Number(text.replace(",", ".")));
}

/**
 * Numbers labels. Whole numbers stay as they are. Words are numbered in alphabetical order, single
 * letters by their position in the alphabet. If some are numbers and others words, all are words.
 *
 * @throws {DataError} If one is missing or no label; the message says where
 */
export function numberLabels({ texts, placeOf, onNotice }: LabelTexts): NumberedLabels {
  const fail = (row: number): never => {
    throw new DataError(
      `${placeOf(row)} must be a label, a whole number from 0 to 255 or a word: ` +
        `current value is ${printable(texts[row], 20) || "empty"}`,
    );
  };
  const missing = texts.findIndex((text) => MISSING.test(text.trim()));
  if (missing >= 0) fail(missing);
  if (!texts.some(isWord)) {
    const labels = Uint8Array.from(texts, Number);
    const wrong = labels.findIndex((label, row) => label !== Number(texts[row]));
    if (wrong >= 0) fail(wrong);
    return { labels, classes: labels.reduce((most, label) => Math.max(most, label)) + 1 };
  }
  const classNames = namesOf(texts);
  if (classNames.length > MAX_CLASSES) {
    throw new DataError(
      `it must have at most ${MAX_CLASSES} different labels: it has ${classNames.length}, such as ` +
        `${printable(classNames[0], 20)}; \`label\` names the column of the labels`,
    );
  }
  if (!texts.every(isWord)) {
    onNotice?.(
      `some labels are numbers and others words, so all are taken as words: ${
        listed(classNames, MAX_LISTED)
      }`,
    );
  }
  const numbers = new Map(classNames.map((name, i) => [name, i]));
  return {
    labels: Uint8Array.from(texts, (text) => numbers.get(text)!),
    classes: classNames.length,
    classNames: classNames.map((name) => printable(name, 40)),
  };
}

function namesOf(texts: readonly string[]): string[] {
  const words = [...new Set(texts)].sort();
  for (const alphabet of ALPHABETS) {
    // By position, a letter has the same number in every file, even if other letters are missing.
    if (words.every((word) => word.length === 1 && alphabet.includes(word))) {
      return [...alphabet.slice(0, alphabet.indexOf(words.at(-1)!) + 1)];
    }
  }
  return words;
}

/**
 * Reads the file that names EMNIST's classes: on each line a label and the code of its character.
 * In `emnist-letters-mapping.txt`, the code of the lowercase letter follows. Names in place of
 * codes are accepted too.
 *
 * @returns The names by label; undefined if they are the digits, as in MNIST
 * @throws {DataError} If a line has another form; the caller adds the file's name to the message
 */
export function parseMapping(text: string): string[] | undefined {
  const names: string[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const [label, ...codes] = line.trim().split(/[\s,;]+/);
    const number = Number(label);
    if (!(Number.isInteger(number) && number >= 0 && number < MAX_CLASSES) || codes.length === 0) {
      throw new DataError(
        `line ${i + 1} must be a label and its character's code: current value is ` +
          printable(line, 40),
      );
    }
    const isCode = codes.every((code) => /^\d{2,}$/.test(code));
    const name = isCode ? String.fromCodePoint(Number(codes[0])) : codes.join(" ");
    names[number] = printable(name, 40);
  }
  const named = Array.from(names, (name) => name ?? "(none)");
  return named.every((name, label) => name === String(label)) ? undefined : named;
}

/**
 * Throws if all labels are the same, and reports classes without rows.
 *
 * @param onNotice Called with a message if a class has no rows
 * @throws {DataError} If all labels are the same
 */
export function inspectLabels(data: Dataset, onNotice: (line: string) => void = () => {}): void {
  const { name, labels, classes, classNames } = data;
  const present = new Set(labels);
  if (present.size < 2) {
    throw new DataError(
      `Cannot use ${name} as its labels must have at least two classes: all ${labels.length} ` +
        `rows have the ${labelled([...present], classNames)}`,
    );
  }
  const absent = [...Array(classes).keys()].filter((label) => !present.has(label));
  if (absent.length > 0) onNotice(`${name}: no row has the ${labelled(absent, classNames)}`);
}

/**
 * Describes the classes that are only trained or only tested.
 *
 * @returns One line, or none
 */
export function unevenClasses(data: Dataset, { train, test }: Split): string[] {
  const { name, labels, classNames } = data;
  const trained = new Set(Array.from(train, (row) => labels[row]));
  const tested = new Set(Array.from(test, (row) => labels[row]));
  const described = (found: Set<number>, what: string) => {
    const sorted = [...found].sort((a, b) => a - b);
    const are = found.size === 1 ? "is" : "are";
    return found.size === 0 ? [] : [`${labelled(sorted, classNames)} ${are} ${what}`];
  };
  const uneven = [
    ...described(trained.difference(tested), "trained but never tested"),
    ...described(tested.difference(trained), "tested but never trained"),
  ];
  return uneven.length === 0 ? [] : [`${name}: ${uneven.join("; ")}`];
}

function labelled(labels: number[], classNames: readonly string[] | undefined): string {
  const names = labels.map((label) => classNames?.[label] ?? String(label));
  return `${labels.length === 1 ? "label" : "labels"} ${listed(names, MAX_LISTED)}`;
}
