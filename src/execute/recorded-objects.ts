/** Objects that the processes of a launch recorded when they ended. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { mappedFiles } from '../process/mapped-files.js';

/**
 * The mapped files that processes recorded in `dir` (`maps.<pid>`). Objects that may be deleted with the
 * process, such as those unpacked from a jar, have a copy in `dir`, and its path is returned instead.
 * Undefined if no process recorded anything.
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
