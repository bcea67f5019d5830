/** Finds the root of a Python package. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The directory from which a module in `dir` is imported by its full name: the first one upwards without
 * `__init__.py`.
 */
export const packageRoot = (dir: string): string => {
  let root = dir;
  while (existsSync(join(root, '__init__.py'))) root = dirname(root);
  return root;
};
