/**
 * A separate program: copies a project, so that building it leaves the original unchanged. Arguments: from,
 * to. Leaves out build output, which was compiled without the gate's flags, directories of version control,
 * pipes and sockets, and any directory that contains `to`.
 */
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isLeftOut } from '../../builders/build-output.js';

/** Larger files, in bytes, are linked. */
const HUGE = 1 << 30;

const copy = (from: string, to: string, holds: (path: string) => boolean): void => {
  mkdirSync(to, { recursive: true });
  const hasPom = existsSync(join(from, 'pom.xml'));
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if ((entry.isDirectory() && isLeftOut(source)) || (hasPom && entry.name === 'target') || holds(source))
      continue;
    if (entry.isDirectory()) copy(source, join(to, entry.name), holds);
    else if (entry.isFile() && lstatSync(source).size > HUGE) symlinkSync(source, join(to, entry.name));
    else if (entry.isFile() || entry.isSymbolicLink())
      cpSync(source, join(to, entry.name), { verbatimSymlinks: true, preserveTimestamps: true });
  }
};

const [from, to] = process.argv.slice(2);
if (!from || !to) throw new Error('usage: copy-project <from> <to>');
rmSync(to, { recursive: true, force: true });
copy(from, to, (path) => `${to}${sep}`.startsWith(`${path}${sep}`));
