/** States of engines: the first one of a run, and copies. */
import { functionsOf, type Optimizer } from "../net/optimizers.ts";
import type { EngineState } from "./engine.ts";

/** Returns the state of a run that has these parameters and has taken no step. */
export function stateBefore(optimizer: Optimizer, parameters: Float32Array): EngineState {
  const moments = new Float32Array(functionsOf(optimizer).momentArrays * parameters.length);
  return { parameters, moments, stepsTaken: 0 };
}

/** Copies a state: what an engine returns may be its own memory, and what it is given the caller's. */
export function copyOfState({ parameters, moments, stepsTaken }: EngineState): EngineState {
  return { parameters: parameters.slice(), moments: moments.slice(), stepsTaken };
}
