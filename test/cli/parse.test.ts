/** `ffi-gates parse` through its real command line: what goes in, what comes out, and how it ends. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parseStringPromise } from 'xml2js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/ffi-gates.js', import.meta.url));
const LOGS = new URL('../logs/', import.meta.url);
const log = (name: string): string => readFileSync(new URL(name, LOGS), 'utf8');
const path = (name: string): string => fileURLToPath(new URL(name, LOGS));
const calm = (n: number): string => Array.from({ length: n }, (_, i) => `ok ${i} - store holds\n`).join('');

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'ffi-gates-parse-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Ran = { code: number | null; stdout: string; stderr: string };
type JsonFrame = { function?: string; file?: string; line?: number; inlined?: boolean; offset?: string };
type Finding = {
  input: string;
  tool: string;
  rule: string;
  hazard: string;
  message: string;
  complete: boolean;
  fingerprint: string;
  count?: number;
  stacks: { role: string; frames: JsonFrame[] }[];
  log: { line: number; endLine: number };
};
type Summary = { findings: number; unread: { input: string; line: number }[]; complete: boolean };

const env = { ...process.env, NO_COLOR: '1' };
const parse = (args: string[], input: string | Buffer = '', more: Record<string, string> = {}): Ran => {
  const r = spawnSync(process.execPath, [BIN, 'parse', ...args], {
    input,
    cwd: dir,
    env: { ...env, ...more },
    maxBuffer: 1 << 28,
  });
  return { code: r.status, stdout: r.stdout.toString(), stderr: r.stderr.toString() };
};
const json = (ran: Ran): { findings: Finding[]; summary: Summary } => {
  const rows = ran.stdout
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l));
  return { findings: rows.slice(0, -1), summary: rows.at(-1).summary };
};
const jsonl = (
  args: string[],
  input: string | Buffer = '',
): ReturnType<typeof json> & { code: number | null } => {
  const ran = parse(['--jsonl', ...args], input);
  expect(ran.stderr).toBe('');
  return { ...json(ran), code: ran.code };
};
const write = (name: string, what: string | Buffer): string => {
  writeFileSync(join(dir, name), what);
  return name;
};

describe('exit codes', () => {
  test('0: nothing', () => {
    const ran = parse(['-'], calm(1000));
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('0 findings in 1 log');
    expect(parse([], '').code).toBe(0);
  });
  test('1: findings', () => expect(parse([path('asan/uaf.gcc.log')]).code).toBe(1));
  test('6: something could not be read, whatever else was found', () => {
    const { code, summary, findings } = jsonl(
      [],
      `${log('asan/uaf.gcc.log')}==3==ERROR: FutureSanitizer: new\n`,
    );
    expect(code).toBe(6);
    expect(summary).toMatchObject({ findings: 1, complete: true, unread: [{ input: '-' }] });
    expect(summary.unread[0]!.line).toBe(log('asan/uaf.gcc.log').split('\n').length);
    expect(findings).toHaveLength(1);
  });
  test('6: a checker says that it could not do its work', () => {
    const { code, summary } = jsonl([], log('miri/unsupported.log'));
    expect({ code, ...summary }).toMatchObject({
      code: 6,
      findings: 1,
      complete: true,
      unread: [],
      broken: 1,
    });
    expect(parse([path('miri/unsupported.log')]).stdout).toMatch(/exit 6: a checker could not do its work/);
  });
  test('6: a report that is cut', () => {
    const text = log('asan/uaf.gcc.log');
    const { code, findings, summary } = jsonl([], text.slice(0, text.indexOf('freed by')));
    expect([code, findings[0]!.complete, summary.complete]).toEqual([6, false, false]);
  });
  test.each([
    ['a file that is not there', ['absent.log'], /^ffi-gates: absent\.log: no such file\n$/],
    ['a directory', ['.'], /^ffi-gates: .*directory\n$/],
    ['an unknown option', ['--jsnol', '-'], /^ffi-gates: .*jsnol/],
    ['no place for JUnit', ['--junit', 'no/such/dir.xml', '-'], /^ffi-gates: --junit .*no such directory\n$/],
  ])('2: %s', (_, args, message) => {
    const ran = parse(args);
    expect(ran.stderr).toMatch(message);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).not.toMatch(/^ {4}at /m);
  });
});

test('--jsonl: one object a finding, and a summary', () => {
  const { findings, summary } = jsonl([path('asan/over.clang.log'), path('tsan/race.gcc.log')]);
  expect(summary).toEqual({ findings: 2, unread: [], complete: true });
  const [over, race] = findings;
  expect(over).toMatchObject({
    input: path('asan/over.clang.log'),
    tool: 'asan',
    rule: 'asan/heap-buffer-overflow',
    hazard: 'bounds/heap-overflow',
    complete: true,
    access: { kind: 'write', size: 1 },
    log: { line: 2 },
  });
  expect(over!.stacks.map((k) => k.role)).toEqual(['fault', 'allocated']);
  expect(over!.stacks[0]!.frames[0]).toMatchObject({ function: 'put', file: 'over.c', line: 2 });
  expect(over!.stacks[0]!.frames[0]).not.toHaveProperty('kind');
  expect(race!.stacks.map((k) => k.role)).toEqual(expect.arrayContaining(['fault', 'other-access']));
});

describe('what a log comes as', () => {
  const both = `${calm(50)}${log('asan/uaf.clang.log')}${calm(500)}${log('go/race.log')}`;
  const rules = (f: readonly Finding[]): string[] => f.map((x) => x.rule);
  const wanted = ['asan/heap-use-after-free', 'go-race/data-race'];
  test('gzip, of several members, by name or piped', () => {
    const half = both.length >> 1;
    const packed = Buffer.concat([gzipSync(both.slice(0, half)), gzipSync(both.slice(half))]);
    expect(rules(jsonl([write('log.without-gz', packed)]).findings)).toEqual(wanted);
    expect(rules(jsonl(['-'], packed).findings)).toEqual(wanted);
    const cut = jsonl(['-'], packed.subarray(0, packed.length - 9));
    expect(rules(cut.findings)).toEqual(wanted);
    expect(cut).toMatchObject({ code: 6, summary: { complete: false } });
  });
  test('otherwise compressed is not clean', () =>
    expect(jsonl(['-'], Buffer.from('28b52ffd0458510000', 'hex'))).toMatchObject({ code: 6 }));
  test('the UTF-16 of PowerShell', () => {
    const text = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(both, 'utf16le')]);
    expect(rules(jsonl(['-'], text).findings)).toEqual(wanted);
  });
  test('Valgrind XML, alone and among text', () => {
    const alone = jsonl([path('memcheck/heap.xml')]);
    expect(alone.code).toBe(1);
    const among = jsonl(['-'], `${both}\n${log('memcheck/heap.xml')}${both}`);
    expect(rules(among.findings).toSorted()).toEqual(
      [...wanted, ...wanted, ...rules(alone.findings)].toSorted(),
    );
  });
  test.each([
    ['GitHub', (l: string) => `2026-01-01T00:00:00.0000000Z ${l}`],
    ['GitLab', (l: string) => `2026-01-01T00:00:00.000000Z 01O ${l}`],
    ['a job', (l: string) => `[linux-asan] ${l}`],
    ['Docker compose', (l: string) => `web-1  | ${l}`],
    ['Docker compose, by name', (l: string) => `database  | ${l}`],
    ['colours', (l: string) => `\u001b[1m\u001b[31m${l}\u001b[0m`],
    ['all of it', (l: string) => `2026-01-01T00:00:00.0000000Z [job] \u001b[32m${l}\u001b[0m\r`],
  ])('with the prefixes of %s', (_, prefixed) => {
    const names = [
      'asan/over.gcc.log',
      'tsan/race.clang.log',
      'memcheck/heap.log',
      'go/null.log',
      'hotspot/null-console.log',
    ];
    const text = names.map((n) => `${calm(70)}${log(n)}`).join('');
    const bare = jsonl([], text);
    const found = jsonl([], text.trimEnd().split('\n').map(prefixed).join('\n'));
    expect(found.findings).toEqual(bare.findings.map((f) => ({ ...f, log: expect.anything() })));
    expect(found.summary).toEqual(bare.summary);
  });
  test('any bytes', () => {
    const noise = Buffer.from(
      Array.from({ length: 300_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255),
    );
    const ran = jsonl(['-'], Buffer.concat([noise, Buffer.from('\n'), Buffer.from(both), noise]));
    expect(rules(ran.findings)).toEqual(wanted);
  });
  test('a line of 100 MB takes no memory and is reported', () => {
    const file = write('long.log', Buffer.concat([Buffer.alloc(100 << 20, '.'), Buffer.from(both)]));
    // Not resourceUsage(): that of a child begins with its parent's.
    const peak =
      'data:text/javascript,import fs from "node:fs";process.on("exit",()=>' +
      'console.error(/VmHWM:\\s*(\\d+)/.exec(fs.readFileSync("/proc/self/status","latin1"))[1]))';
    const r = spawnSync(process.execPath, ['--import', peak, BIN, 'parse', '--jsonl', file], { cwd: dir });
    const rows = r.stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l));
    expect(rows.at(-1).summary.long).toMatchObject([{ count: 1, lines: [1] }]);
    expect(rules(rows.slice(0, -1))).toEqual(wanted);
    expect(Number(r.stderr.toString()) / 1024).toBeLessThan(200);
    rmSync(join(dir, file));
  });
});

describe('for people', () => {
  test('a finding is shown once, and counted', () => {
    const ran = parse(['-'], log('asan/uaf.gcc.log').repeat(3));
    expect(ran.stdout.match(/✗ /g)).toHaveLength(1);
    expect(ran.stdout).toMatch(/3 × ownership\/use-after-free/);
    expect(ran.stdout).toMatch(/3 findings, 1 distinct in 1 log/);
    expect(jsonl(['-'], log('asan/uaf.gcc.log').repeat(3)).findings).toHaveLength(3);
  });
  test('names what was not read', () => {
    const ran = parse([write('odd.log', `${calm(4)}==3==ERROR: FutureSanitizer: new\n`)]);
    expect(ran.stdout).toMatch(/Not understood \(1\)\n {2}odd\.log:5: ==3==ERROR: FutureSanitizer: new/);
  });
});

test('--junit is well-formed, has a case for each finding and one for the log', async () => {
  const ran = parse(
    ['--junit', 'junit.xml', path('asan/uaf.gcc.log'), '-'],
    '==3==ERROR: FutureSanitizer: \0new\n',
  );
  expect(ran.code).toBe(6);
  const xml = (await parseStringPromise(readFileSync(join(dir, 'junit.xml'), 'utf8'))) as {
    testsuites: { testsuite: { testcase: { failure?: unknown; error?: unknown }[] }[] };
  };
  const [first, second] = xml.testsuites.testsuite;
  expect(first!.testcase.map((c) => Boolean(c.failure))).toEqual([true, false]);
  expect(second!.testcase.map((c) => Boolean(c.error))).toEqual([true]);
});

describe('streams', () => {
  const start = (
    args: string[],
  ): { child: ReturnType<typeof spawn>; out: () => string; ended: Promise<number | null> } => {
    const child = spawn(process.execPath, [BIN, 'parse', ...args], { cwd: dir, env });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (t: string) => (text += t));
    return { child, out: () => text, ended: new Promise((r) => child.on('close', (code) => r(code))) };
  };
  const until = async (ready: () => boolean): Promise<void> => {
    for (let i = 0; i < 600 && !ready(); i++) await new Promise((next) => setTimeout(next, 50));
    expect(ready()).toBe(true);
  };
  test('prints a finding while the log goes on, and ends with 130 when interrupted', async () => {
    const { child, out, ended } = start(['--jsonl', '-']);
    child.stdin!.write(`${calm(10)}${log('asan/uaf.gcc.log')}`);
    await until(() => out().includes('heap-use-after-free'));
    child.stdin!.write(`${log('ubsan/plain.gcc.log')}${calm(100)}`);
    await until(() => out().includes('"ubsan"'));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(JSON.parse(out().trimEnd().split('\n').at(-1)!)).toMatchObject({ summary: { complete: false } });
  });
  test('a reader that goes away ends it quietly', () => {
    const file = write('many.log', log('asan/uaf.gcc.log').repeat(2000));
    const script = `"$0" "$1" parse --jsonl "$2" | head -n 1 | wc -l; echo "\${PIPESTATUS[0]}"`;
    const r = spawnSync('bash', ['-c', script, process.execPath, BIN, file], { cwd: dir, env });
    expect(r.stderr.toString()).toBe('');
    expect(r.stdout.toString()).toMatch(/^1\n[01]\n$/);
  });
});

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
/** Loudly: a machine without them proves nothing here. */
const absent = ['gcc', 'nm', 'addr2line'].filter((p) => !has(p));
if (absent.length > 0) console.warn(`SKIPPED: symbolising, for want of ${absent.join(', ')}`);

