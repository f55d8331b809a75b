/** Computes the net layer by layer, for layers and batches of any size; see the shaders' comments. */
import activation from "../../../shaders/functions/activation.wgsl" with { type: "text" };
import head from "../../../shaders/functions/head.wgsl" with { type: "text" };
import layers from "../../../shaders/functions/layers.wgsl" with { type: "text" };
import step from "../../../shaders/functions/step.wgsl" with { type: "text" };
import denseBackward from "../../../shaders/tiled/dense_backward.wgsl" with { type: "text" };
import denseForward from "../../../shaders/tiled/dense_forward.wgsl" with { type: "text" };
import outputHead from "../../../shaders/tiled/output_head.wgsl" with { type: "text" };
import type { EngineOptions } from "../engine.ts";
import type { Gpu } from "./device.ts";
import {
  type CompileNetwork,
  headConstants,
  hiddenActivation,
  layerConstants,
  type Network,
  type NetworkBuffers,
  outputActivation,
  type SlotShape,
} from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { encodeWork, inPass, Program, read, type Work, write } from "./program.ts";
import { STEP_BYTES, STEP_STRIDE } from "./step_info.ts";
import { compileUpdate, type UpdateTile } from "./update.ts";

/** Lanes of a workgroup along words (x) and rows (y), and the rows that each takes. */
export interface TileShapes {
  lanes: { x: number; y: number };
  rows: number;
  update: UpdateTile;
}

const HEAD_LANES = 64;

/**
 * Creates the network for a kind of device.
 *
 * @param shapes The tile shapes that suit it
 */
export function compileTiled(shapes: TileShapes): CompileNetwork {
  return async (gpu, options, layout, slots) => {
    const forward: BindWork[] = [];
    for (const layer of [0, 1, 2]) {
      forward.push(await compileForward(gpu, options, layout, slots, shapes, layer));
    }
    const headProgram = await compileHead(gpu, options, layout, slots);
    const backward: BindWork[] = [];
    for (const layer of [2, 1]) {
      backward.push(await compileBackward(gpu, options, layout, slots, shapes, layer));
    }
    const update = await compileUpdate(gpu, options, layout, slots, shapes.update);
    return (buffers) => bindTiled(slots, buffers, [...forward, headProgram], [...backward, update]);
  };
}

/** Makes a slot's dispatch. */
type BindWork = (buffers: NetworkBuffers, slot: number) => Work;

function bindTiled(
  { count }: SlotShape,
  buffers: NetworkBuffers,
  forward: BindWork[],
  backward: BindWork[],
): Network {
  const bind = (works: BindWork[]) =>
    Array.from({ length: count }, (_, slot) => works.map((work) => work(buffers, slot)));
  const evaluations = bind(forward);
  const steps = bind(backward).map((work, slot) => [...evaluations[slot], ...work]);
  return {
    encodeSteps(encoder, slots) {
      inPass(encoder, (pass) => encodeWork(pass, steps.slice(0, slots).flat()));
    },
    encodeEvaluation(encoder, slots) {
      inPass(encoder, (pass) => encodeWork(pass, evaluations.slice(0, slots).flat()));
    },
  };
}

async function compileForward(
  gpu: Gpu,
  { architecture }: EngineOptions,
  layout: ParameterLayout,
  slots: SlotShape,
  { lanes, rows }: TileShapes,
  layer: number,
): Promise<BindWork> {
  const program = await Program.compile(gpu, {
    entryPoint: "dense_forward",
    sources: [layers, step, activation, denseForward],
    constants: {
      ...layerConstants(layout, slots),
      LAYER: layer,
      ACTIVATION: layer === 2 ? outputActivation(architecture) : hiddenActivation(architecture),
      ROWS: rows,
      LANES_X: lanes.x,
      LANES_Y: lanes.y,
    },
    bindings: ["read", "read", "write"],
  });
  return (buffers, slot) => ({
    program,
    group: program.bind(
      read(buffers.parameters),
      read(buffers.steps, slot * STEP_STRIDE, STEP_BYTES),
      write(buffers.traces),
    ),
    x: Math.ceil(layout.words[layer + 1] / lanes.x),
    y: Math.ceil(slots.rows / (lanes.y * rows)),
  });
}

async function compileHead(
  gpu: Gpu,
  options: EngineOptions,
  layout: ParameterLayout,
  slots: SlotShape,
): Promise<BindWork> {
  const program = await Program.compile(gpu, {
    entryPoint: "output_head",
    sources: [layers, step, activation, head, outputHead],
    constants: {
      ...layerConstants(layout, slots),
      ...headConstants(options),
      LANES: HEAD_LANES,
    },
    bindings: ["read", "read", "write", "write"],
  });
  return (buffers, slot) => ({
    program,
    group: program.bind(
      read(buffers.labels),
      read(buffers.steps, slot * STEP_STRIDE, STEP_BYTES),
      write(buffers.traces),
      write(buffers.rowResults),
    ),
    x: Math.ceil(slots.rows / HEAD_LANES),
    y: 1,
  });
}

async function compileBackward(
  gpu: Gpu,
  { architecture }: EngineOptions,
  layout: ParameterLayout,
  slots: SlotShape,
  { lanes, rows }: TileShapes,
  layer: number,
): Promise<BindWork> {
  const program = await Program.compile(gpu, {
    entryPoint: "dense_backward",
    sources: [layers, step, activation, denseBackward],
    constants: {
      ...layerConstants(layout, slots),
      LAYER: layer,
      ACTIVATION: hiddenActivation(architecture),
      ROWS: rows,
      LANES_X: lanes.x,
      LANES_Y: lanes.y,
    },
    bindings: ["read", "read", "write"],
  });
  return (buffers, slot) => ({
    program,
    group: program.bind(
      read(buffers.parameters),
      read(buffers.steps, slot * STEP_STRIDE, STEP_BYTES),
      write(buffers.traces),
    ),
    x: Math.ceil(layout.words[layer] / lanes.x),
    y: Math.ceil(slots.rows / (lanes.y * rows)),
  });
}
