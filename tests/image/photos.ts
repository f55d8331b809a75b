/**
 * How well digits are recognized in pictures of each kind: those that kinds.ts draws, or those of
 * a folder that has one subfolder for each kind; the first character of a file's name is the digit.
 *
 * deno run --allow-read tests/image/photos.ts MODEL.safetensors [FOLDER]
 */
import { decodeImage, type Picture } from "../../lib/image/decode.ts";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { loadParameters } from "../../lib/model/load_parameters.ts";
import type { Model } from "../../lib/net/model.ts";
import { predict } from "../../lib/training/predict.ts";
import { KINDS, takePhoto } from "./kinds.ts";

/** A picture of a digit that is known. */
export interface Example {
  label: number;
  picture: Picture;
}

/** What became of the pictures of one kind. */
export interface Outcome {
  pictures: number;
  right: number;
  refused: number;
  /** Wrong answers that the net gave at least 80%. */
  surelyWrong: number;
}

/** Pictures of each digit that are drawn for each kind. */
const DRAWN = 3;

/** Asks a net about pictures. */
export function recognize(model: Model, examples: Iterable<Example>): Outcome {
  const outcome = { pictures: 0, right: 0, refused: 0, surelyWrong: 0 };
  for (const { label, picture } of examples) {
    outcome.pictures++;
    try {
      const digit = imageToDigit(picture.pixels, picture.width, picture.height);
      const { labels: [answer], probabilities } = predict(model, digit);
      if (answer === label) outcome.right++;
      else if (probabilities[answer] >= 0.8) outcome.surelyWrong++;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      outcome.refused++;
    }
  }
  return outcome;
}

/** The pictures of a kind that kinds.ts draws, each digit `count` times. */
export function* drawnExamples(kind: string, count: number = DRAWN): Generator<Example> {
  for (let number = 0; number < count; number++) {
    for (let label = 0; label < 10; label++) yield takePhoto(kind, label, number);
  }
}

function* examplesIn(folder: string): Generator<Example> {
  for (const name of namesIn(folder)) {
    yield {
      label: Number(name[0]),
      picture: decodeImage(Deno.readFileSync(`${folder}/${name}`)),
    };
  }
}

function namesIn(folder: string, isDirectory = false): string[] {
  return [...Deno.readDirSync(folder)].filter((entry) => entry.isDirectory === isDirectory)
    .map(({ name }) => name).sort();
}

if (import.meta.main) {
  const [file, folder] = Deno.args;
  const model = await loadParameters(file);
  console.log("kind                              right  refused  wrong at 80% or more");
  for (const kind of folder === undefined ? Object.keys(KINDS) : namesIn(folder, true)) {
    const examples = folder === undefined ? drawnExamples(kind) : examplesIn(`${folder}/${kind}`);
    const { pictures, right, refused, surelyWrong } = recognize(model, examples);
    console.log(
      kind.padEnd(32),
      `${right}/${pictures}`.padStart(6),
      String(refused).padStart(8),
      String(surelyWrong).padStart(21),
    );
  }
}
