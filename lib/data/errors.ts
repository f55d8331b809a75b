/** Errors of data sets, in two kinds for callers that handle them differently. */

/** Thrown for a data file that is missing, corrupt or of the wrong kind; the message is one line for the user. */
export class DataError extends Error {
  /** The error's class. */
  override name = "DataError";
}

/** Thrown if data is not on disk and cannot be downloaded; `auto` then uses synthetic digits. */
export class DataUnavailableError extends DataError {
  /** The error's class. */
  override name = "DataUnavailableError";
}
