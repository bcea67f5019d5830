/** Errors of the operating system in words. They are faults of the machine or its limits, not of ours. */

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would exceed the limit of file sizes (ulimit -f)',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  EIO: 'input/output error',
  EMFILE: 'too many open files (ulimit -n)',
  ENFILE: 'too many open files on this machine',
  ENOMEM: 'out of memory',
  EAGAIN: 'no further process or thread can be started (ulimit -u)',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'too many symbolic links',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
};

/** Why an operation of the system failed. Undefined if the error is none of these. */
export const reasonOf = (error: unknown): string | undefined =>
  REASONS[(error as NodeJS.ErrnoException | undefined)?.code ?? ''];

/** The same with the path that it is about, if that is known. */
export const systemError = (error: unknown): string | undefined => {
  const reason = reasonOf(error);
  const { path, dest, syscall } = (error ?? {}) as NodeJS.ErrnoException & { dest?: string };
  const where = path ?? dest ?? syscall;
  return reason === undefined || where === undefined ? reason : `${reason}: ${where}`;
};
