import type { EXIT } from './exit-codes.js';

type FailureCode = typeof EXIT.USAGE | typeof EXIT.NOTHING_SELECTED | typeof EXIT.BUILD_FAILED;

/**
 * An end that the user can act on: a sentence, what to do, and the exit code. Anything else that is thrown
 * is our bug and shows its stack.
 */
export class Failure extends Error {
  readonly exitCode: FailureCode;
  /** `file:line:column` where the user's input is at fault. */
  readonly at: string | undefined;
  constructor(exitCode: FailureCode, message: string, at?: string) {
    super(message);
    this.exitCode = exitCode;
    this.at = at;
  }
}
export const unreachable = (x: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(x)}`);
};
