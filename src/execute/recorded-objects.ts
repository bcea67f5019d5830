/** Objects that the processes of a launch recorded when they ended. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { mappedFiles } from '../process/mapped-files.js';
import { textOf } from '../process/regular-file.js';

/** Limit in bytes of the mappings of one process. */
const MAX_MAPS = 64 << 20;

/**
 * The mapped files that processes recorded in `dir` (`maps.<pid>`). Objects that may be deleted with the
 * process, such as those unpacked from a jar, have a copy in `dir`, and its path is returned instead.
 * Undefined if no process recorded anything.
 */
export const recordedObjects = async (dir: string): Promise<string[] | undefined> => {
  const names = await readdir(dir).catch(() => []);
  const maps = names.filter((n) => n.startsWith('maps.'));
  if (maps.length === 0) return undefined;
  const texts = maps.map((n) => textOf(join(dir, n), MAX_MAPS) ?? '');
  return texts.flatMap(mappedFiles).map((path) => {
    const copy = join(dir, basename(path));
    return existsSync(copy) ? copy : path;
  });
};
