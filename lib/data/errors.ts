/** The two ways in which data can fail, for callers that treat them differently. */

/** A data file that is missing, damaged or not what it should be; the message is one line for a person. */
export class DataError extends Error {
  /** Tells it from other errors. */
  override name = "DataError";
}

/** The data is not here and cannot be fetched now; `auto` takes synthetic digits instead. */
export class DataUnavailableError extends DataError {
  /** Tells it from other errors. */
  override name = "DataUnavailableError";
}
