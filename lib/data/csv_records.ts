/** Reads the records of a CSV file with any common separator and encoding, gzipped or not. */
import { parse } from "@std/csv";
import { foreignKind, KIND_BYTES } from "../files/kinds.ts";
import { lines, LineTooLongError } from "../files/lines.ts";
import { printable } from "../files/printable.ts";
import { DataError } from "./errors.ts";

/** One nonempty line of a CSV file. */
export interface CsvRecord {
  /** The line number, from 1. */
  line: number;
  fields: string[];
  /** The file's field separator. */
  separator: string;
}

/** Maximum characters in a line; a color image of 2000 x 2000 pixels needs that many. */
const MAX_LINE = 16 * 2 ** 20;
/** Maximum compression ratio, against decompression bombs. MNIST as CSV has 8, blank images 165. */
const MAX_RATIO = 50;
/** Decompressed size up to which any ratio is accepted, for small files of blank images. */
const HARMLESS_BYTES = 16 * 2 ** 20;

/**
 * Reads a CSV file as a stream. Its first lines determine whether fields are separated by commas,
 * semicolons, tabs, bars or spaces. Accepts UTF-8, UTF-16 with a byte order mark, and gzip.
 *
 * @param path The file
 * @returns Its records, in order
 * @throws {DataError} If there is no such file, or it is not text; the caller adds the file's name
 *   to the message
 */
export async function* readRecords(path: string): AsyncGenerator<CsvRecord> {
  let line = 0;
  let records = 0;
  let separator = ",";
  let split = splitterFor(separator);
  try {
    for await (const text of lines(await openText(path), MAX_LINE)) {
      line++;
      if (text.trim() === "") continue;
      // The header may use a different separator than the rows.
      if (records < 2) {
        const declared = /^sep=(.)$/i.exec(text)?.[1]; // written by Excel
        separator = declared ?? separatorOf(text);
        split = splitterFor(separator);
        if (declared !== undefined) continue;
      }
      records++;
      yield { line, fields: split(text), separator };
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new DataError("there is no such file");
    if (error instanceof SyntaxError) {
      throw new DataError(`line ${line} has unbalanced quotation marks`);
    }
    if (error instanceof LineTooLongError) {
      throw new DataError(`line ${line + 1}: ${error.message}`);
    }
    throw error;
  }
}

/** Returns the first of the common separators that occurs in the line outside quotes. */
function separatorOf(line: string): string {
  const unquoted = line.replace(/"[^"]*"/g, "");
  return ["\t", ";", ",", "|", " "].find((mark) => unquoted.trim().includes(mark)) ?? ",";
}

function splitterFor(separator: string): (line: string) => string[] {
  const plain = separator === " "
    ? (line: string) => line.trim().split(/ +/)
    : (line: string) => line.split(separator);
  // The library handles quotation marks, but takes ten times as long.
  return (line) => line.includes('"') ? parse(line, { separator })[0] : plain(line);
}

async function openText(path: string): Promise<ReadableStream<string>> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  let [start, bytes] = await peek(file.readable);
  if (start[0] === 0x1f && start[1] === 0x8b) {
    [start, bytes] = await peek(gunzip(bytes, size));
  }
  const kind = foreignKind(start);
  if (kind) throw await cancelWith(bytes, kind);
  const encoding = encodingOf(start);
  if (encoding === "utf-8" && start.includes(0)) {
    throw await cancelWith(
      bytes,
      "it is not text: its first bytes are " + printable(latin1(start), 16),
    );
  }
  return bytes.pipeThrough(new TextDecoderStream(encoding) as TransformStream<Uint8Array, string>);
}

/** Closes the file and returns the error to throw. */
async function cancelWith(bytes: ReadableStream<Uint8Array>, what: string): Promise<DataError> {
  await bytes.cancel();
  return new DataError(what);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
}

/** Returns the first bytes of a stream, and a new stream of all its bytes. */
async function peek(
  stream: ReadableStream<Uint8Array>,
): Promise<[Uint8Array, ReadableStream<Uint8Array>]> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < KIND_BYTES) {
    const { value, done } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  const start = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    start.set(piece, at);
    at += piece.length;
  }
  return [
    start.subarray(0, KIND_BYTES),
    new ReadableStream({
      start: (controller) => controller.enqueue(start),
      async pull(controller) {
        const { value, done } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    }),
  ];
}

/** Decompresses gzip; fails if the result is too large for a text of images. */
function gunzip(
  compressed: ReadableStream<Uint8Array>,
  size: number,
): ReadableStream<Uint8Array> {
  const decompression = new DecompressionStream("gzip") as unknown as TransformStream<
    Uint8Array,
    Uint8Array
  >;
  const reader = compressed.pipeThrough(decompression).getReader();
  const maxLength = Math.max(HARMLESS_BYTES, MAX_RATIO * size);
  let length = 0;
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read().catch((error) => {
        throw new DataError(`it cannot be decompressed: ${printable(error.message)}`);
      });
      if (done) return controller.close();
      length += value.length;
      if (length > maxLength) {
        await reader.cancel();
        throw new DataError(
          `it decompresses to more than ${MAX_RATIO} times its ${size} bytes, too many for images`,
        );
      }
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
