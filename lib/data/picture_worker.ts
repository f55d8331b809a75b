/** Runs in the Workers of `readPictures`: decodes batches of pictures. */
import { decodeBatch, type PictureBatch, type PictureRows } from "./picture_rows.ts";

/** `self`, with the types of a Worker instead of a window. */
const thread = self as unknown as {
  onmessage: (event: MessageEvent<PictureBatch>) => void;
  postMessage(message: PictureRows, transfer?: Transferable[]): void;
};

thread.onmessage = ({ data: batch }) => {
  const rows = decodeBatch(batch);
  thread.postMessage(rows, [rows.pixels.buffer]);
};
