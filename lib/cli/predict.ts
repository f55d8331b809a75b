/** `deno task predict`: classifies photographs and drawings of digits. */
import type { Architecture } from "../net/architecture.ts";
import { printable } from "../files/printable.ts";
import { decodeImage } from "../image/decode.ts";
import { imageToDigit } from "../image/image_to_digit.ts";
import { DIGIT_SIDE } from "../image/ink_to_digit.ts";
import { predict } from "../training/predict.ts";
import { type FlagValues, type Task, toggle, UsageError } from "./flags.ts";
import { loadNamedModel, MODEL_FLAGS } from "./model_flag.ts";
import { print, printError } from "./output.ts";
import { typedPath } from "./paths.ts";
import { FAILED, runTask } from "./run_task.ts";

const FLAGS = {
  ...MODEL_FLAGS,
  json: toggle("print one JSON object per image"),
};

const TASK: Task<typeof FLAGS> = {
  name: "predict",
  summary:
    "Predicts which digit an image shows, with the probability of each digit. A prediction is " +
    "unsure if another digit is more than half as probable. Images are PNG or JPEG files of any " +
    "size that show one digit, dark on light or light on dark; - reads one from stdin.",
  flags: FLAGS,
  operands: "IMAGE...",
};

/** The name that stands for stdin. */
const STDIN = "-";

/**
 * A prediction is unsure if it is less than this many times as probable as the second-best class.
 * With the preset accurate, this holds for 0.8% of MNIST's test rows, half of which are
 * misclassified; with the notebook's net, for 9%.
 */
const SURE_RATIO = 2;

if (import.meta.main) await runTask(TASK, predictTask);

/** The prediction for one image. */
interface Prediction {
  image: string;
  label: number;
  /** The class's name, if it is not the number. */
  name?: string;
  probabilities: number[];
  /** Whether another class is more than half as probable. */
  unsure: boolean;
}

/** Prints the prediction for each image; an unreadable image does not stop the others. */
async function predictTask(flags: FlagValues<typeof FLAGS>, images: string[]): Promise<number> {
  if (images.length === 0) {
    throw new UsageError("an image is needed: a PNG or JPEG file, or - for stdin");
  }
  const { file, model } = await loadNamedModel(TASK.name, flags);
  checkInputs(file, model.architecture);
  const names = model.run?.data?.classNames;
  let code = 0;
  for (const image of images) {
    try {
      const digit = await readDigit(image);
      const { labels: [label], probabilities: [...probabilities] } = predict(model, digit);
      const unsure =
        probabilities[label] < SURE_RATIO * probabilities[secondBest(probabilities, label)];
      const name = names?.[label];
      const prediction = { image, label, ...name && { name }, probabilities, unsure };
      print(...(flags.json ? [jsonLine(prediction)] : predictionLines(prediction, names)));
    } catch (error) {
      const message = `${image === STDIN ? "stdin" : image}: ${(error as Error).message}`;
      if (flags.json) print(JSON.stringify({ type: "error", message }));
      printError(`error: ${message}`);
      code = FAILED;
    }
  }
  return code;
}

/** Returns the class with the second highest probability. */
function secondBest(probabilities: number[], best: number): number {
  const others = [...probabilities.keys()].filter((label) => label !== best);
  return others.reduce((a, b) => probabilities[b] > probabilities[a] ? b : a);
}

function checkInputs(file: string, { inputs }: Architecture): void {
  if (inputs !== DIGIT_SIDE ** 2) {
    throw new Error(
      `Cannot predict with ${file} as its images must be ${DIGIT_SIDE} x ${DIGIT_SIDE} pixels: ` +
        `current value is ${inputs} pixels`,
    );
  }
}

async function readDigit(image: string): Promise<Uint8Array> {
  const { pixels, width, height } = decodeImage(await readBytes(image));
  return imageToDigit(pixels, width, height);
}

async function readBytes(image: string): Promise<Uint8Array> {
  if (image === STDIN) return await new Response(Deno.stdin.readable).bytes();
  try {
    return await Deno.readFile(typedPath(image));
  } catch (error) {
    throw error instanceof Deno.errors.NotFound ? new Error("there is no such file") : error;
  }
}

function jsonLine(prediction: Prediction): string {
  return JSON.stringify({ type: "prediction", ...prediction });
}

/** Formats a prediction: a line with the class, then a line for each class's probability. */
function predictionLines(
  { image, label, probabilities, unsure }: Prediction,
  names: readonly string[] = [],
): string[] {
  const nameOf = (label: number) => [label, printable(names[label] ?? "")].join(" ").trim();
  const doubt = unsure ? ` (unsure: perhaps ${nameOf(secondBest(probabilities, label))})` : "";
  const width = Math.max(...probabilities.map((_, label) => nameOf(label).length));
  return [
    `${image === STDIN ? "stdin" : image}: ${nameOf(label)}${doubt}`,
    ...probabilities.map((probability, label) =>
      `  ${nameOf(label).padEnd(width)} ${(100 * probability).toFixed(2).padStart(6)}%` +
      ` ${"#".repeat(Math.round(40 * probability))}`.trimEnd()
    ),
  ];
}
