/**
 * Runs to which the machine or the suite denies something: files, room, streams, tools, their own logs. Each ends
 * with a sentence and a code that is not a hazard's, and never with a stack. A row is a shell line.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { BIN } from '../helpers/rig.js';
import { makeWaits, type Waits } from '../helpers/waits.js';

let waits: Waits;
beforeAll(() => void (waits = makeWaits()));
afterAll(() => waits.remove());

type Ran = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/** Runs a line of shell; `$FFI` is our command, `$RUN` a run of the repository. */
const shell = (line: string, at: string, env: Record<string, string> = {}): Ran => {
  const ffi = `${process.execPath} ${BIN}`;
  const r = spawnSync('/bin/bash', ['-c', line], {
    cwd: waits.repo,
    encoding: 'utf8',
    env: {
      ...waits.env,
      AT: at,
      FFI: ffi,
      RUN: `${ffi} run --out ${at}/out --cache ${at}/cache --quiet`,
      ...env,
    },
  });
  return { code: r.status, signal: r.signal, stdout: r.stdout, stderr: r.stderr };
};

/** The usual end of a run of this repository: not proven, because it has no canary. */
const USUAL = 6;

type Row = [what: string, line: string, code: number, stderr: RegExp];
const ROWS: Row[] = [
  [
    'a full standard output',
    '$RUN >/dev/full',
    2,
    /^ffi-gates: standard output cannot be written: no space left on the device\n$/,
  ],
  [
    'a full standard output of --json',
    '$RUN --json >/dev/full',
    2,
    /^ffi-gates: standard output cannot be written: no space/,
  ],
  [
    'a full standard output of plan',
    '$FFI plan >/dev/full',
    2,
    /^ffi-gates: standard output cannot be written: no space/,
  ],
  [
    'a full standard output of doctor',
    '$FFI doctor >/dev/full',
    2,
    /^ffi-gates: standard output cannot be written: no space/,
  ],
  ['a closed standard output', '$RUN >&-', USUAL, /^$/],
  ['a closed standard input', '$RUN <&-', USUAL, /^$/],
  ['a closed standard error', '$RUN 2>&-', USUAL, /^$/],
  ['no stream at all', '$RUN <&- >&- 2>&-', USUAL, /^$/],
  ['a full standard error', '$RUN --no-quiet 2>/dev/full', USUAL, /^$/],
  ['a reader that stops early', '$RUN --json | head -1 >/dev/null; exit ${PIPESTATUS[0]}', USUAL, /^$/],
  ['a reader that is gone', '$FFI doctor | true; exit ${PIPESTATUS[0]}', 0, /^$/],
  [
    'few open files',
    'ulimit -n 64; $RUN',
    2,
    /^ffi-gates: only 64 files may be open at once, and 256 are needed: ulimit -n 256\n$/,
  ],
  [
    'few open files, another command',
    'ulimit -n 40; $FFI plan',
    2,
    /^ffi-gates: only 40 files may be open at once/,
  ],
  ['as many open files as are needed', 'ulimit -n 256; $RUN', USUAL, /^$/],
  [
    'no temporary directory',
    'TMPDIR=/nope $RUN',
    2,
    /^ffi-gates: the temporary directory \(TMPDIR\) cannot be written: \/nope /,
  ],
  [
    'a temporary directory that is a file',
    'TMPDIR=/dev/null $RUN',
    2,
    /^ffi-gates: the temporary directory \(TMPDIR\) cannot be written: \/dev\/null/,
  ],
  ['no tools at all', 'PATH=/nonexistent $RUN', 6, /^$/],
  ['files that may not grow', 'ulimit -f 1; $RUN', 2, /^ffi-gates: .*limit of file sizes \(ulimit -f\)/],
  ['a matrix that is a directory', '$RUN --matrix .', 2, /^ffi-gates: .*cannot read the matrix: /],
  [
    'an output directory that is a file',
    ': >$AT/out; $RUN',
    2,
    /^ffi-gates: the output directory cannot be (?:made|written): \S+out /,
  ],
  [
    'an output directory below /proc',
    '$FFI run --out /proc/x --quiet',
    2,
    /^ffi-gates: the output directory cannot be (?:made|written): \/proc\/x /,
  ],
];

