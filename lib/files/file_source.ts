/** Reads parts of files on a disk. */
import type { ByteSource } from "./byte_source.ts";

/** Number of bytes read from a disk at a time. */
const PIECE_BYTES = 2 ** 16;

/** A file on a disk, or a part of it. */
export class FileSource implements ByteSource {
  readonly size: number;
  readonly #path: string;
  readonly #from: number;

  /**
   * @param from Its first byte that is read
   * @param to The byte after the last; by default the file's end
   */
  constructor(path: string, from = 0, to: number = Deno.statSync(path).size) {
    this.#path = path;
    this.#from = from;
    this.size = to - from;
  }

  slice(from: number, to: number): FileSource {
    return new FileSource(this.#path, this.#from + from, this.#from + Math.min(to, this.size));
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let left = this.size;
    let file: Deno.FsFile | undefined;
    return new ReadableStream({
      start: async () => {
        file = await Deno.open(this.#path);
        await file.seek(this.#from, Deno.SeekMode.Start);
      },
      async pull(controller) {
        const piece = new Uint8Array(Math.min(PIECE_BYTES, left));
        const count = left === 0 ? null : await file!.read(piece);
        if (count === null) {
          file!.close();
          return controller.close();
        }
        left -= count;
        controller.enqueue(piece.subarray(0, count));
      },
      cancel: () => file?.close(),
    }, { highWaterMark: 0 });
  }
}
