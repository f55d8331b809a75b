/** Reads parts of files without holding the whole. */

/** Bytes of which parts can be read; a Blob is one, and so is a file that a user chose in a page. */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number;
  /** Returns a part; `to` is excluded. */
  slice(from: number, to: number): ByteSource;
  /** Returns all bytes in order. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Takes pieces of given lengths from a stream. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  /** @param stream The bytes */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /**
   * Reads the next bytes.
   *
   * @returns A copy of the bytes; fewer at the end of the stream
   */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(length);
    let at = 0;
    for (;;) {
      const piece = this.#rest.subarray(0, length - at);
      taken.set(piece, at);
      at += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
      if (at === length) return taken;
      const { value, done } = await this.#reader.read();
      if (done) return taken.subarray(0, at);
      this.#rest = value;
    }
  }

  /** Closes the stream. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {}); // an error of the stream was thrown by take()
  }
}
