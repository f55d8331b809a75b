/** Reads the records of text files: CSV with any common separator, ARFF and LIBSVM's format. */
import { parse } from "@std/csv";
import { ByteReader } from "../files/byte_source.ts";
import { gunzipStream, GzipError, isGzip } from "../files/gzip.ts";
import { foreignKind, KIND_BYTES } from "../files/kinds.ts";
import { lines, LineTooLongError } from "../files/lines.ts";
import { printable } from "../files/printable.ts";
import { STDIN } from "./dataset.ts";
import { arffRecords, isArff } from "./arff.ts";
import { DataError } from "./errors.ts";
import { isLibsvm, libsvmRecords } from "./libsvm.ts";

/** One nonempty line of a CSV file. */
export interface CsvRecord {
  /** The line number, from 1. */
  line: number;
  fields: string[];
}

/** Maximum characters in a line; a color image of 2000 x 2000 pixels needs that many. */
const MAX_LINE = 16 * 2 ** 20;
/** Maximum compression ratio, against decompression bombs. MNIST as CSV has 8, blank images 165. */
const MAX_RATIO = 50;
/** Decompressed size up to which any ratio is accepted, for small files of blank images. */
const HARMLESS_BYTES = 16 * 2 ** 20;
/** Maximum decompressed size of a pipe, ten times that of MNIST as CSV. */
const MAX_PIPE_BYTES = 2 ** 30;

/**
 * Reads a text file of rows as a stream: CSV, ARFF or LIBSVM's format, which its beginning tells
 * apart. Accepts UTF-8, UTF-16, and gzip.
 *
 * @returns Its records, in order
 * @throws {DataError} If there is no such file, or it is not text; the caller adds the file's name
 *   to the message
 */
export async function* readRecords(path: string): AsyncGenerator<CsvRecord> {
  let line = 0;
  async function* counted(text: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const next of lines(text, MAX_LINE)) {
      line++;
      yield next;
    }
  }
  try {
    const { start, text } = await openText(path);
    // The last line of the beginning may be incomplete.
    const [first] = start.trimStart().split(/\r?\n|\r/);
    const records = isArff(start)
      ? arffRecords
      : isLibsvm(first.replace(/\s+\S*$/, ""))
      ? libsvmRecords
      : csvRecords;
    yield* records(counted(text));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new DataError("there is no such file");
    if (error instanceof GzipError) {
      throw new DataError(
        `it ${error.message}` + (error.isTooLarge ? ", too many for images" : ""),
      );
    }
    if (error instanceof TypeError && /decode|encoded/i.test(error.message)) {
      throw new DataError(
        `it is not UTF-8 text${
          line > 0 ? ` after line ${line}` : ""
        }: save it as UTF-8, which Excel calls ` +
          `"CSV UTF-8"`,
      );
    }
    if (error instanceof SyntaxError) {
      throw new DataError(`line ${line} has unbalanced quotation marks`);
    }
    if (error instanceof LineTooLongError) {
      throw new DataError(`line ${line + 1}: ${error.message}`);
    }
    throw error;
  }
}

/**
 * Splits the lines of a CSV file. The first lines determine whether fields are separated by commas,
 * semicolons, tabs, bars or spaces.
 */
async function* csvRecords(lines: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  let line = 0;
  let records = 0;
  let split = splitterFor(",");
  // NumPy writes "# " before a header, other programs "#" or "%" before a comment. A header has as many fields
  // as the row below it.
  let comment: CsvRecord | undefined;
  for await (const text of lines) {
    line++;
    if (text.trim() === "") continue;
    if (/^\s*[#%]/.test(text)) {
      const named = text.replace(/^\s*[#%]\s*/, "");
      if (records === 0) comment = { line, fields: splitterFor(separatorOf(named))(named) };
      continue;
    }
    // The header may use a different separator than the rows.
    if (records < 2) {
      const declared = /^sep=(.)$/i.exec(text)?.[1]; // written by Excel
      split = splitterFor(declared ?? separatorOf(text));
      if (declared !== undefined) continue;
    }
    const fields = split(text);
    if (comment && comment.fields.length > 1 && comment.fields.length === fields.length) {
      records++;
      yield comment;
    }
    comment = undefined;
    records++;
    yield { line, fields };
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

/** Opens a text file; also returns its first characters. */
async function openText(path: string): Promise<{ start: string; text: ReadableStream<string> }> {
  const file = path === STDIN ? Deno.stdin : await Deno.open(path);
  // A pipe's size is unknown.
  const { size, isFile } = file === Deno.stdin
    ? { size: 0, isFile: false }
    : await (file as Deno.FsFile).stat();
  let [start, bytes] = await peek(file.readable);
  if (isGzip(start)) {
    const maxBytes = isFile ? Math.max(HARMLESS_BYTES, MAX_RATIO * size) : MAX_PIPE_BYTES;
    [start, bytes] = await peek(gunzipStream(bytes, maxBytes));
  }
  const isCommented = /^\s*%(?!PDF-|!PS)/.test(latin1(start));
  const kind = isCommented || isArff(latin1(start)) ? undefined : foreignKind(start);
  if (kind) throw await cancelWith(bytes, kind);
  const encoding = encodingOf(start);
  if (encoding === "utf-8" && start.includes(0)) {
    throw await cancelWith(
      bytes,
      "it is not text: its first bytes are " + printable(latin1(start), 16),
    );
  }
  const decoder = new TextDecoderStream(encoding, { fatal: true });
  return {
    start: new TextDecoder(encoding).decode(start),
    text: bytes.pipeThrough(decoder as TransformStream<Uint8Array, string>),
  };
}

/** Closes the file and returns the error to throw. */
async function cancelWith(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  what: string,
): Promise<DataError> {
  await bytes.cancel();
  return new DataError(what);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function encodingOf([first, second, third, fourth]: Uint8Array): string {
  // Without a byte order mark, every second byte of numbers is zero.
  if (first === 0xff && second === 0xfe || first && !second && third && !fourth) return "utf-16le";
  if (first === 0xfe && second === 0xff || !first && second && !third && fourth) return "utf-16be";
  return "utf-8";
}

/** Returns the first bytes of a stream, and a new stream of all its bytes. */
async function peek(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<[Uint8Array, ReadableStream<Uint8Array<ArrayBuffer>>]> {
  const [beginning, all] = stream.tee();
  const reader = new ByteReader(beginning);
  const start = await reader.take(KIND_BYTES);
  reader.cancel(); // not awaited: it ends when the other stream does
  return [start, all];
}
