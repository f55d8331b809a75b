/** Thrown for a model or checkpoint file that is missing, damaged or another kind of file; the message is one line. */
export class ModelError extends Error {
  /** Tells it from other errors. */
  override name = "ModelError";
}
