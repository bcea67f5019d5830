/**
 * A small machine and repository for runs that are stopped, robbed or overloaded: every tool, build and suite is
 * one shell script (`test/puppet/waits`), so that a run takes a moment, and waits where it is told to.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import which from 'which';

const PUPPET = fileURLToPath(new URL('../puppet/waits/waits', import.meta.url));

/** What the machine has besides the puppet: the shell, and what our watchdog and the puppet need. */
const REAL = [
  'sh',
  'cat',
  'grep',
  'cut',
  'kill',
  'sleep',
  'setsid',
  'mv',
  'rm',
  'chmod',
  'find',
  'cp',
  'head',
  'dirname',
  'node',
  'nm',
];
const PUPPETS = ['gcc', 'ninja', 'valgrind', 'apt-get', 'apt-cache', 'sudo', 'build', 'suite'];

/** Where the puppet may wait. */
export type Moment = 'probing' | 'provisioning' | 'building' | 'listing' | 'testing';

const MATRIX = `version: 1
canaries: false
targets:
  made: { builder: command, dir: native, produces: [made], command: [build, '{out}'] }
suites:
  - { id: one, binding: c, dir: native, targets: [made], with: { program: made } }
gates: { plain: , memcheck: }
`;

export type Waits = {
  dir: string;
  repo: string;
  /** The environment of this machine. */
  env: Record<string, string>;
  /** A new directory in it, of this name and some more letters. */
  fresh(name: string): string;
  remove(): void;
};

/** Makes the machine and the repository. */
export const makeWaits = (matrix = MATRIX): Waits => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-waits-'));
  const repo = join(dir, 'repo');
  for (const d of ['bin', 'repo/native']) mkdirSync(join(dir, d), { recursive: true });
  for (const name of REAL) symlinkSync(which.sync(name), join(dir, 'bin', name));
  for (const name of PUPPETS) symlinkSync(PUPPET, join(dir, 'bin', name));
  writeFileSync(join(repo, 'ffi-gates.yaml'), matrix);
  return {
    dir,
    repo,
    env: { PATH: join(dir, 'bin'), HOME: dir, LANG: 'C.UTF-8' },
    fresh: (name) => mkdtempSync(join(dir, `${name}-`)),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
};
