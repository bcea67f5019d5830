/**
 * Commands that are ended from outside, at every moment and by every signal: they end with 130, nothing lives on,
 * and nothing on disk looks like a report. A row is a command, a moment and a signal.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, eventually, makeRig, processesWith, type Rig } from '../helpers/rig.js';
import { sampleReport } from '../helpers/sample-report.js';
import { makeWaits, type Moment, type Waits } from '../helpers/waits.js';

/** Reports of an earlier run, and temporary files of one that was killed. */
const OLD = ['report.json', 'junit.xml', 'index.html', 'report.json.77-1.tmp'];

type Place = { waits: Waits; out: string; at: string };
type Watched = { child: ChildProcess; reached: string; pipe: string };

/** How a test knows that the command has come to a moment. */
const MOMENTS = {
  /** Our first statement: node itself handles no SIGHUP, and nothing else is loaded yet. */
  first: ({ child }: Watched) => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'latin1');
    return (BigInt(`0x${/^SigCgt:\s+(\S+)/m.exec(status)?.[1] ?? '0'}`) & 1n) === 1n;
  },
  /** The puppet waits there. */
  reached: ({ reached }: Watched) => existsSync(reached),
  /** It has opened the pipe, to which nobody writes. */
  reading: ({ child, pipe }: Watched) => {
    const dir = `/proc/${child.pid}/fd`;
    return readdirSync(dir).some((fd) => {
      try {
        return readlinkSync(join(dir, fd)) === pipe;
      } catch {
        return false; // closed
      }
    });
  },
} as const;

type Command = {
  args: (p: Place) => string[];
  /** Where the puppet waits. */
  at?: Moment;
  moment: keyof typeof MOMENTS;
  /** A pipe to which nobody writes, by this name in the directory of the row. */
  pipe?: string;
  env?: Record<string, string>;
  prepare?: (p: Place) => void;
};

const run =
  (...more: string[]): Command['args'] =>
  (p) => ['run', ...more, '--out', p.out, '--cache', join(p.at, 'cache'), '--quiet'];
const withReport = ({ out }: Place): void => {
  const report = sampleReport();
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'report.json'), JSON.stringify(report));
};

/** Commands that run a matrix. Of these nothing may be left. */
const RUNS: Record<string, Command> = {
  'run, loading': { args: run(), moment: 'first' },
  'run, probing': { args: run(), moment: 'reached', at: 'probing' },
  'run --provision, installing': { args: run('--provision'), moment: 'reached', at: 'provisioning' },
  'run, building': { args: run(), moment: 'reached', at: 'building' },
  'run, listing tests': { args: run(), moment: 'reached', at: 'listing' },
  'run, testing': { args: run(), moment: 'reached', at: 'testing' },
  'run, testing what ignores signals': {
    args: run(),
    moment: 'reached',
    at: 'testing',
    env: { PUPPET_STUBBORN: '1' },
  },
};

/** The others. */
const OTHERS: Record<string, Command> = {
  'plan, loading': { args: () => ['plan'], moment: 'first' },
  'plan, probing': { args: () => ['plan'], moment: 'reached', at: 'probing' },
  'doctor, probing': { args: () => ['doctor'], moment: 'reached', at: 'probing' },
  'list, loading': { args: () => ['list', 'cells'], moment: 'first' },
  'init, loading': { args: () => ['init', '--dry-run'], moment: 'first' },
  'parse PIPE': { args: (p) => ['parse', join(p.at, 'pipe')], moment: 'reading', pipe: 'pipe' },
  'parse --jsonl PIPE': {
    args: (p) => ['parse', '--jsonl', join(p.at, 'pipe')],
    moment: 'reading',
    pipe: 'pipe',
  },
  'diff PIPE': {
    args: (p) => ['diff', join(p.at, 'pipe.json'), p.out],
    moment: 'reading',
    pipe: 'pipe.json',
    prepare: withReport,
  },
};

const STOPPING = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type Row = [command: string, signal: NodeJS.Signals];
const rows = (commands: Record<string, Command>, signals: readonly NodeJS.Signals[]): Row[] =>
  Object.keys(commands).flatMap((name) => signals.map((signal): Row => [name, signal]));

