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

/** Returns what `read` returns, or the DataError that it throws. */
export function attempt<T>(read: () => T): T | DataError {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}
