/**
 * A program of its own: copies a project so that building it leaves the original untouched. Arguments: from, to.
 * Left out: build output, which would be taken for ours and was compiled without flags; repositories' own directories;
 * and whatever holds `to` itself.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isLeftOut } from '../../builders/build-output.js';

const copy = (from: string, to: string, holds: (path: string) => boolean): void => {
  mkdirSync(to, { recursive: true });
  const hasPom = existsSync(join(from, 'pom.xml'));
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if ((entry.isDirectory() && isLeftOut(source)) || (hasPom && entry.name === 'target') || holds(source))
      continue;
    if (entry.isDirectory()) copy(source, join(to, entry.name), holds);
    else cpSync(source, join(to, entry.name), { verbatimSymlinks: true, preserveTimestamps: true });
  }
};

const [from, to] = process.argv.slice(2);
if (!from || !to) throw new Error('usage: copy-project <from> <to>');
rmSync(to, { recursive: true, force: true });
copy(from, to, (path) => `${to}${sep}`.startsWith(`${path}${sep}`));