let waits: Waits;
beforeAll(() => void (waits = makeWaits()));
afterAll(() => waits.remove());

/** The last line; only `--provision` says more before. */
const ENDED = /^(?:\+ .*\n)*ffi-gates: interrupted; no report was written\n$/;

const END_MS = 60_000;

/** Starts the command, sends the signal at its moment, and waits for its end. */
const endAt = async (c: Command, signal: NodeJS.Signals) => {
  const at = waits.fresh('row');
  const place = { waits, at, out: join(at, 'out') };
  const mark = `PUPPET_MARK=${at}`;
  c.prepare?.(place);
  if (c.pipe !== undefined) execFileSync('mkfifo', [join(at, c.pipe)]);
  if (RUNS[Object.keys(RUNS).find((k) => RUNS[k] === c) ?? '']) {
    mkdirSync(place.out);
    for (const old of OLD) writeFileSync(join(place.out, old), '{"version":1,"cells":[]}');
  }
  const reached = join(at, 'reached');
  const child = spawn(process.execPath, [BIN, ...c.args(place)], {
    cwd: waits.repo,
    env: {
      ...waits.env,
      PUPPET_MARK: at,
      PUPPET_REACHED: reached,
      ...(c.at ? { PUPPET_AT: c.at } : {}),
      ...c.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (t: string) => (stderr += t));
  child.stdout.resume();
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((done) =>
    child.on('close', (...how: [number | null, NodeJS.Signals | null]) => done(how)),
  );
  // Whether it came there; it may have ended before.
  const there = await eventually(
    () =>
      child.exitCode !== null
        ? false
        : MOMENTS[c.moment]({ child, reached, pipe: join(at, c.pipe ?? '') }) || undefined,
    END_MS,
  );
  const alive = processesWith(mark).length;
  child.kill(signal);
  const how = await ended;
  // A watchdog does what is left to do after SIGKILL.
  const gone = await eventually(() => (processesWith(mark).length === 0 ? true : undefined), END_MS);
  return {
    how,
    there,
    alive,
    gone,
    stderr,
    out: place.out,
    left: readdirSync(at, { recursive: true }).map(String),
  };
};

describe('a run', () => {
  test.each(rows(RUNS, STOPPING))(
    '%s: by %s ends with 130, with one line, and leaves neither a process nor an old report',
    async (name, signal) => {
      const { how, there, alive, gone, stderr, out } = await endAt(RUNS[name]!, signal);
      expect(there).toBe(true);
      expect(alive).toBeGreaterThan(0);
      expect(how, stderr).toEqual([130, null]);
      expect(stderr).toMatch(ENDED);
      expect(gone).toBe(true);
      expect(readdirSync(out).filter((n) => n !== 'logs')).toEqual([]);
    },
  );

  test.each(rows(RUNS, ['SIGKILL']).filter(([name]) => name !== 'run, loading'))(
    '%s: by %s leaves neither a process nor an old report',
    async (name, signal) => {
      const { how, there, gone, out } = await endAt(RUNS[name]!, signal);
      expect(there).toBe(true);
      expect(how).toEqual([null, 'SIGKILL']);
      expect(gone).toBe(true);
      expect(readdirSync(out).filter((n) => n !== 'logs')).toEqual([]);
    },
  );

  test('a second signal does not wait for a suite that ignores the first', async () => {
    const at = waits.fresh('twice');
    const reached = join(at, 'reached');
    const child = spawn(process.execPath, [BIN, ...run()({ waits, at, out: join(at, 'out') })], {
      cwd: waits.repo,
      env: {
        ...waits.env,
        PUPPET_AT: 'testing',
        PUPPET_REACHED: reached,
        PUPPET_STUBBORN: '1',
        PUPPET_MARK: at,
      },
      stdio: 'ignore',
    });
    const ended = new Promise((done) => child.on('close', (...how) => done(how)));
    expect(await eventually(() => (existsSync(reached) ? true : undefined), END_MS)).toBe(true);
    // One that follows at once is the same signal, passed on by another process.
    const signals = setInterval(() => child.kill('SIGTERM'), 200);
    expect(await ended).toEqual([130, null]);
    clearInterval(signals);
    // The watchdog looks once more.
    expect(
      await eventually(() => (processesWith(`PUPPET_MARK=${at}`).length === 0 ? true : undefined), END_MS),
    ).toBe(true);
  });

  test('a report that is written stands, although nobody reads what is printed', async () => {
    const at = waits.fresh('unread');
    const out = join(at, 'out');
    // The summary is longer than a pipe holds.
    const args = ['run', '--json', '--out', out, '--cache', join(at, 'cache'), '--quiet'];
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: waits.repo,
      env: { ...waits.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise((done) => child.on('exit', (...how) => done(how)));
    const report = join(out, 'report.json');
    expect(await eventually(() => (existsSync(report) ? true : undefined), END_MS)).toBe(true);
    child.kill('SIGTERM');
    // It may have come to its end.
    expect([
      [130, null],
      [6, null],
    ]).toContainEqual(await ended);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ version: 1 });
    expect(readdirSync(out).filter((n) => n.endsWith('.tmp'))).toEqual([]);
  });
});

describe('another command', () => {
  test.each(rows(OTHERS, ['SIGTERM', 'SIGINT']))(
    '%s: by %s ends with 130 and leaves no process',
    async (name, signal) => {
      const { how, there, gone, stderr, left } = await endAt(OTHERS[name]!, signal);
      expect(there).toBe(true);
      expect(how, stderr).toEqual([130, null]);
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(gone).toBe(true);
      expect(left.filter((n) => n.endsWith('.tmp'))).toEqual([]);
    },
  );

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'parse of standard input: by %s says what it has read',
    async (signal) => {
      const child = spawn(process.execPath, [BIN, 'parse'], {
        env: waits.env,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (t: string) => (stdout += t));
      const ended = new Promise((done) => child.on('close', (...how) => done(how)));
      const log = readFileSync(new URL('../logs/asan/dfree.gcc.log', import.meta.url));
      child.stdin.write(Buffer.concat([log, log]));
      expect(
        await eventually(() => (stdout.includes('ownership/double-free') ? true : undefined), END_MS),
      ).toBe(true);
      child.kill(signal);
      expect(await ended).toEqual([130, null]);
      expect(stdout).toMatch(/interrupted/);
    },
  );
});

const DAEMON = `
version: 1
canaries: false
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - { id: daemon, binding: c, dir: c, targets: [puppet], with: { sources: [daemon.c], include: [../native], libs: [puppet] } }
gates: { plain: }
`;

describe('a real test that left a daemon without a token behind', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig();
    rig.write('ffi-gates.yaml', DAEMON);
  });
  afterAll(() => rig.remove());

  const CODES: [NodeJS.Signals, number | null][] = [
    ['SIGTERM', 130],
    ['SIGINT', 130],
    ['SIGKILL', null],
  ];
  test.each(CODES)('by %s leaves no process and no report', async (signal, code) => {
    const mark = `PUPPET_MARK=${signal}-${process.pid}`;
    const pids = join(rig.dir, `pids-${signal}`);
    mkdirSync(rig.out, { recursive: true });
    for (const old of OLD) writeFileSync(join(rig.out, old), '{"version":1,"cells":[]}');
    const { child, ended } = rig.start(
      ['run', '--out', rig.out, '--cache', join(rig.dir, 'cache'), '--quiet'],
      { PUPPET_MARK: mark.split('=')[1]!, PUPPET_PIDS: pids },
    );
    const daemon = await eventually(() => {
      try {
        return /^(\d+) \d+\n$/.exec(readFileSync(pids, 'utf8'))?.[1];
      } catch {
        return undefined;
      }
    }, 120_000);
    expect(processesWith(mark)).toContain(Number(daemon));
    child.kill(signal);
    const ran = await ended;
    expect([ran.code, ran.signal]).toEqual([code, code === null ? signal : null]);
    const gone = await eventually(() => (processesWith(mark).length === 0 ? true : undefined), 10_000);
    expect(gone, `alive: ${processesWith(mark).join(' ')}`).toBe(true);
    expect(readdirSync(rig.out).filter((n) => n !== 'logs')).toEqual([]);
    if (code !== null) expect(ran.stderr).toBe('ffi-gates: interrupted; no report was written\n');
  });
});
