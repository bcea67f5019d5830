/** Where the matrix is, and whether what it names is there. */
import { EXIT } from '../model/exit-codes.js';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../model/failure.js';
import type { Matrix } from '../config/matrix.js';

const OURS = fileURLToPath(new URL('../../matrices/fixtures.yaml', import.meta.url));

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The matrix to use: the one named, else the nearest `ffi-gates.yaml` upwards, else in our own repository its fixtures. Throws
 * `Failure` 2 where there is none: planted bugs of ours would prove nothing of somebody else's code.
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

/** Loads the matrix to use. Throws `Failure` 2 when a directory that it names does not exist. */
export const openMatrix = async (a: { matrix?: string | undefined }): Promise<Matrix> => {
  const { loadMatrix } = await import('../config/matrix.js');
  const file = findMatrix(a.matrix, process.cwd());
  const matrix = await loadMatrix(file);
  for (const s of matrix.suites) {
    const dir = resolve(matrix.root, s.dir);
    if (!existsSync(dir))
      throw new Failure(
        EXIT.USAGE,
        `suite '${s.id}' (${s.binding}) names a directory that does not exist: ${dir}`,
        matrix.file,
      );
  }
  for (const [id, t] of Object.entries(matrix.targets)) {
    const dir = resolve(matrix.root, t.dir);
    if (!existsSync(dir))
      throw new Failure(
        EXIT.USAGE,
        `target '${id}' names a directory that does not exist: ${dir}`,
        matrix.file,
      );
  }
  return matrix;
};
