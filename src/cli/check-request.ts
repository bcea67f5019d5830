/** Checks everything that can be checked before the machine is probed or anything is started. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { didYouMean } from '../config/did-you-mean.js';
import { checkSyntax } from '../config/selector.js';
import type { Matrix } from '../config/matrix.js';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import type { BindingId } from '../model/ids.js';
import { reasonOf } from '../model/system-errors.js';
import { cellIds, deadSelectors } from '../plan/plan.js';

/** Like `mkdir -p`, but terminates where Node's recursive mkdir loops forever (under `/proc`). */
const makeDirectories = async (dir: string): Promise<void> => {
  const missing: string[] = [];
  for (let d = dir; !existsSync(d); d = dirname(d)) missing.unshift(d);
  for (const d of missing)
    await mkdir(d).catch((e: NodeJS.ErrnoException) => {
      if (e.code !== 'EEXIST') throw e;
    });
};

/** Tries to write a file of some KiB to the directory. */
const checkWritable = async (what: string, dir: string): Promise<void> => {
  const probe = join(dir, `.ffi-gates-probe-${randomBytes(4).toString('hex')}`);
  try {
    await access(dir, constants.W_OK);
    await writeFile(probe, 'x'.repeat(4096));
  } catch (e) {
    const code = (e as NodeJS.ErrnoException).code;
    throw new Failure(
      EXIT.USAGE,
      code === 'ENOSPC'
        ? `no space left for the ${what} ${dir}`
        : `the ${what} cannot be written: ${dir} (${reasonOf(e) ?? code ?? (e as Error).message})`,
    );
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
};

/** Makes the directory and checks that there is room in it. */
const checkRoom = async (what: string, dir: string): Promise<void> => {
  try {
    await makeDirectories(dir);
  } catch (e) {
    throw new Failure(
      EXIT.USAGE,
      `the ${what} cannot be written: ${dir} (${reasonOf(e) ?? (e as Error).message})`,
    );
  }
  await checkWritable(what, dir);
  const fs = await statfs(dir);
  if (fs.bavail * fs.bsize < 64 << 20)
    throw new Failure(EXIT.USAGE, `less than 64 MiB are free for the ${what} ${dir}`);
};

/** Suggestions for selectors that match nothing. */
const MAX_SUGGESTED = 3;

/** Throws `Failure` 3 if a matrix has no cell, or if a selector matches none. Independent of the machine. */
export const checkSelectors = (m: Matrix, selectors: readonly string[]): void => {
  checkSyntax(selectors);
  const dead = deadSelectors(m, selectors);
  const ids = cellIds(m);
  if (dead.length > 0) {
    const near = dead.slice(0, MAX_SUGGESTED).map((s) => didYouMean(s, ids));
    throw new Failure(
      EXIT.NOTHING_SELECTED,
      `no cell matches ${dead.join(' ')} (see: ffi-gates plan).${near.join('')}`,
    );
  }
  if (ids.length === 0)
    throw new Failure(EXIT.NOTHING_SELECTED, 'the matrix yields no cell: no gate fits any suite');
};

type Paths = { out: string; cache: string; repository: string };

/** A character that somebody who gets the path splits it at or takes for something else. */
type Rule = { path: keyof Paths; chars: RegExp; taker: string; when?: (m: Matrix) => boolean };

const hasTarget = (m: Matrix, builder: string): boolean =>
  Object.values(m.targets).some((t) => t.builder === builder);

const hasSuite = (m: Matrix, ...bindings: BindingId[]): boolean =>
  m.suites.some((s) => bindings.includes(s.binding));

const RULES: readonly Rule[] = [
  { path: 'out', chars: /[:"]/, taker: 'options of sanitizers' },
  { path: 'cache', chars: /[:;]/, taker: 'LD_LIBRARY_PATH' },
  { path: 'cache', chars: /,/, taker: "the compiler's options for the linker (-Wl,-rpath)" },
  { path: 'cache', chars: /[#"\\]/, taker: 'build systems' },
  { path: 'repository', chars: /:/, taker: 'search paths (PYTHONPATH, -Djava.class.path)' },
  { path: 'repository', chars: /[;#"\\]/, taker: 'CMake', when: (m) => hasTarget(m, 'cmake') },
  { path: 'repository', chars: /[[\]]/, taker: "CMake's file(GLOB)", when: (m) => hasTarget(m, 'cmake') },
  { path: 'repository', chars: /[[\]]/, taker: "pytest's arguments", when: (m) => hasSuite(m, 'py', 'pyx') },
  { path: 'cache', chars: /[$]/, taker: 'makefiles (node-gyp)', when: (m) => hasSuite(m, 'node') },
  { path: 'repository', chars: /[$]/, taker: 'makefiles (node-gyp)', when: (m) => hasSuite(m, 'node') },
  { path: 'cache', chars: /%/, taker: "LLVM's linker, which Rust uses", when: (m) => hasSuite(m, 'rs') },
  ...(['out', 'cache', 'repository'] as const).map((path): Rule => ({
    path,
    chars: /\p{Cc}/u,
    taker: 'logs',
  })),
];

const NAMES: Record<keyof Paths, { name: string; remedy: string }> = {
  out: { name: 'output directory', remedy: 'pass another --out' },
  cache: { name: 'build cache', remedy: 'pass another --cache' },
  repository: { name: 'path of the repository', remedy: 'move it' },
};

/** Throws `Failure` 2 if a path holds a character that tools of this matrix cannot take. */
export const checkPaths = (m: Matrix, paths: Paths): void => {
  for (const { path, chars, taker, when } of RULES) {
    const found = chars.exec(paths[path])?.[0];
    if (found === undefined || when?.(m) === false) continue;
    const { name, remedy } = NAMES[path];
    const shown = /\p{Cc}/u.test(found) ? JSON.stringify(found) : `'${found}'`;
    throw new Failure(
      EXIT.USAGE,
      `the ${name} must not contain ${shown}, which has a meaning in ${taker}: ${paths[path]}; ${remedy}`,
    );
  }
};

/** Throws `Failure` 2 or 3 for a request that cannot be served. Makes the two directories. */
export const checkRequest = async (o: {
  matrix: Matrix;
  selectors: readonly string[];
  out: string;
  cache: string;
}): Promise<void> => {
  checkSelectors(o.matrix, o.selectors);
  checkPaths(o.matrix, { out: o.out, cache: o.cache, repository: o.matrix.root });
  await checkRoom('output directory', o.out);
  await checkRoom('build cache', o.cache);
  // Compilers, test runners and we ourselves need it.
  await checkWritable('temporary directory (TMPDIR)', tmpdir());
};
