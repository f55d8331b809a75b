/// <reference lib="dom" />
/** Loads the kernels' texts when their tab is opened. */
import { element, write } from "./dom.ts";

/** File name of the module with the kernels, which the build inserts. */
declare const KERNELS: string;

/** Whether the kernels are shown; each attempt to load them has an address of its own. */
let kernels: "shown" | number = 0;

/** Shows the kernels, unless they are shown. */
export async function openKernels(): Promise<void> {
  if (kernels === "shown") return;
  const status = element("kernels-status", HTMLElement);
  try {
    // Browsers remember that a module could not be loaded, by its address.
    const { showKernels } = await import(new URL(`${KERNELS}?${kernels++}`, import.meta.url).href);
    showKernels(element("kernel-list", HTMLDivElement));
    kernels = "shown";
    write(status, "");
  } catch {
    write(
      status,
      "The kernels cannot be loaded now. Choose another tab and come back when online.",
    );
  }
}
