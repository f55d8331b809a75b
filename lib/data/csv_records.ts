/** The records of a CSV file, whatever divides its fields, packs it or encodes it. */
import { parse } from "@std/csv";
import { foreignKind, KIND_BYTES } from "../files/kinds.ts";
import { lines, LineTooLongError } from "../files/lines.ts";
import { printable } from "../files/printable.ts";
import { DataError } from "./errors.ts";

/** One line of a CSV file that is not empty. */
export interface CsvRecord {
  /** Its number, from 1. */
  line: number;
  fields: string[];
  /** What divides the fields of this file. */
  separator: string;
}

/** Characters of a line: a color picture of 2000 x 2000 would need as many. */
const MAX_LINE = 16 * 2 ** 20;
/** How much smaller gzip makes a file: MNIST as CSV an eighth, blank images a 165th. */
const MAX_RATIO = 50;
/** Below this even a blank page is let through. */
const HARMLESS_BYTES = 16 * 2 ** 20;

/**
 * Reads a CSV file as it arrives: fields divided by commas, semicolons, tabs, bars or spaces, as
 * its first line shows; UTF-8, or UTF-16 with a byte order mark; gzipped or not.
 *
 * @param path The file
 * @returns Its records, in order
 * @throws {DataError} If there is no such file, or it is no text; the message goes on from "Cannot
 *   read FILE: "
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
      // The header's may be another than the rows'.
      if (records < 2) {
        const declared = /^sep=(.)$/i.exec(text)?.[1]; // Excel's own
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
      throw new DataError(`line ${line} has quotation marks that do not match`);
    }
    if (error instanceof LineTooLongError) {
      throw new DataError(`line ${line + 1}: ${error.message}`);
    }
    throw error;
  }
}

/** The first of the usual ones that the line has outside of quotes. */
function separatorOf(line: string): string {
  const unquoted = line.replace(/"[^"]*"/g, "");
  return ["\t", ";", ",", "|", " "].find((mark) => unquoted.trim().includes(mark)) ?? ",";
}

function splitterFor(separator: string): (line: string) => string[] {
  const plain = separator === " "
    ? (line: string) => line.trim().split(/ +/)
    : (line: string) => line.split(separator);
  // The library knows all about quotes, but takes ten times as long.
  return (line) => line.includes('"') ? parse(line, { separator })[0] : plain(line);
}

async function openText(path: string): Promise<ReadableStream<string>> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  let [start, bytes] = await peek(file.readable);
  if (start[0] === 0x1f && start[1] === 0x8b) {
    [start, bytes] = await peek(unpacked(bytes, size));
  }
  const kind = foreignKind(start);
  if (kind) throw await closing(bytes, kind);
  const encoding = encodingOf(start);
  if (encoding === "utf-8" && start.includes(0)) {
    throw await closing(
      bytes,
      "it is no text: its first bytes are " + printable(latin1(start), 16),
    );
  }
  return bytes.pipeThrough(new TextDecoderStream(encoding) as TransformStream<Uint8Array, string>);
}

async function closing(bytes: ReadableStream<Uint8Array>, fault: string): Promise<DataError> {
  await bytes.cancel();
  return new DataError(fault);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
}

/** The first bytes of a stream, and the whole stream still. */
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

/** Unpacks gzip, as long as it unpacks to what text can. */
function unpacked(
  packed: ReadableStream<Uint8Array>,
  size: number,
): ReadableStream<Uint8Array> {
  const gunzip = new DecompressionStream("gzip") as unknown as TransformStream<
    Uint8Array,
    Uint8Array
  >;
  const reader = packed.pipeThrough(gunzip).getReader();
  const most = Math.max(HARMLESS_BYTES, MAX_RATIO * size);
  let length = 0;
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read().catch((error) => {
        throw new DataError(`it cannot be decompressed: ${printable(error.message)}`);
      });
      if (done) return controller.close();
      length += value.length;
      if (length > most) {
        await reader.cancel();
        throw new DataError(
          `it unpacks to more than ${MAX_RATIO} times its ${size} bytes, as no images do`,
        );
      }
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
