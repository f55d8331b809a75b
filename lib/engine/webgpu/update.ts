/** The kernel of shaders/update.wgsl, the last of a step in both networks. */
import layers from "../../../shaders/functions/layers.wgsl" with { type: "text" };
import optimizer from "../../../shaders/functions/optimizer.wgsl" with { type: "text" };
import step from "../../../shaders/functions/step.wgsl" with { type: "text" };
import update from "../../../shaders/update.wgsl" with { type: "text" };
import type { EngineOptions } from "../engine.ts";
import type { Gpu } from "./device.ts";
import {
  layerConstants,
  type NetworkBuffers,
  optimizerConstants,
  type SlotShape,
} from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { Program, read, type Work, write } from "./program.ts";
import { STEP_BYTES, STEP_STRIDE } from "./step_info.ts";

/** The kernel's shape: the words of inputs that a lane takes, and the lanes of a workgroup. */
export interface UpdateTile {
  words: number;
  /** Lanes side by side on words of units. */
  wordLanes: number;
  /** Lanes that share out the rows. */
  parts: number;
}

/** Compiles the kernel; the result makes a slot's dispatch. */
export async function compileUpdate(
  gpu: Gpu,
  options: EngineOptions,
  layout: ParameterLayout,
  slots: SlotShape,
  tile: UpdateTile,
): Promise<(buffers: NetworkBuffers, slot: number) => Work> {
  const program = await Program.compile(gpu, {
    entryPoint: "update",
    sources: [layers, step, optimizer, update],
    constants: {
      ...layerConstants(layout, slots),
      ...optimizerConstants(options),
      WORDS: tile.words,
      WORD_LANES: tile.wordLanes,
      PARTS: tile.parts,
    },
    bindings: ["read", "read", "write", "write", "write", "write"],
  });
  const [w0, w1, w2, w3] = layout.words;
  const x = Math.ceil(Math.max(w1, w2, w3) / tile.wordLanes);
  // A word more in each layer, for the biases.
  const y = [w0, w1, w2].reduce((sum, words) => sum + Math.ceil((words + 1) / tile.words), 0);
  return (buffers, slot) => ({
    program,
    group: program.bind(
      read(buffers.traces),
      read(buffers.steps, slot * STEP_STRIDE, STEP_BYTES),
      write(buffers.parameters),
      write(buffers.firstMoments),
      write(buffers.secondMoments),
      write(buffers.gradient),
    ),
    x,
    y,
  });
}
