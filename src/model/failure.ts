import type { EXIT } from './exit-codes.js';

type FailureCode = typeof EXIT.USAGE | typeof EXIT.NOTHING_SELECTED | typeof EXIT.BUILD_FAILED;

/**
 * An error that the user can resolve: a message with the remedy, and the exit code. Anything else that is
 * thrown is our bug and shows its stack.
 */
export class Failure extends Error {
  readonly exitCode: FailureCode;
  /** `file:line:column` of the faulty input. */
  readonly at: string | undefined;
  constructor(exitCode: FailureCode, message: string, at?: string) {
    super(message);
    this.exitCode = exitCode;
    this.at = at;
  }
}
/** Throws. For a case that the types exclude. */
export const unreachable = (x: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(x)}`);
};
