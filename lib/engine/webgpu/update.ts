/** The update kernel (shaders/update.wgsl), the last of a step in both networks. */
import optimizer from "../../../shaders/functions/optimizer.wgsl" with { type: "text" };
import update from "../../../shaders/update.wgsl" with { type: "text" };
import {
  type BindSlot,
  compileNetworkKernel,
  type EnginePlan,
  optimizerConstants,
} from "./network.ts";

/** How the kernel divides its work. */
export interface UpdateTile {
  /** The words of inputs per lane. */
  words: number;
  /** The number of lanes in a workgroup that take different words of units. */
  wordLanes: number;
  /** The number of lanes among which the rows are divided. */
  parts: number;
}

/** Compiles the kernel; the result binds it for a slot. */
export function compileUpdate(plan: EnginePlan, tile: UpdateTile): Promise<BindSlot> {
  const [w0, w1, w2, w3] = plan.layout.words;
  return compileNetworkKernel(plan, {
    entryPoint: "update",
    sources: [optimizer, update],
    constants: {
      ...optimizerConstants(plan.options),
      WORDS: tile.words,
      WORD_LANES: tile.wordLanes,
      PARTS: tile.parts,
    },
    bindings: {
      traces: "read",
      steps: "read",
      parameters: "write",
      firstMoments: "write",
      secondMoments: "write",
      gradient: "write",
    },
    x: Math.ceil(Math.max(w1, w2, w3) / tile.wordLanes),
    // Each layer has one more word of inputs, for the biases.
    y: [w0, w1, w2].reduce((sum, words) => sum + Math.ceil((words + 1) / tile.words), 0),
  });
}
