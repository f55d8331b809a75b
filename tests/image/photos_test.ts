import { assert } from "@std/assert";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import type { Model } from "../../lib/net/architecture.ts";
import { PRESETS } from "../../lib/training/presets.ts";
import { train } from "../../lib/training/train.ts";
import { mnistDirectory, needs, test } from "../requirements.ts";
import { KINDS } from "./kinds.ts";
import { drawnExamples, recognize } from "./photos.ts";

/** The minimum number of correct answers for ten pictures of a kind. */
const MIN_CORRECT = 9;

/** Trains a net on MNIST for three epochs. */
async function trainedModel(): Promise<Model> {
  const data = readIdxFolder(mnistDirectory());
  const options = { ...PRESETS.accurate, epochs: 3, backend: "cpu" } as const;
  for await (const event of train({ data, ...options })) {
    if (event.type === "finished") return event;
  }
  throw new Error("the run did not finish");
}

test({
  name:
    "a net trained on MNIST recognizes pictures of every kind, without a confident wrong answer",
  ...await needs("mnist", "time"),
  async fn() {
    const model = await trainedModel();
    for (const kind of Object.keys(KINDS)) {
      const { correct, rejected, confidentlyWrong } = recognize(model, drawnExamples(kind, 1));
      assert(
        correct >= MIN_CORRECT && confidentlyWrong === 0,
        `${kind}: ${correct} correct, ${rejected} rejected, ${confidentlyWrong} confidently wrong`,
      );
    }
  },
});
