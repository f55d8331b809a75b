/**
 * How threads share work. The calling thread publishes a phase of a step, divided in chunks that write
 * different numbers; every thread claims chunk after chunk until none is left. Which thread computes a
 * chunk changes no number, so results do not depend on how many threads there are.
 */
import { drawAhead } from "./draw";
import { canWait, control, stepThreads, thread } from "./memory";
import { runChunk } from "./step";

// The words shared, as byte offsets from `control`; block.ts has what comes behind them.
/** Changes when there is something to do. */
const SIGNAL: usize = 0;
/** Threads that wait for it to change. */
const SLEEPERS: usize = 4;
/** Not 0: all threads end. */
const STOP: usize = 8;
/** Chunks of the phase that are done. */
const DONE: usize = 12;
/** u64: the phase, its number of chunks and the next chunk, so that one atomic addition claims a chunk of what is current. */
const CLAIMS: usize = 16;
/** n: how many training rows there are. */
const TRAIN_COUNT: usize = 24;

/** Looks for work before a thread sleeps: some 50 microseconds, as waking takes longer than most chunks. */
const LOOKS: u32 = 20_000;

/** The loop of every thread but the calling one; ends when the host sets the word at `STOP`. */
export function work(): void {
  let looks: u32 = 0;
  while (atomic.load<u32>(control + STOP) == 0) {
    const signal = atomic.load<u32>(control + SIGNAL);
    if (takeChunks() || (thread == 1 && drawAhead())) looks = 0;
    else if (++looks == LOOKS) {
      looks = 0;
      atomic.add<u32>(control + SLEEPERS, 1);
      atomic.wait<u32>(control + SIGNAL, signal, -1);
      atomic.sub<u32>(control + SLEEPERS, 1);
    }
  }
}

/** Wakes the threads that sleep. */
export function signal(): void {
  atomic.add<u32>(control + SIGNAL, 1);
  if (atomic.load<u32>(control + SLEEPERS) != 0) atomic.notify(control + SIGNAL, -1);
}

/** Computes all chunks of a phase, with the other threads where they share the step. */
export function runPhase(phase: u32, chunks: u32): void {
  if (stepThreads == 1) {
    for (let chunk: u32 = 0; chunk < chunks; chunk++) runChunk(phase, chunk);
    return;
  }
  atomic.store<u32>(control + DONE, 0);
  atomic.store<u64>(control + CLAIMS, ((<u64> phase) << 48) | ((<u64> chunks) << 24));
  signal();
  takeChunks();
  let looks: u32 = 0;
  while (atomic.load<u32>(control + DONE) != chunks) looks = lookAgain(looks);
}

/**
 * To be called between looks at what another thread is about to finish: if that thread has no core, it
 * is let have this one for a moment.
 *
 * @param looks How many times it was called since waiting began
 * @returns One more
 */
export function lookAgain(looks: u32): u32 {
  if (canWait && looks > LOOKS) atomic.wait<u32>(control + STOP, 0, 50_000);
  return looks + 1;
}

/** Computes chunks until none is left; whether there was one. */
function takeChunks(): bool {
  let worked = false;
  while (true) {
    // Looked at first, so that threads with nothing to do do not count the claims up without end.
    if (!isChunk(atomic.load<u64>(control + CLAIMS))) return worked;
    const claim = atomic.add<u64>(control + CLAIMS, 1);
    if (!isChunk(claim)) return worked;
    runChunk(<u32> (claim >> 48), <u32> (claim & 0xffffff));
    atomic.add<u32>(control + DONE, 1);
    worked = true;
  }
}

// @ts-ignore: decorator
@inline
function isChunk(claim: u64): bool {
  return (claim & 0xffffff) < ((claim >> 24) & 0xffffff);
}

/** How many training rows there are: shared, as it changes with every run. */
// @ts-ignore: decorator
@inline
export function trainCount(): u32 {
  return load<u32>(control + TRAIN_COUNT);
}
