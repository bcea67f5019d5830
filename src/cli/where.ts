/** Finds and loads the matrix. */
import { EXIT } from '../model/exit-codes.js';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../model/failure.js';
import type { Matrix } from '../config/matrix.js';
import { learnSecrets } from './outgoing.js';

const OURS = fileURLToPath(new URL('../../matrices/fixtures.yaml', import.meta.url));

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The matrix to use: the named one, else the nearest `ffi-gates.yaml` upwards, else, in our own repository,
 * the fixtures. Throws `Failure` 2 if there is none; elsewhere our fixtures would prove nothing about the
 * project.
 */
export const findMatrix = (named: string | undefined, from: string): string => {
  if (named) return resolve(from, named);
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    for (const name of ['ffi-gates.yaml', 'ffi-gates.yml'])
      if (existsSync(join(dir, name))) return join(dir, name);
    if (dir === dirname(dir)) break;
  }
  if (`${resolve(from)}/`.startsWith(PACKAGE)) return OURS;
  throw new Failure(
    EXIT.USAGE,
    'no ffi-gates.yaml here or above: `ffi-gates init` finds native code and writes one',
  );
};

type Named = { matrix?: string | undefined };

/**
 * Loads the matrix to use, and keeps its secrets out of what is printed. Throws `Failure` 2 for its mistakes, also
 * directories that do not exist.
 */
export const openMatrix = async (a: Named): Promise<Matrix> => {
  const { loadUsableMatrix } = await import('../config/matrix.js');
  const matrix = await loadUsableMatrix(findMatrix(a.matrix, process.cwd()));
  learnSecrets(matrix);
  return matrix;
};

/** The same for a command that only looks at it: directories need not exist. */
export const readMatrix = async (a: Named): Promise<Matrix> => {
  const { loadMatrix } = await import('../config/matrix.js');
  const matrix = await loadMatrix(findMatrix(a.matrix, process.cwd()));
  learnSecrets(matrix);
  return matrix;
};
