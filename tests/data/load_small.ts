/**
 * Loads the small data set into a folder. Tests run it in a separate process, several at once or to
 * kill it. Prints notices to stderr and the labels to stdout.
 *
 * Usage: load_small.ts FOLDER MIRROR
 */
import { loadIdxSource } from "../../lib/data/idx_source.ts";
import { smallSource } from "./idx_files.ts";

const [directory, mirror] = Deno.args;
const data = await loadIdxSource(smallSource([mirror]), {
  directory,
  attempts: 1,
  onNotice: (line) => console.error(line),
});
console.log(data.labels.join(" "));
