/** Defines the error of model files. */

/**
 * Thrown for a model or checkpoint file that is missing, corrupt or of another kind. The message is
 * one line.
 */
export class ModelError extends Error {
  /** The error's class. */
  override name = "ModelError";
}
