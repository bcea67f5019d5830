/** Where the matrix is. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const OURS = fileURLToPath(new URL('../../matrices/fixtures.yaml', import.meta.url));

/** The matrix to use: the one named, else the nearest `ffi-gates.yaml` upwards, else our own fixtures. */
export const findMatrix = (named: string | undefined, from: string): string => {
  if (named) return resolve(from, named);
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    for (const name of ['ffi-gates.yaml', 'ffi-gates.yml'])
      if (existsSync(join(dir, name))) return join(dir, name);
    if (dir === dirname(dir)) return OURS;
  }
};
