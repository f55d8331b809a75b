import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { listing } from "../data/idx_files.ts";
import { needs } from "../requirements.ts";
import { call, runCli, words } from "./run_cli.ts";
import { barsFolder } from "./small_data.ts";

Deno.test({
  name: "train fails with one line if its device is lost, and resumes from the last checkpoint",
  ...await needs("webgpu", "permissions"),
  async fn() {
    using data = barsFolder();
    const out = `${data.path}/run`;
    const { code, stdout, stderr } = await runCli(
      "train",
      words`--dataset ${data.csv} --out ${out} --backend webgpu --hidden 8,8 --quiet
        --batch-size 10 --iterations 1000000 --eval-every 1000000 --eval-size 20 --save-every 10`,
      {},
      { preload: "tests/cli/lose_device.ts" },
    );
    assertEquals(code, 1);
    assertMatch(stderr, /^error: WebGPU failed: .* was lost: [^\n]+\n$/);
    assert(!stdout.includes("Accuracy after"), stdout);

    const file = `${out}/checkpoint.safetensors`;
    const { iteration } = decodeCheckpoint(await Deno.readFile(file));
    assert(iteration > 0 && iteration % 10 === 0, `checkpoint at ${iteration}`);
    assertEquals(listing(out).filter((name) => name.startsWith("model")), []);
    const resumed = await call`train --quiet --backend cpu --resume ${file}
      --iterations ${String(iteration + 7)}`;
    assertEquals([resumed.code, resumed.stderr], [0, ""]);
  },
});
