/** Reads the lines of source files that reports show. */
import { readFile } from 'node:fs/promises';

/** The lines of a text file; undefined when it cannot be read. */
export type SourceReader = (file: string) => Promise<readonly string[] | undefined>;

/** A reader that reads each file once. */
export const makeSourceReader = (): SourceReader => {
  const known = new Map<string, Promise<readonly string[] | undefined>>();
  return (file) => {
    const lines =
      known.get(file) ??
      readFile(file, 'utf8').then(
        (text) => text.split('\n'),
        () => undefined,
      );
    known.set(file, lines);
    return lines;
  };
};
