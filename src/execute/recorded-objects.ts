/** What processes wrote of themselves as they ended. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { mappedFiles } from '../process/mapped-files.js';

/**
 * What the processes of a launch wrote of themselves into `dir` as they ended (`maps.<pid>`), with copies under their own
 * names of objects that will not outlive them, such as what a jar unpacks. Undefined when none wrote anything.
 */
export const recordedObjects = async (dir: string): Promise<string[] | undefined> => {
  const names = await readdir(dir).catch(() => []);
  const maps = names.filter((n) => n.startsWith('maps.'));
  if (maps.length === 0) return undefined;
  const texts = await Promise.all(maps.map((n) => readFile(join(dir, n), 'utf8')));
  return texts.flatMap(mappedFiles).map((path) => {
    const copy = join(dir, basename(path));
    return existsSync(copy) ? copy : path;
  });
};
