/** Directories and files that a matrix names. The test's directory holds `native/a.c`, `tests/`, `file`, `loop` → `loop`. */
import { swap, type Row } from './row.js';

const dir = (value: string): string => swap('dir: tests\n', `dir: «${value}\n`);

export const DIRECTORIES: readonly Row[] = [
  [
    'a directory of a suite that there is not',
    dir('absent'),
    "suite 'ledger' (py) names a directory that does not exist",
  ],
  [
    'a directory of a target that there is not',
    swap('dir: native\n', 'dir: «nativ\n'),
    "target 'app' names a directory that does not exist",
  ],
  ['a file for a directory', dir('file'), 'is not a directory'],
  ['a directory below a file', dir('file/x'), 'names a directory that does not exist'],
  ['/proc', dir('/proc'), 'is below /proc, which holds no real files'],
  ['a directory below /proc', dir('/proc/self/fd'), 'is below /proc'],
  ['/sys', dir('/sys'), 'is below /sys'],
  ['/dev', swap('dir: native\n', 'dir: «/dev\n'), 'is below /dev'],
  ['a device', dir('/dev/null'), 'is not a directory'],
  ['the root of everything', dir('/'), 'is the root of the file system'],
  ['a link to itself', dir('loop'), 'cannot be read (ELOOP)'],
  ['a link to /proc', dir('proc'), 'is below /proc'],
  ['a name too long for a file', dir('x'.repeat(5_000)), 'cannot be read (ENAMETOOLONG)'],
  [
    'an input that there is not',
    swap('inputs: [native]', 'inputs: [native, «absent]'),
    "suite 'ledger' (py) names a directory that does not exist",
  ],
  ['a file for an input', swap('inputs: [native]', 'inputs: [«native/a.c]'), 'is not a directory'],
  [
    'an input of a target that there is not',
    swap('needs: [lib]', 'inputs: [«absent]\n    needs: [lib]'),
    "target 'app' names",
  ],
  [
    'a root that there is not',
    swap('root: .', 'root: «absent'),
    "'root' names a directory that does not exist",
  ],
  ['a file for a root', swap('root: .', 'root: «file'), "'root' is not a directory"],
  [
    'annotations that match no file',
    swap('timeout: 60', "annotations: [native/*.c, «'native/*.cc']"),
    "'native/*.cc' matches no file",
  ],
  [
    'directories and other mistakes at once',
    swap('dir: tests\n', 'dir: «absent\n').replace('timeout: 60', 'timeout: «0'),
    'does not exist',
    "'timeout' must be at least",
  ],
];
