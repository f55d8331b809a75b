import { assert } from "@std/assert";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import { PRESETS } from "../../lib/training/presets.ts";
import { train } from "../../lib/training/train.ts";
import { mnistDirectory, needs } from "../requirements.ts";
import { finished } from "../training/small_run.ts";
import { KINDS } from "./kinds.ts";
import { drawnExamples, recognize } from "./photos.ts";

/** The minimum number of correct answers, and of digits that are found, for ten pictures of a kind. */
const MIN_CORRECT = 9;

Deno.test({
  name:
    "PRESETS.accurate reaches 98.8% on MNIST's test rows, and recognizes pictures of every kind without a confident wrong answer",
  ...await needs("mnist", "time"),
  async fn() {
    const data = readIdxFolder(mnistDirectory());
    const run = { ...PRESETS.accurate, backend: "cpu" } as const;
    const model = finished(await Array.fromAsync(train({ data, ...run })));
    console.log(`${(100 * model.accuracy).toFixed(2)}% after ${model.seconds.toFixed(1)} s`);
    // The last bits depend on the processor, so the accuracy may vary by a few test rows.
    assert(model.accuracy >= 0.988, `${100 * model.accuracy}%`);
    for (const kind of Object.keys(KINDS)) {
      const outcome = recognize(model, drawnExamples(kind, 1));
      const { correct, similar, confidentlyWrong } = outcome;
      assert(
        correct >= MIN_CORRECT && similar >= MIN_CORRECT && confidentlyWrong === 0,
        `${kind}: ${JSON.stringify(outcome)}`,
      );
    }
  },
});
