/** What the host offers: its cores, and turns of its event loop. */

/**
 * Returns the number of processor cores, or 1 where it is unknown: Node.js before version 21 has no
 * `navigator`, and browsers that hide the number leave it undefined.
 */
export function coreCount(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Resolves after one turn of the event loop; in Deno a timer would take about 2 ms. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      port2.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
