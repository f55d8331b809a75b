/** Checks data sets that library users build; data sets from files are checked by their readers. */
import type { Dataset } from "./dataset.ts";

/**
 * Throws if a data set is inconsistent.
 *
 * @throws {RangeError} If the numbers of images and labels differ, a label is not below `classes`,
 *   or there are more training rows than rows; the message gives the value
 */
export function checkDataset(data: Dataset): void {
  const { name, width, height, classes, images, labels, trainRows } = data;
  const fail = (rule: string, value: string): never => {
    throw new RangeError(`Cannot use ${name} as ${rule}: current value ${value}`);
  };
  if (!(Number.isInteger(width) && width >= 1 && Number.isInteger(height) && height >= 1)) {
    fail("its width and height must be whole numbers of at least 1", `is ${width} x ${height}`);
  }
  for (const [what, array] of Object.entries({ images, labels })) {
    if (!(array instanceof Uint8Array)) {
      const { constructor } = array as object;
      fail(`its ${what} must be a Uint8Array`, `is of type ${constructor.name}`);
    }
  }
  const length = labels.length * width * height;
  if (images.length !== length) {
    fail(
      `its ${labels.length} images of ${width} x ${height} must have ${length} pixels in total`,
      `is ${images.length}`,
    );
  }
  const wrong = labels.findIndex((label) => !(label < classes));
  if (wrong >= 0) {
    fail(
      `its labels must be below ${classes}, its number of classes`,
      `in row ${wrong} is ${labels[wrong]}`,
    );
  }
  if (!(Number.isInteger(trainRows) && trainRows >= 0 && trainRows <= labels.length)) {
    fail(
      `trainRows must be a whole number from 0 to its ${labels.length} rows`,
      `is ${trainRows}`,
    );
  }
}
