/** Defines the errors of data sets: invalid data, and data that is not available. */

/** Thrown for a data file that is missing, corrupt or of another kind; the message is one line. */
export class DataError extends Error {
  /** The error's class. */
  override name = "DataError";
}

/** Thrown if data is neither on disk nor downloadable; `--dataset auto` then uses synthetic digits. */
export class DataUnavailableError extends DataError {
  /** The error's class. */
  override name = "DataUnavailableError";
}