describe.skipIf(absent.length > 0)('a frame of which only module and offset are known', () => {
  const SOURCE = `static inline __attribute__((always_inline)) int inner(volatile int *p) {
  return *p + 1;
}
int outer(volatile int *p) {
  return inner(p) * 2;
}
`;
  let lib: string;
  let offset: number;
  beforeAll(() => {
    writeFileSync(join(dir, 'store.c'), SOURCE);
    lib = join(dir, 'libstore.so');
    const built = spawnSync('gcc', ['-g', '-O1', '-shared', '-fPIC', '-o', lib, 'store.c'], { cwd: dir });
    expect(built.status, built.stderr.toString()).toBe(0);
    const symbols = spawnSync('nm', [lib]).stdout.toString();
    offset = Number.parseInt(/^([0-9a-f]+) T outer$/m.exec(symbols)![1]!, 16);
  });
  const first = (ran: Ran): unknown => json(ran).findings[0]!.stacks[0]!.frames[0];
  /** A report of one frame. */
  const one = (frame: string): string =>
    `==1==ERROR: AddressSanitizer: SEGV on unknown address 0x10 (pc 0x7f00 bp 0x1 sp 0x2 T0)
    #0 0x7f00 ${frame}
SUMMARY: AddressSanitizer: SEGV (x+0x0)
`;
  /** A report whose frames are each byte of the function's first instructions, and one that nothing is known of. */
  const report = (): string => {
    const frames = Array.from(
      { length: 8 },
      (_, i) => `    #${i} 0x7f00 (${lib}+0x${(offset + i).toString(16)})\n`,
    );
    return `==1==ERROR: AddressSanitizer: SEGV on unknown address 0x10 (pc 0x7f00 bp 0x1 sp 0x2 T0)
${frames.join('')}    #8 0x7f00 (/no/such/lib.so+0x10)
SUMMARY: AddressSanitizer: SEGV (${lib}+0x0)
`;
  };
  const symbolizers = ['llvm-symbolizer', 'llvm-symbolizer-19', 'addr2line'].filter(has);
  test.each(symbolizers)('is named by %s', (program) => {
    const bin = mkdtempSync(join(dir, 'bin-'));
    const real = spawnSync('which', [program]).stdout.toString().trim();
    symlinkSync(real, join(bin, program));
    const { findings } = json(parse(['--jsonl', '-'], report(), { PATH: bin }));
    const frames = findings[0]!.stacks[0]!.frames;
    expect(frames).toContainEqual(
      expect.objectContaining({ function: 'outer', file: expect.stringMatching(/store\.c$/), line: 5 }),
    );
    const inlined = frames.findIndex((f) => f.function === 'inner');
    expect(frames[inlined]).toMatchObject({ line: 2, inlined: true });
    expect(frames[inlined + 1]).toMatchObject({ function: 'outer', line: 5 });
    expect(frames.at(-1)).toEqual({ module: '/no/such/lib.so', offset: '0x10' });
  });
  test('stays as printed with --no-symbolize, without a symbolizer, and with one that dies', () => {
    const bare = { module: lib, offset: `0x${offset.toString(16)}` };
    expect(first(parse(['--jsonl', '--no-symbolize', '-'], report()))).toEqual(bare);
    expect(first(parse(['--jsonl', '-'], report(), { PATH: join(dir, 'nowhere') }))).toEqual(bare);
    const bin = mkdtempSync(join(dir, 'bin-'));
    writeFileSync(join(bin, 'llvm-symbolizer'), '#!/bin/sh\nexit 1\n');
    chmodSync(join(bin, 'llvm-symbolizer'), 0o755);
    expect(first(parse(['--jsonl', '-'], report(), { PATH: bin }))).toEqual(bare);
    expect(existsSync(lib)).toBe(true);
  });
  test('is named by the build that the report means, and by no other', () => {
    const place = `0x${offset.toString(16)}`;
    const id = /Build ID: ([0-9a-f]+)/.exec(spawnSync('readelf', ['-n', lib]).stdout.toString())![1]!;
    expect(first(parse(['--jsonl', '-'], one(`(${lib}+${place}) (BuildId: ${id})`)))).toMatchObject({
      function: 'inner',
      line: 2,
    });
    const other = 'ab'.repeat(20);
    expect(first(parse(['--jsonl', '-'], one(`(${lib}+${place}) (BuildId: ${other})`)))).toEqual({
      module: lib,
      offset: place,
      buildId: other,
    });
    // Nothing says that this machine's C library is the report's; another build in the same report says that it is not.
    const libc = /=> (\/\S*\/libc\.so\S*)/.exec(spawnSync('ldd', ['/bin/sh']).stdout.toString())![1]!;
    expect(first(parse(['--jsonl', '-'], one(`(${libc}+0x29d90)`)))).toEqual({
      module: libc,
      offset: '0x29d90',
    });
    expect(
      first(
        parse(['--jsonl', '-'], one(`(${lib}+${place})\n    #1 0x7f01 (${libc}+0x1) (BuildId: ${other})`)),
      ),
    ).toEqual({ module: lib, offset: place });
  });
});