describe('a machine that denies something', () => {
  test.each(ROWS)('%s', (_what, line, code, stderr) => {
    const at = waits.fresh('row');
    const ran = shell(line, at);
    expect([ran.code, ran.signal], ran.stderr).toEqual([code, null]);
    expect(ran.stderr).toMatch(stderr);
    expect(ran.stderr).not.toMatch(/^ {4}at /m);
    expect(readdirSync(at, { recursive: true }).filter((n) => String(n).endsWith('.tmp'))).toEqual([]);
    if (line.includes('$RUN') && code === USUAL)
      expect(JSON.parse(readFileSync(join(at, 'out/report.json'), 'utf8'))).toMatchObject({
        exitCode: USUAL,
      });
  });

  test('nothing ran, so nothing is clean, and what is missing is said', () => {
    const ran = shell('PATH=/nonexistent $RUN', waits.fresh('row'));
    expect(ran.stdout).toMatch(/0 of 2 cells proven, 2 skipped/);
    expect(ran.stdout).toMatch(/exit 6: some cells prove nothing, or none ran/);
  });

  test('a fault of our own ends with 70 and its stack', () => {
    const at = waits.fresh('row');
    // As if the package had been installed only in part.
    const root = join(at, 'package');
    mkdirSync(join(root, 'bin'), { recursive: true });
    mkdirSync(join(root, 'dist/bundle'), { recursive: true });
    for (const f of ['ffi-gates.js', 'package.json'])
      writeFileSync(join(root, 'bin', f), readFileSync(join(BIN, '..', f)));
    const run = (main: string | undefined): Ran => {
      if (main !== undefined) writeFileSync(join(root, 'dist/bundle/main.js'), main);
      return shell(`${process.execPath} ${root}/bin/ffi-gates.js run`, at);
    };
    writeFileSync(join(root, 'package.json'), '{"type":"module","version":"1"}');
    const FAULTS: [main: string | undefined, stderr: RegExp][] = [
      [undefined, /^ffi-gates: internal error.*Cannot find module/],
      ['export const main = ;', /^ffi-gates: internal error.*SyntaxError/],
      ['throw new Error("at load");', /^ffi-gates: internal error.*at load/],
      ['export const main = async () => { throw new Error("thrown"); };', /internal error.*thrown/],
      [
        'export const main = async () => { setImmediate(() => { throw new Error("later"); }); await new Promise(() => {}); };',
        /internal error.*later/,
      ],
      [
        'export const main = async () => { void Promise.reject(new Error("unheard")); await new Promise((r) => setTimeout(r, 1000)); return 0; };',
        /internal error.*unheard/,
      ],
      ['export const main = () => new Promise(() => {});', /internal error: the command came to no end/],
    ];
    for (const [main, stderr] of FAULTS) {
      const ran = run(main);
      expect(ran.code, ran.stderr).toBe(70);
      expect(ran.stderr).toMatch(stderr);
    }
  });
});

describe('a suite that removes', () => {
  const REMOVES: [what: string, path: (at: string) => string][] = [
    ['the whole output directory', (at) => `${at}/out`],
    ['all logs', (at) => `${at}/out/logs`],
    ['the logs of its launch', (at) => `${at}/out/logs/one-c_commandgcc-plain/1`],
    ['the directory of the gate’s logs', (at) => `${at}/out/logs/one-c_commandgcc-plain/1/gate`],
    ['its output', (at) => `${at}/out/logs/one-c_commandgcc-plain/1/output.log`],
    ['the builds', (at) => `${at}/cache`],
  ];
  test.each(REMOVES)('%s has a verdict', (what, path) => {
    const at = waits.fresh('row');
    const ran = shell('$RUN', at, { PUPPET_REMOVES: path(at) });
    expect(ran.code, ran.stderr).toBe(6);
    expect(ran.stderr).toBe('');
    const report = JSON.parse(readFileSync(join(at, 'out/report.json'), 'utf8')) as Report;
    const cell = report.cells.find((c) => c.id === 'one-c_commandgcc-plain');
    expect(cell?.verdict).toMatchObject(
      what === 'the builds'
        ? { kind: 'inconclusive', doubt: 'gate-not-armed' }
        : { kind: 'inconclusive', doubt: 'log-truncated', why: 'the logs were removed while it ran' },
    );
  });
});

describe('a disk that is full', () => {
  /** Mounts a small file system for the time of `use`; the reason why there can be none. */
  const onSmallDisk = (size: string, use: (dir: string) => void): string | undefined => {
    const dir = waits.fresh('disk');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], { stdio: 'pipe' });
    } catch (e) {
      return `a tmpfs cannot be mounted here: ${(e as Error).message.split('\n')[0]}`;
    }
    try {
      use(dir);
    } finally {
      execFileSync('umount', [dir]);
    }
    return undefined;
  };

  test('when the report is written: names the file, and leaves no part of it', (t) => {
    const why = onSmallDisk('70m', (dir) => {
      const at = waits.fresh('row');
      // The suite fills the disk while it runs.
      const ran = shell(`$FFI run --out ${dir}/out --cache ${at}/cache --quiet`, at, {
        PUPPET_FILLS: `${dir}/fill`,
      });
      expect(ran.code, ran.stderr).toBe(2);
      expect(ran.stderr).toMatch(
        /ffi-gates: the json report was not written: no space left on the device: \S+report\.json\n/,
      );
      expect(ran.stderr).not.toMatch(/^ {4}at /m);
      expect(existsSync(join(dir, 'out/report.json'))).toBe(false);
      expect(readdirSync(join(dir, 'out'))).toEqual(['logs']);
    });
    if (why) t.skip(why);
  });

  test('when a log of the command is written', (t) => {
    const why = onSmallDisk('16k', (dir) => {
      writeFileSync(join(dir, 'filler'), Buffer.alloc(16 << 10));
      const ran = shell(
        `$FFI parse --junit ${dir}/junit.xml ${join(BIN, '../../test/logs/asan/dfree.gcc.log')} >/dev/null`,
        dir,
      );
      expect(ran.code, ran.stderr).toBe(2);
      expect(ran.stderr).toMatch(/^ffi-gates: no space left on the device: \S+junit\.xml\n$/);
      expect(readdirSync(dir)).toEqual(['filler']);
    });
    if (why) t.skip(why);
  });
});
