/** Keeps pictures with their right classes in a folder, from which a net can be trained. */
import { encode } from "fast-png";
import { join } from "node:path";
import { writeFileAtomically } from "../files/write_file.ts";
import { folderNames } from "../data/class_folders.ts";
import type { PredictInput } from "./predict_output.ts";

/**
 * Stores pictures as the net sees them: FOLDER/CLASS/HASH.png. The same picture of the same class is
 * stored once.
 *
 * @param folder The collection; created if it does not exist
 * @param net Width and height of an image, the number of classes and their names
 */
export async function collect(
  folder: string,
  { pixels, labels = [] }: PredictInput,
  { width, height, classes, names }: {
    width: number;
    height: number;
    classes: number;
    names?: readonly string[];
  },
): Promise<void> {
  const folders = folderNames(classes, names);
  for (const [i, label] of labels.entries()) {
    const data = pixels.slice(i * width * height, (i + 1) * width * height);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex().slice(0, 16);
    await Deno.mkdir(join(folder, folders[label]), { recursive: true });
    const file = join(folder, folders[label], `${hash}.png`);
    await writeFileAtomically(file, encode({ width, height, data, channels: 1 }));
  }
}
