/** Adds one's own pictures to the training rows of a data set. */
import { count, listed, printable } from "../files/printable.ts";
import { isFolder } from "../files/write_file.ts";
import type { Dataset } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { folderNames, layoutOf, type PictureOptions, picturesBelow } from "./picture_folder.ts";
import { readPictures } from "./picture_rows.ts";
import { readable } from "./pictures.ts";
import { brightBackgrounds, joinBytes } from "./pixels.ts";

/** Number of classes that a message names. */
const NAMED = 10;

/**
 * Adds the pictures of a folder with one folder for each class, such as `predict --collect` keeps. They
 * become the first training rows and are never held out, so the data set's own rows are split as
 * without them.
 *
 * @param folder The folder; its pictures must look as the data set's images
 * @param options Callbacks, and whether an unreadable picture is an error
 * @returns The data set with more rows; pictures of another size are scaled
 * @throws {DataError} If there are no pictures, or a folder is no class of the data set
 */
export async function addPictures(
  data: Dataset,
  folder: string,
  options: Pick<PictureOptions, "strict" | "onNotice" | "onProgress"> = {},
): Promise<Dataset> {
  const { name, width, height, classes, classNames } = data;
  const shown = printable(folder, 200);
  if (!await isFolder(folder)) {
    throw new DataError(`Cannot add ${shown} to ${name}: there is no such folder`);
  }
  const pictures = picturesBelow(folder, layoutOf(folder)?.get("train") ?? folder);
  if (pictures.length === 0) {
    throw new DataError(
      `Cannot add ${shown} to ${name}: its pictures must be in one folder for each class, such as ` +
        `${shown}/${folderNames(classes, classNames)[0]}/`,
    );
  }
  const folders = folderNames(classes, classNames);
  const labelOf = ({ label, path }: typeof pictures[number]) => {
    const found = folders.indexOf(label);
    if (found >= 0) return found;
    throw new DataError(
      `Cannot add ${shown} to ${name}: the folder of ${printable(path, 100)} must be one of its ` +
        `classes, ${listed(folders, NAMED)}`,
    );
  };
  pictures.forEach(labelOf); // before they are read
  const form = { width, height, asPhoto: false };
  const { pixels, failures, scaled } = await readPictures(folder, pictures, form, options);
  const labels = Uint8Array.from(readable(folder, pictures, failures, options), labelOf);
  const [own, added] = [data.images, pixels].map((images) => brightBackgrounds(images, data));
  if (Math.abs(own - added) > 0.5) {
    options.onNotice?.(
      `${shown}: its pictures have a ${
        added > own ? "bright" : "dark"
      } background, those of ${name} ` +
        `a ${added > own ? "dark" : "bright"} one, so adding them is likely to do harm`,
    );
  }
  const unit = labels.length === 1 ? "picture is" : "pictures are";
  options.onNotice?.(
    `${shown}: ${count(labels.length)} ${unit} added to the ${count(data.trainRows)} ` +
      `training rows of ${name}` + (scaled > 0 ? `, ${scaled} of them scaled` : ""),
  );
  return {
    ...data,
    images: joinBytes([pixels, data.images]),
    labels: joinBytes([labels, data.labels]),
    trainRows: data.trainRows + labels.length,
    addedRows: labels.length,
  };
}
