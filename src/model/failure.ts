/**
 * An end that the user can act on: a sentence, what to do, and the exit code (design §5). Anything else that is thrown
 * is our bug and shows its stack.
 */
export class Failure extends Error {
  readonly exitCode: 2 | 3 | 5;
  /** `file:line:column` where the user's input is at fault. */
  readonly at: string | undefined;
  constructor(exitCode: 2 | 3 | 5, message: string, at?: string) {
    super(message);
    this.exitCode = exitCode;
    this.at = at;
  }
}
export const unreachable = (x: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(x)}`);
};
