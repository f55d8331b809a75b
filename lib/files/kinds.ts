/** Recognizes files of another kind than expected. */

// deno-lint-ignore-file no-control-regex -- files of most kinds begin with control characters
/** A kind of file: its signature, and advice for the user. */
interface Kind {
  /** Matches the first bytes, decoded as Latin-1. */
  begins: RegExp;
  /** Follows "it is". */
  what: string;
  /** What to do about it. */
  advice: string;
}

const AS_CSV = "save it as CSV";
const AS_PNG = "save it as PNG or JPEG";
const UNPACK = "unpack it first";
const AS_PICTURE = "give it to predict, or as data a folder with one folder of pictures a class";

const KINDS: readonly Kind[] = [
  {
    begins: /^version https:\/\/git-lfs\.github\.com\//,
    what: "a Git LFS pointer in place of the file",
    advice: "fetch the file itself with git lfs pull",
  },
  {
    begins: /^(\xef\xbb\xbf)?\s*(<!--|<!doctype html|<html|<head|<body|<script)/i,
    what: "a web page",
    advice: "download the file itself; you may have to sign in first",
  },
  {
    begins: /^(\xef\xbb\xbf)?\s*<(\?xml|[a-z]+[ >])/i,
    what: "XML, perhaps an error message of a server",
    advice: "download the file again",
  },
  { begins: /^PK\x03\x04[^]{26,}\.npy/, what: "a NumPy archive", advice: AS_CSV },
  {
    begins: /^PK\x03\x04[^]{26}(\[Content_Types\]|_rels|xl\/)/,
    what: "an Excel workbook",
    advice: AS_CSV,
  },
  { begins: /^PK\x03\x04/, what: "a ZIP archive", advice: UNPACK },
  { begins: /^7z\xbc\xaf\x27\x1c/, what: "a 7-Zip archive", advice: UNPACK },
  { begins: /^Rar!\x1a\x07/, what: "a RAR archive", advice: UNPACK },
  { begins: /^\xfd7zXZ\0/, what: "compressed with xz", advice: UNPACK },
  { begins: /^BZh[1-9]1AY/, what: "compressed with bzip2", advice: UNPACK },
  { begins: /^\x28\xb5\x2f\xfd/, what: "compressed with Zstandard", advice: UNPACK },
  { begins: /^[^]{257}ustar/, what: "a tar archive", advice: UNPACK },
  {
    begins: /^\0\0[\x08-\x0e][\x01-\x04]/,
    what: "one file of an IDX data set",
    advice: "name the folder that holds all four",
  },
  { begins: /^(%(?!PDF-)|\s*@relation)/i, what: "an ARFF file", advice: AS_CSV },
  { begins: /^\s*(\{\s*"|\[\s*[[{])/, what: "a JSON file", advice: AS_CSV },
  { begins: /^P[1-6]\s/, what: "a PNM picture", advice: AS_PNG },
  { begins: /^PAR1/, what: "a Parquet file", advice: AS_CSV },
  { begins: /^\x93NUMPY/, what: "a NumPy array", advice: AS_CSV },
  { begins: /^\x89HDF\r\n\x1a\n/, what: "an HDF5 file", advice: AS_CSV },
  { begins: /^MATLAB /, what: "a MATLAB file", advice: AS_CSV },
  { begins: /^\x80[\x02-\x05]/, what: "a Python pickle", advice: AS_CSV },
  { begins: /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, what: "an old Excel file", advice: AS_CSV },
  { begins: /^SQLite format 3\0/, what: "an SQLite database", advice: AS_CSV },
  { begins: /^%PDF-/, what: "a PDF document", advice: "export its data or picture" },
  { begins: /^\x89PNG\r\n\x1a\n/, what: "a PNG picture", advice: AS_PICTURE },
  { begins: /^\xff\xd8\xff/, what: "a JPEG picture", advice: AS_PICTURE },
  { begins: /^....ftyp(hei|hev|mif1|msf1)/s, what: "a HEIC picture", advice: AS_PNG },
  { begins: /^....ftypavi[fs]/s, what: "an AVIF picture", advice: AS_PNG },
  { begins: /^RIFF....WEBP/s, what: "a WebP picture", advice: AS_PNG },
  { begins: /^GIF8[79]a/, what: "a GIF picture", advice: AS_PNG },
  { begins: /^(II\*\0|MM\0\*)/, what: "a TIFF picture", advice: AS_PNG },
  { begins: /^BM....\0\0\0\0/s, what: "a BMP picture", advice: AS_PNG },
];

/** The number of bytes at a file's start that `foreignKind` examines. */
export const KIND_BYTES = 512;

/**
 * Describes a file that is not of the expected kind, and what to do with it. Call it only after a
 * file proved to be of another kind, since it recognizes valid PNG, JPEG and ZIP files too.
 *
 * @param start The file's first `KIND_BYTES` bytes, or the whole file if it is shorter
 * @param saveAs What to do with files of arrays and tables
 * @returns Text that follows "Cannot read FILE: "; undefined if the kind is unknown
 */
export function foreignKind(start: Uint8Array, saveAs: string = AS_CSV): string | undefined {
  const text = String.fromCharCode(...start.subarray(0, KIND_BYTES));
  const kind = KINDS.find(({ begins }) => begins.test(text));
  return kind && `it is ${kind.what}: ${kind.advice === AS_CSV ? saveAs : kind.advice}`;
}
