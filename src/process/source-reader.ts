/**
 * Reads the lines of source files that reports show. A log, or a `#line` in a source, may name any file of the machine;
 * only files that really lie in the project's directories are read.
 */
import { closeSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { under } from '../model/project-code.js';
import type { Caches } from './caches.js';
import { realPath, realPathOfOpen } from './real-path.js';
import { bytesOf, openRegular } from './regular-file.js';

/**
 * The lines of a text file. Undefined if it cannot be read, or is not below one of `dirs` once all links are followed.
 */
export type SourceReader = (file: string, dirs: readonly string[]) => Promise<readonly string[] | undefined>;

/** Larger sources, in bytes, are not shown. SQLite in one file has 9 MiB. */
const MAX_SOURCE = 32 << 20;

/** A repository's own records. They are no sources, and may hold credentials. */
const RECORDS = /\/\.(?:git|hg|svn)\//;

/** Reads the file of a real path. What is checked is the open file, so that no link can be made in between. */
const linesOf = (real: string): readonly string[] | undefined => {
  const file = openRegular(real, MAX_SOURCE);
  if (file === undefined) return undefined;
  try {
    if (realPathOfOpen(file.fd, real) !== real) return undefined;
    const bytes = bytesOf(file);
    // A binary file, or a hole.
    return bytes.includes(0) ? undefined : bytes.toString('utf8').split('\n');
  } catch {
    return undefined; // an error of the disk
  } finally {
    closeSync(file.fd);
  }
};

/** A source reader that reads each file once. */
export const makeSourceReader = (caches: Caches): SourceReader => {
  const realOf = (path: string): string => caches.once('real', path, () => realPath(path));
  const read: SourceReader = (file, dirs) => {
    // A relative name would mean a file below the directory in which we happen to run.
    const real = isAbsolute(file) ? realOf(file) : undefined;
    const isOwn = real !== undefined && !RECORDS.test(real) && under(dirs.map(realOf), real);
    return Promise.resolve(isOwn ? caches.once('lines', real, () => linesOf(real)) : undefined);
  };
  return read;
};
