import { assertEquals, assertThrows } from "@std/assert";
import {
  isSameRun,
  nameOfRun,
  PAGE_PRESETS,
  queryOfSettings,
  repeatsNotebook,
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
    "activation=tanh&batch-size=20&data=synthetic",
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
    "preset=finest": "preset must be one of small, notebook, ",
    "augment=blur": "augment must be one of none, shift, affine, elastic: it is blur",
    "rotate=5": "rotate has no effect: its augment is none",
    "augment=affine&warp=1": "warp has no effect: its augment is affine",
    "augment=elastic&zoom=1": "zoom must be a number from 0 to 0.99: it is 1",
    "augment=elastic&warp=": "warp must be a number from 0 to 1000: it is ",
    "speed=0": "speed must be above 0: it is 0",
    "hidden=20": "hidden must be two whole numbers of at least 1",
    "hidden=20,4096": "hidden must be two whole numbers from 1 to 2048 in the page",
    "batch-size=9999": "batchSize must be a whole number from 1 to 2048 in the page",
    "data=faces": "data must be one of auto, synthetic: it is faces",
    "backend=tpu": "backend must be one of auto, webgpu, cpu: it is tpu",
  };
  for (const [query, message] of Object.entries(wrong)) {
    assertThrows(() => read(query), RangeError, message, query);
  }
});

Deno.test("trainingOptions() of a preset's settings are the preset's options", () => {
  for (const [preset, options] of Object.entries(PAGE_PRESETS)) {
    const settings = settingsOfPreset(preset as keyof typeof PAGE_PRESETS);
    assertEquals(trainingOptions(settings), resolveOptions(options));
  }
});

Deno.test("settingsOfQuery() accepts a decimal comma where one number is expected", () => {
  const { learningRate, hidden } = read("learning-rate=0,25&hidden=20,30");
  assertEquals([learningRate, hidden], [0.25, [20, 30]]);
});

Deno.test("repeatsNotebook() holds for the notebook's options alone", () => {
  assertEquals(repeatsNotebook(settingsOfPreset("notebook")), true);
  for (const query of ["", "preset=notebook&seed=1", "preset=notebook&activation=relu"]) {
    assertEquals(repeatsNotebook(read(query)), false, query);
  }
  assertEquals(repeatsNotebook(read("preset=notebook&backend=cpu&speed=10")), true);
});

Deno.test("isSameRun() ignores the speed alone, and nameOfRun() names what differs", () => {
  assertEquals(isSameRun(read("speed=1"), read("")), true);
  assertEquals(isSameRun(read("seed=1"), read("")), false);
  assertEquals(isSameRun(read("backend=cpu"), read("")), false);
  assertEquals(nameOfRun(read("backend=cpu&speed=1")), "small");
  assertEquals(
    nameOfRun(read("preset=best&learning-rate=0.5&batch-size=7")),
    "best, batch 7, rate 0.5",
  );
});
