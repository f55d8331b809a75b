/** Tests of the kernel choose_rows.wgsl without an engine, as functions that throw if they fail. */
import { assert, assertEquals } from "@std/assert";
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import { Program, read, write } from "../../../lib/engine/webgpu/program.ts";
import { permutation } from "../../../lib/random/distributions.ts";
import { fillRoundKeys, sortingRounds } from "../../../lib/random/sorting_rounds.ts";
import { type Key, prngKey, split, type ThreefryLayout } from "../../../lib/random/threefry.ts";
import draw from "../../../shaders/functions/draw.wgsl" with { type: "text" };
import threefry from "../../../shaders/functions/threefry.wgsl" with { type: "text" };
import chooseRowsSource from "../../../shaders/rows/choose_rows.wgsl" with { type: "text" };
import type { Case } from "../contract/shared.ts";

/** Slightly more keys than the kernel's fullest bin holds of 60,000. */
const KEYS_OF_A_BIN = 25;
/** The number of rows of a slot. */
const SLOT_ROWS = 128;

/**
 * Runs the kernel and returns the slot of each key. A slot should begin with
 * `permutation(key, n)[begin .. begin + count)`.
 */
async function chooseRows(
  { keys, n, begin, count, layout, kept }: {
    keys: Key[];
    n: number;
    begin: number;
    count: number;
    layout: ThreefryLayout;
    kept: number;
  },
): Promise<Uint32Array[]> {
  const gpu = await Gpu.open((await findAdapter())!);
  try {
    const program = await Program.compile(gpu, {
      entryPoint: "choose_rows",
      sources: [threefry, draw, chooseRowsSource],
      constants: {
        THREEFRY_LAYOUT: layout === "partitionable" ? 1 : 0,
        SLOT_ROWS,
        KEPT: kept,
      },
      bindings: ["read", "read", "read", "write"],
    });
    const buffer = (words: Uint32Array<ArrayBuffer>) => {
      const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
      const made = gpu.buffer("test", words.byteLength, STORAGE | COPY_DST | COPY_SRC);
      gpu.device.queue.writeBuffer(made, 0, words);
      return made;
    };
    const rounds = sortingRounds(n);
    const draws = new Uint32Array(keys.length * 8);
    keys.forEach((key, slot) => {
      draws.set([...key, begin, count], slot * 8);
      fillRoundKeys(key, draws.subarray(slot * 8 + 4, slot * 8 + 4 + 2 * rounds), layout);
    });
    // Training row i is row 10 i of the data set.
    const trainRows = Uint32Array.from({ length: n }, (_, i) => i * 10);
    const rows = buffer(new Uint32Array(keys.length * SLOT_ROWS).fill(7));
    const population = buffer(Uint32Array.of(n, rounds, 0));
    const group = program.bind(
      read(buffer(draws)),
      read(population, 0, 12),
      read(buffer(trainRows)),
      write(rows),
    );
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.dispatch(pass, group, keys.length);
    pass.end();
    gpu.device.queue.submit([encoder.finish()]);
    const drawn = new Uint32Array(await gpu.readBack(rows, keys.length * SLOT_ROWS * 4));
    return keys.map((_, slot) => drawn.slice(slot * SLOT_ROWS, (slot + 1) * SLOT_ROWS));
  } finally {
    gpu.close();
  }
}

/** What a kernel samples. */
interface Sample {
  /** The number of training rows. */
  n: number;
  /** The first place in the permutation, and the number of places. */
  begin: number;
  count: number;
  /** The number of keys that the kernel can keep in workgroup memory. */
  kept: number;
  /** The number of random keys to sample with. */
  keys: number;
}

const SAMPLES: Record<string, Sample[]> = {
  "samples the beginning of permutation()": [
    { n: 60000, begin: 0, count: 100, kept: 700, keys: 8 },
    { n: 59999, begin: 0, count: 128, kept: 700, keys: 8 },
    { n: 1626, begin: 0, count: 100, kept: 700, keys: 8 },
    { n: 1625, begin: 0, count: 100, kept: 700, keys: 8 },
    { n: 131072, begin: 0, count: 1, kept: 700, keys: 4 },
    { n: 101, begin: 0, count: 101, kept: 700, keys: 4 },
    { n: 1, begin: 0, count: 1, kept: 700, keys: 2 },
  ],
  "samples any part of permutation()": [
    { n: 60000, begin: 59900, count: 100, kept: 700, keys: 8 },
    { n: 60000, begin: 31234, count: 57, kept: 700, keys: 8 },
    { n: 1000, begin: 500, count: 128, kept: 700, keys: 8 },
  ],
  // If the keys of the wanted bins do not fit, the kernel processes the ranks in parts. With room
  // for only one bin's keys, it does so in the last round too.
  "samples the same rows if only a few keys can be kept": [
    { n: 60000, begin: 0, count: 100, kept: 4 * KEYS_OF_A_BIN, keys: 8 },
    { n: 60000, begin: 0, count: 20, kept: KEYS_OF_A_BIN, keys: 8 },
    { n: 1000, begin: 3, count: 50, kept: 16, keys: 8 },
  ],
};

/** Takes long, because a kernel that reads one key too many is wrong for few keys. */
const MANY_KEYS = "samples the beginning of permutation() for hundreds of keys";
SAMPLES[MANY_KEYS] = [
  { n: 60000, begin: 0, count: 100, kept: 700, keys: 200 },
  { n: 59999, begin: 0, count: 128, kept: 700, keys: 300 },
];

/** Returns the tests. */
export function chooseRowsCases(): Case[] {
  return (["legacy", "partitionable"] as const).flatMap((layout) =>
    Object.entries(SAMPLES).map(([does, samples]) => ({
      does: `${does} in the ${layout} layout`,
      core: does !== MANY_KEYS,
      smoke: undefined,
      shared: false,
      async test() {
        for (const sample of samples) await checkSample(sample, layout);
      },
    }))
  );
}

/** Parts of permutations by their arguments: the tests with reversed lanes need the same. */
const parts = new Map<string, Uint32Array>();

function partOfPermutation(
  key: Key,
  { n, begin, count, layout }: { n: number; begin: number; count: number; layout: ThreefryLayout },
): Uint32Array {
  const name = [...key, n, begin, count, layout].join();
  const part = parts.get(name) ??
    permutation(key, n, { threefry: layout }).slice(begin, begin + count);
  parts.set(name, part);
  return part;
}

/** Asserts that the kernel samples the rows that permutation() gives. */
async function checkSample(
  { n, begin, count, kept, keys: keyCount }: Sample,
  layout: ThreefryLayout,
): Promise<void> {
  const keys = split(prngKey(n + count), keyCount);
  const drawn = await chooseRows({ keys, n, begin, count, layout, kept });
  keys.forEach((key, slot) => {
    const expected = partOfPermutation(key, { n, begin, count, layout });
    assertEquals(drawn[slot].slice(0, count), expected.map((row) => row * 10), `n = ${n}`);
    assert(drawn[slot].slice(count).every((row) => row === 0xffffffff), "unused rows of the slot");
  });
}
