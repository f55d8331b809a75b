/**
 * How threads share work and wait for each other. All threads run this module on one shared memory;
 * thread 0 is the caller's, the others are Workers that run `work()`.
 *
 * - Thread 0 publishes a phase of a step, divided into chunks. All threads claim chunks by an
 *   atomic addition until none is left. Each number is computed by one chunk, always in the same
 *   way, so results do not depend on the number of threads.
 * - Thread 0 then spins until all chunks are done: a phase takes less time than putting a thread to
 *   sleep and waking it.
 * - A Worker without work spins for a while, then sleeps until SIGNAL changes. It reads SIGNAL
 *   before it looks for work: if new work comes in between, SIGNAL has changed, and `atomic.wait`
 *   returns at once.
 */
import { mark, WAIT } from "./clock";
import { drawAhead } from "./draw";
import { canWait, control, stepThreads, thread } from "./memory";
import { runChunk } from "./step";

// The shared words, as byte offsets from `control`. The block (block.ts) follows them.
/** A counter that increases whenever there is new work. */
const SIGNAL: usize = 0;
/** The number of sleeping threads. */
const SLEEPERS: usize = 4;
/** If it is not 0, all Workers end. */
const STOP: usize = 8;
/** The number of finished chunks of the phase. */
const DONE: usize = 12;
/**
 * u64: the phase (16 bits), its number of chunks (24 bits) and the next chunk (24 bits), in one
 * word, so that one atomic addition claims a chunk and tells of which phase it is.
 */
const CLAIMS: usize = 16;
/** n, the number of training rows. */
const TRAIN_COUNT: usize = 24;

/**
 * The number of spins before a thread sleeps: about half a millisecond if threads share steps, which
 * most waits within a step are shorter than. A thread that wakes up, perhaps on an idle core of a
 * virtual machine, takes longer than most chunks. A thread that only draws ahead has time: it spins
 * for 50 microseconds.
 */
// @ts-ignore: decorator
@inline
function maxSpins(): u32 {
  return stepThreads > 1 ? 200_000 : 20_000;
}

/** The loop of every Worker; it ends when the host sets STOP. */
export function work(): void {
  let spins: u32 = 0;
  while (atomic.load<u32>(control + STOP) == 0) {
    const signal = atomic.load<u32>(control + SIGNAL);
    if (takeChunks() || (thread == 1 && stepThreads == 1 && drawAhead())) spins = 0;
    else if (++spins == maxSpins()) {
      spins = 0;
      atomic.add<u32>(control + SLEEPERS, 1);
      atomic.wait<u32>(control + SIGNAL, signal, -1);
      atomic.sub<u32>(control + SLEEPERS, 1);
    }
  }
}

/** Announces new work, and wakes sleeping threads. */
export function signal(): void {
  atomic.add<u32>(control + SIGNAL, 1);
  if (atomic.load<u32>(control + SLEEPERS) != 0) atomic.notify(control + SIGNAL, -1);
}

/**
 * Computes all chunks of a phase, together with the other threads if they share steps; returns when
 * all are done.
 */
export function runPhase(phase: u32, chunks: u32): void {
  if (stepThreads == 1) {
    for (let chunk: u32 = 0; chunk < chunks; chunk++) runChunk(phase, chunk);
    mark(WAIT);
    return;
  }
  startPhase(phase, chunks);
  finishPhase(chunks);
}

/** Lets the other threads begin with the chunks of a phase; thread 0 may do something else first. */
export function startPhase(phase: u32, chunks: u32): void {
  atomic.store<u32>(control + DONE, 0);
  atomic.store<u64>(control + CLAIMS, ((<u64> phase) << 48) | ((<u64> chunks) << 24));
  signal();
}

/** Computes the chunks of the phase that are left; returns when all are done. */
export function finishPhase(chunks: u32): void {
  takeChunks();
  let spins: u32 = 0;
  while (atomic.load<u32>(control + DONE) != chunks) spins = spin(spins);
}

/**
 * Called in a loop that waits for another thread. After `maxSpins` calls, each call sleeps for 50
 * microseconds, because the other thread may need this thread's core to continue.
 *
 * @param spins The number of calls since the loop began
 * @returns spins + 1
 */
export function spin(spins: u32): u32 {
  if (canWait && spins > maxSpins()) atomic.wait<u32>(control + STOP, 0, 50_000);
  return spins + 1;
}

/** Computes chunks until none is left; returns whether there was one. */
function takeChunks(): bool {
  let worked = false;
  while (true) {
    // Loads before it adds, so that idle threads do not increase the counter until it overflows.
    if (!isChunk(atomic.load<u64>(control + CLAIMS))) return worked;
    const claim = atomic.add<u64>(control + CLAIMS, 1);
    if (!isChunk(claim)) return worked;
    runChunk(<u32> (claim >> 48), <u32> (claim & 0xffffff));
    mark(WAIT);
    atomic.add<u32>(control + DONE, 1);
    worked = true;
  }
}

/** Whether the next chunk of a CLAIMS word is one of the phase's chunks. */
// @ts-ignore: decorator
@inline
function isChunk(claim: u64): bool {
  return (claim & 0xffffff) < ((claim >> 24) & 0xffffff);
}

/**
 * Returns n, the number of training rows. It is in shared memory because it changes with each run.
 */
// @ts-ignore: decorator
@inline
export function trainCount(): u32 {
  return load<u32>(control + TRAIN_COUNT);
}
