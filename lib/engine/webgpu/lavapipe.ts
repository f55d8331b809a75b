/** What lavapipe, Mesa's software adapter, is told before it starts. */

/** How many threads it computes with: https://docs.mesa3d.org/envvars.html. */
const VARIABLE = "LP_NUM_THREADS";
const THREADS = "4";
/** The cores that this was measured on. */
const CORES = 2;

/**
 * Has lavapipe compute with two threads a core on a machine of two cores; to be called before the first
 * adapter is asked for.
 *
 * By itself it takes one thread a core, and a dispatch is divided evenly among them and over when the last
 * is done. But Linux, which wakes both at once, now and then puts them on the same core and leaves the other
 * idle, and for some time does so again at every dispatch: the notebook's step then takes 1.6 ms, not 1.25.
 * With twice as many threads both cores have work (8% less time a run, median; 6 and 8 threads are no
 * better, 3 worse). On more cores it was not tried, so there the driver decides.
 *
 * An environment variable is the only way to say it, so in Deno this takes `--allow-env=LP_NUM_THREADS`:
 * where that is not granted, or the variable has a value, nothing happens.
 */
export function tellLavapipe(): void {
  if (typeof Deno === "undefined" || navigator.hardwareConcurrency !== CORES) return;
  if (Deno.permissions.querySync({ name: "env", variable: VARIABLE }).state !== "granted") return;
  if (!Deno.env.has(VARIABLE)) Deno.env.set(VARIABLE, THREADS);
}
