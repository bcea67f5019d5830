/** Reads the lines of source files that reports show. */
import { readFile } from 'node:fs/promises';
import type { Caches } from './caches.js';

/** The lines of a text file, or undefined if it cannot be read. */
export type SourceReader = (file: string) => Promise<readonly string[] | undefined>;

const linesOf: SourceReader = (file) =>
  readFile(file, 'utf8').then(
    (text) => text.split('\n'),
    () => undefined,
  );

/** A source reader that reads each file once. */
export const makeSourceReader =
  (caches: Caches): SourceReader =>
  (file) =>
    caches.once('lines', file, () => linesOf(file));
