/**
 * Counts how many digits a net recognizes in pictures of each kind: pictures that kinds.ts draws, or
 * those of a folder with one subfolder per kind and file names that begin with the digit.
 *
 * deno run --allow-read tests/image/photos.ts MODEL.safetensors [FOLDER]
 */
import { decodeImage, type Picture } from "../../lib/image/decode.ts";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { loadModel } from "../../lib/model/load_model.ts";
import type { Plane } from "../../lib/image/plane.ts";
import type { Model } from "../../lib/net/architecture.ts";
import { predict } from "../../lib/training/predict.ts";
import { KINDS, similarityToInk, takePhoto } from "./kinds.ts";

/** A picture of a known digit, and its ink if it was drawn. */
export interface Example {
  label: number;
  picture: Picture;
  ink?: Plane;
}

/** The results for the pictures of one kind. */
export interface Outcome {
  pictures: number;
  correct: number;
  rejected: number;
  /** Wrong answers with a probability of at least 80%. */
  confidentlyWrong: number;
  /** Pictures in which the digit that was found resembles the ink that was drawn. */
  similar: number;
}

/** Pictures drawn of each digit, for each kind. */
const DRAWN = 3;

/** Classifies pictures with a net and counts the results. */
export function recognize(model: Model, examples: Iterable<Example>): Outcome {
  const outcome = { pictures: 0, correct: 0, rejected: 0, confidentlyWrong: 0, similar: 0 };
  for (const { label, picture, ink } of examples) {
    outcome.pictures++;
    try {
      const digit = imageToDigit(picture.pixels, picture.width, picture.height);
      if (ink && similarityToInk(digit, ink) > 0.85) outcome.similar++;
      const { labels: [answer], probabilities } = predict(model, digit);
      if (answer === label) outcome.correct++;
      else if (probabilities[answer] >= 0.8) outcome.confidentlyWrong++;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      outcome.rejected++;
    }
  }
  return outcome;
}

/** Draws pictures of a kind, `count` of each digit. */
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
  const model = await loadModel(file);
  console.log("kind                             correct  rejected  wrong at 80% or more");
  for (const kind of folder === undefined ? Object.keys(KINDS) : namesIn(folder, true)) {
    const examples = folder === undefined ? drawnExamples(kind) : examplesIn(`${folder}/${kind}`);
    const { pictures, correct, rejected, confidentlyWrong } = recognize(model, examples);
    console.log(
      kind.padEnd(32),
      `${correct}/${pictures}`.padStart(7),
      String(rejected).padStart(9),
      String(confidentlyWrong).padStart(21),
    );
  }
}
