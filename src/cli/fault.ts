/** What is said when something is thrown, and the exit code. The only place that turns errors into words. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { systemError } from '../model/system-errors.js';
import { outgoing } from './outgoing.js';
import { harmless } from '../reporters/escape.js';

/** Without secrets, and harmless on a terminal. */
const shown = (text: string): string => harmless(outgoing().text(text));

export type Explained = { message: string; code: ExitCode };

/** The message, without `ffi-gates: ` before it, and the exit code. A fault of our own shows its stack. */
export const explain = (error: unknown): Explained => {
  if (error instanceof Failure)
    return { message: shown(`${error.at ? `${error.at}: ` : ''}${error.message}`), code: error.exitCode };
  const reason = systemError(error);
  if (reason !== undefined) return { message: shown(reason), code: EXIT.USAGE };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: shown(`internal error, please report it: ${stack}`), code: EXIT.FAULT };
};
