/** Nets, images and runs for tests of tasks that use a trained net. */
import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { decodeImage } from "../../lib/image/decode.ts";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { saveModel } from "../../lib/model/save_model.ts";
import type { SavedModel } from "../../lib/model/saved_model.ts";
import { drawParameters } from "../../lib/net/initialize.ts";
import { parameterViews } from "../../lib/net/maths.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import { predict } from "../../lib/training/predict.ts";
import { succeed } from "./run_cli.ts";
import { QUICK } from "./small_data.ts";

/** Creates an untrained net, by default for images of 28 x 28 pixels. */
export function drawnModel(inputs = 784): SavedModel {
  const architecture = {
    inputs,
    hidden: [20, 20],
    classes: 10,
    activation: "tanh",
    head: "softmax",
  } as const;
  const flat = drawParameters(architecture, "glorot", new DistSampler(1));
  return { architecture, scale: "l2", parameters: parameterViews(architecture, flat) };
}

/** Creates a folder with a net, a drawing of a 1 in two formats, and an empty image. */
export async function pictureFolder(): Promise<{ path: string; model: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  const [width, height] = [90, 120];
  const pixels = new Uint8Array(4 * width * height).fill(235);
  for (let y = 20; y < 100; y++) pixels.fill(40, 4 * (y * width + 40), 4 * (y * width + 52));
  for (let i = 3; i < pixels.length; i += 4) pixels[i] = 255;
  const blank = new Uint8Array(width * height).fill(200);
  await Deno.writeFile(
    `${path}/one.png`,
    encodePng({ width, height, data: pixels, channels: 4 }),
  );
  await Deno.writeFile(`${path}/one.jpg`, jpeg.encode({ width, height, data: pixels }, 80).data);
  await Deno.writeFile(`${path}/blank.png`, encodePng({ width, height, data: blank, channels: 1 }));
  await saveModel(`${path}/net.safetensors`, drawnModel());
  return {
    path,
    model: `${path}/net.safetensors`,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** What `predict --json` must print for an image file, as the library predicts it. */
export async function expectedPrediction(path: string, image: string): Promise<unknown> {
  const { pixels, width, height } = decodeImage(await Deno.readFile(path));
  const { labels, probabilities } = predict(drawnModel(), imageToDigit(pixels, width, height));
  const [first, second] = [...probabilities].sort((a, b) => b - a);
  const unsure = first < 2 * second;
  return {
    type: "prediction",
    image,
    label: labels[0],
    probabilities: [...probabilities],
    unsure,
  };
}

/** Parses the lines of `--json`. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** Trains a net on a CSV file, and returns the model's file. */
export async function trainOn(csv: string, ...flags: string[]): Promise<string> {
  const out = `${csv}-run`;
  await succeed`train ${QUICK} --dataset ${csv} --out ${out} ${flags}`;
  return `${out}/model.safetensors`;
}
