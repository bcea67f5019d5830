/** `ffi-gates init`: writes the matrix and the files of CI systems for a repository, and says what it found. */
import { init, type InitOptions } from '../init/init.js';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { say } from './say.js';

/** Throws `Failure` 2 if nothing can be written. */
export const initialise = async (a: InitOptions): Promise<ExitCode> => {
  await init(a, say);
  return EXIT.OK;
};
