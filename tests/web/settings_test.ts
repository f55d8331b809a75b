import { assertEquals, assertThrows } from "@std/assert";
import { PRESETS } from "../../lib/training/presets.ts";
import {
  queryOfSettings,
  settingsOfPreset,
  settingsOfQuery,
  trainingOptions,
} from "../../web/settings.ts";
import { resolveOptions } from "../../lib/training/options.ts";

const read = (query: string) => settingsOfQuery(new URLSearchParams(query));

Deno.test("settingsOfQuery() reads what queryOfSettings() writes, which says only what differs", () => {
  const queries = [
    "",
    "seed=7",
    "preset=accurate&hidden=20,30&learning-rate=0.25&backend=cpu&speed=10",
    "augment=elastic&rotate=20&zoom=0.3&shear=0&shift=0.5&warp=4.25",
    "augment=affine&rotate=0",
    "preset=best&augment=shift",
    "preset=accurate&augment=none",
  ];
  for (const query of queries) assertEquals(queryOfSettings(read(query)), query);
  const { seed, rotate } = settingsOfPreset("notebook");
  assertEquals(
    queryOfSettings(read(`seed=${seed}&augment=affine&rotate=${rotate}`)),
    "augment=affine",
  );
});

Deno.test("queryOfSettings() leaves out strengths that the augmentation does not use", () => {
  const settings = { ...settingsOfPreset("best"), rotate: 40, warp: 8 };
  assertEquals(
    queryOfSettings({ ...settings, augment: "affine" }),
    "preset=best&augment=affine&rotate=40",
  );
  assertEquals(queryOfSettings({ ...settings, augment: "none" }), "preset=best&augment=none");
});

Deno.test("settingsOfQuery() refuses values that cannot be, and strengths without effect", () => {
  const wrong = {
    "preset=finest": "preset must be one of notebook, ",
    "augment=blur": "augment must be one of none, shift, affine, elastic: it is blur",
    "rotate=5": "rotate has no effect: its augment is none",
    "augment=affine&warp=1": "warp has no effect: its augment is affine",
    "augment=elastic&zoom=1": "zoom must be a number from 0 to 0.99: current value is 1",
    "augment=elastic&warp=": "warp must be a number from 0 to 1000: current value is NaN",
    "speed=0": "speed must be above 0: it is 0",
    "hidden=20": "hidden must be two numbers: current value is 20",
    "backend=tpu": "backend must be one of auto, webgpu, cpu: it is tpu",
  };
  for (const [query, message] of Object.entries(wrong)) {
    assertThrows(() => read(query), RangeError, message, query);
  }
});

Deno.test("trainingOptions() of a preset's settings are the preset's options", () => {
  for (const [preset, options] of Object.entries(PRESETS)) {
    const settings = settingsOfPreset(preset as keyof typeof PRESETS);
    assertEquals(trainingOptions(settings), resolveOptions(options));
  }
});
