/**
 * How a signal ends a command. `bin/ffi-gates.js` alone listens to signals, from the first moment of the
 * process: a signal ends it at once with exit code 130, and what has children or temporary files listens to
 * `exit`.
 */
export type Interruption = {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** What is said when a signal ends the process at once. A command may set it. */
  message: string;
  /**
   * Called when a command has done what it must do even if it is stopped while it is being loaded. A signal that
   * came before ends the process now.
   */
  ready(): void;
  /**
   * From now on the first signal only aborts `signal`, and the command ends by itself; a second one that comes
   * a second or more after it ends the process at once. The returned function gives this back.
   */
  takeOver(): () => void;
};
