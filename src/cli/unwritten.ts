/** What `run` says when a format of its report could not be written. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import type { Unwritten } from '../reporters/write.js';
import { tell } from './say.js';

/** Errors of the disk, which the user can mend. */
const DISK: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the quota is used up',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'its directory was removed',
  ENOTDIR: 'its directory is a file',
  EISDIR: 'it is a directory',
  EFBIG: 'the file is too large',
  EMFILE: 'too many open files',
};

/**
 * Names the formats that are missing and the reason of each, on stderr. Returns the exit code of a run that could
 * not write: 2. Throws what is no error of the disk, after all were named, since that is our bug.
 */
export const sayUnwritten = (unwritten: readonly Unwritten[], out: string): ExitCode => {
  for (const { format, error } of unwritten) {
    const { code = '', path = out, message } = error as NodeJS.ErrnoException;
    const why = DISK[code] ? `${DISK[code]}: ${path.replace(/\.tmp$/, '')}` : message;
    tell(`ffi-gates: the ${format} report was not written: ${why}`);
  }
  const ours = unwritten.find(({ error }) => !DISK[(error as NodeJS.ErrnoException).code ?? '']);
  if (ours) throw ours.error;
  return unwritten.length > 0 ? EXIT.USAGE : EXIT.OK;
};
