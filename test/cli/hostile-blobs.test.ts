/**
 * What may come back from other machines: blobs that were cut, edited, mixed up or made by somebody else, and clocks and disks that
 * fail. A merge names what is wrong and is red, writes nothing outside its directory, and is never an error of ours. A row is a
 * change of good blobs.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlobHeader, BlobRecord } from '../../src/judge/blob.js';
import type { CellRecord } from '../../src/judge/record.js';
import type { PlanDocument } from '../../src/plan/plan-document.js';
import { BIN, makeRig, type Ran, type Rig } from '../helpers/rig.js';

const MATRIX = `version: 1
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - &c { id: good, binding: c, dir: c, targets: [puppet], with: { sources: [good.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: again }
gates: { asan: { compilers: [gcc] } }
`;

let rig: Rig;
const at = (...names: string[]): string => join(rig.dir, ...names);
const command = (...args: string[]): Promise<Ran> => rig.start(args).ended;
const merge = (dir: string, plan = at('plan.json')): Promise<Ran> =>
  command('merge', dir, '--plan', plan, '--out', rig.out, '--cache', at('cache'));

beforeAll(async () => {
  rig = makeRig('ffi-gates-blobs-');
  rig.write('ffi-gates.yaml', MATRIX);
  writeFileSync(at('plan.json'), (await command('plan', '--json', '--shards', '2')).stdout);
  for (const i of [1, 2]) {
    const part = ['--shard', `${i}/2`, '--plan', at('plan.json')];
    const ran = await command(
      'run',
      ...part,
      '--out',
      at('blobs', String(i)),
      '--cache',
      at('cache'),
      '--quiet',
    );
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    for (const name of readdirSync(at('blobs', String(i))))
      if (!name.endsWith('.blob')) rmSync(at('blobs', String(i), name), { recursive: true });
  }
});
afterAll(() => rig.remove());

/** The good blobs in a directory of their own. */
type Place = { dir: string; blob: (i: number) => string };
let places = 0;
const place = (): Place => {
  const dir = at(`place ${++places}`, 'blobs');
  cpSync(at('blobs'), dir, { recursive: true });
  return { dir, blob: (i) => join(dir, String(i), `shard-${i}-of-2.blob`) };
};

/** Changes the records of a blob. The last one counts them, as it would if they had been written so. */
const edit = (file: string, change: (records: unknown[]) => void): void => {
  const records = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l) as BlobRecord);
  const end = records.pop() as Extract<BlobRecord, { kind: 'end' }>;
  change(records);
  const lines = [...records, { ...end, records: records.length }];
  writeFileSync(file, lines.map((r) => `${JSON.stringify(r)}\n`).join(''));
};
const header =
  (change: (h: BlobHeader) => void) =>
  (p: Place): void =>
    edit(p.blob(1), (all) => change(all[0] as BlobHeader));
const cell =
  (change: (c: CellRecord) => void) =>
  (p: Place): void =>
    edit(p.blob(1), (all) => {
      for (const r of all as BlobRecord[])
        if (r.kind === 'cell' && !r.cell.id.startsWith('canary')) change(r.cell);
    });
const added =
  (value: unknown) =>
  (p: Place): void =>
    edit(p.blob(1), (all) => void all.splice(1, 0, value));
const put = (o: object, name: string, value: unknown): void => void Object.assign(o, { [name]: value });

/** The log of a cell, moved. */
const log =
  (path: string, data?: string) =>
  (p: Place): void =>
    edit(p.blob(1), (all) => {
      const records = all as BlobRecord[];
      const first = records.find((r) => r.kind === 'log')!;
      const old = first.path;
      for (const r of records) {
        if (r.kind === 'log' && r.path === old)
          Object.assign(r, { path }, data === undefined ? {} : { data });
        if (r.kind === 'cell')
          put(
            r.cell.evidence,
            'logs',
            r.cell.evidence.logs.map((l) => (l.endsWith(`/${old}`) ? l.slice(0, -old.length) + path : l)),
          );
      }
    });

/** A link in the place of the blob. None is followed. */
const link =
  (to: string) =>
  (p: Place): void => {
    rmSync(p.blob(1));
    symlinkSync(to, p.blob(1));
  };

const sane = (ran: Ran): void => {
  expect(ran.stderr).not.toContain('internal error');
  // eslint-disable-next-line no-control-regex
  expect(ran.stderr).not.toMatch(/[\u001b\u009b\u202e]|^::/m);
  expect(readdirSync(rig.dir).filter((n) => n.startsWith('escaped'))).toEqual([]);
};

test('blobs as they are: green', async () => {
  const ran = await merge(place().dir);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toBe('');
});

describe('red, with what is wrong:', () => {
  const DAMAGED = /shard-1-of-2\.blob: shard 1\/2 is incomplete: line \d+ is damaged/;
  const NONE = /shard-1-of-2\.blob: it is no blob of ffi-gates/;
  const LOG = /shard-1-of-2\.blob: (?:a log|the log .*) is damaged/;
  test.each<[string, (p: Place) => void, RegExp]>([
    ['a record that is null', added(null), DAMAGED],
    ['a record that is a number', added(5), DAMAGED],
    ['a record that is a text', added('cell'), DAMAGED],
    ['a record that is a list', added([]), DAMAGED],
    ['a record of an unknown kind', added({ kind: 'surprise' }), DAMAGED],
    ['a record whose kind is a name of every object', added({ kind: 'constructor' }), DAMAGED],
    ['a second header', (p) => edit(p.blob(1), (all) => void all.splice(1, 0, all[0])), DAMAGED],
    ['a cell that is none', added({ kind: 'cell', cell: null }), DAMAGED],
    ['a cell without evidence', cell((c) => put(c, 'evidence', undefined)), DAMAGED],
    ['a cell with a verdict of its own', cell((c) => put(c, 'verdict', { kind: 'splendid' })), DAMAGED],
    [
      'a cell with less than no tests',
      cell((c) => put(c, 'tests', { passed: -1, failed: 0, skipped: 0 })),
      DAMAGED,
    ],
    ['a cell that took no number of milliseconds', cell((c) => put(c.evidence, 'ms', null)), DAMAGED],
    ['a cell that was quicker than time', cell((c) => put(c.evidence, 'ms', -5)), DAMAGED],
    ['logs that are no texts', cell((c) => put(c.evidence, 'logs', [1])), DAMAGED],
    ['findings that are none', cell((c) => put(c, 'seen', [{}])), DAMAGED],
    [
      'a finding of an unknown hazard',
      cell((c) =>
        put(c, 'seen', [
          {
            origin: 'own',
            log: 'l',
            repro: 'r',
            diagnostic: {
              tool: 'asan',
              rule: 'asan/x',
              hazard: '__proto__',
              message: 'm',
              stacks: [],
              complete: true,
              log: { line: 1, endLine: 2 },
            },
          },
        ]),
      ),
      DAMAGED,
    ],
    ['sources that are no lines', cell((c) => put(c, 'sources', { 'a.c': { x: 'y' } })), DAMAGED],
    ['a build that is none', added({ kind: 'build', build: 'lib' }), DAMAGED],
    ['a skip without a reason', added({ kind: 'skip', id: 'good-c_ccgcc-asan' }), DAMAGED],
    ['a header without a host', header((h) => put(h, 'host', undefined)), NONE],
    ['a header whose tools are none', header((h) => put(h.host, 'tools', { gcc: 12 })), NONE],
    ['a header with a time that is none', header((h) => put(h, 'started', 'yesterday')), NONE],
    ['a header of shard 0', header((h) => put(h, 'shard', { index: 0, count: 2 })), NONE],
    ['a header of half a shard', header((h) => put(h, 'shard', { index: 1.5, count: 2 })), NONE],
    ['a header of no attempt', header((h) => put(h, 'attempt', -1)), NONE],
    ['a header without a version of the tool', header((h) => put(h.provenance, 'tool', {})), NONE],
    [
      'a blob of another commit, which is hostile text',
      header((h) => put(h.provenance, 'commit', '\u001b[31mred\u202e\n::error::x')),
      /does not count: it is of commit/,
    ],
    [
      'a blob of another version of ffi-gates',
      header((h) => put(h.provenance, 'tool', { name: 'ffi-gates', version: '9.9.9\n::error::x' })),
      /it was made by ffi-gates 9\.9\.9/,
    ],
    ['a blob of another plan', header((h) => put(h, 'plan', 'x')), /it is of another plan/],
    [
      'two blobs of one attempt with different results',
      (p) => {
        cpSync(p.blob(1), join(p.dir, 'shard-1-of-2 (1).blob'));
        cell((c) => put(c, 'verdict', { kind: 'suite-failed', why: 'x' }))(p);
      },
      /have different results of the same attempt/,
    ],
    [
      'a newer attempt that is cut',
      (p) => {
        const newer = join(p.dir, 'shard-1-of-2-attempt-2.blob.part');
        cpSync(p.blob(1), newer);
        edit(newer, (all) => put(all[0] as object, 'attempt', 2));
        writeFileSync(newer, readFileSync(newer).subarray(0, -20));
      },
      /shard 1\/2, attempt 2 is incomplete/,
    ],
    [
      'an empty blob of a hostile name',
      (p) => writeFileSync(join(p.dir, 'x\n::error::\u001b[2J.blob'), ''),
      /it is empty/,
    ],
    ['a link to a file', link('/etc/passwd'), /no result of .*: shard 1\/2 delivered nothing/],
    ['a link to nothing', link('/nowhere'), /no result of .*: shard 1\/2 delivered nothing/],
    ['a link to a device', link('/dev/zero'), /no result of .*: shard 1\/2 delivered nothing/],
    [
      'only NUL',
      (p) => writeFileSync(p.blob(1), Buffer.alloc(4096)),
      /shard-1-of-2\.blob: its first line is damaged/,
    ],
    [
      'zeros at its end, as after a loss of power',
      (p) => writeFileSync(p.blob(1), Buffer.concat([readFileSync(p.blob(1)), Buffer.alloc(512)])),
      /something follows its end/,
    ],
    [
      'two blobs in one file',
      (p) => writeFileSync(p.blob(1), readFileSync(p.blob(1), 'utf8').repeat(2)),
      /something follows its end/,
    ],
    [
      'lines that were lost',
      (p) => writeFileSync(p.blob(1), readFileSync(p.blob(1), 'utf8').replace(/\n[^\n]*\n/, '\n')),
      /1 of its lines are missing/,
    ],
    ['a log above the report', log('logs/../../escaped'), LOG],
    ['a log at the root', log('/tmp/escaped'), LOG],
    ['a log with NUL in its name', log('logs/a\0b'), LOG],
    ['a log with a name of 300 characters', log(`logs/${'a'.repeat(300)}`), LOG],
    ['a log that is no base64', log('logs/x', '!!!'), LOG],
    ['a log that is a bomb', log('logs/x', gzipSync(Buffer.alloc(64 << 20)).toString('base64')), LOG],
  ])('%s', async (_name, change, why) => {
    const p = place();
    change(p);
    const ran = await merge(p.dir);
    sane(ran);
    expect(ran.stderr).toMatch(why);
    expect(ran.code, ran.stderr).toBe(6);
    expect(existsSync('/tmp/escaped')).toBe(false);
    expect(ran.report?.exitCode).toBe(ran.code);
  });
});

describe('no fault at all:', () => {
  test.each<[string, (p: Place) => void]>([
    ['the same blob twice', (p) => cpSync(p.blob(1), join(p.dir, 'shard-1-of-2 (1).blob'))],
    [
      'an attempt that was killed, with a newer one that is whole',
      (p) => {
        const newer = join(p.dir, 'shard-1-of-2-attempt-2.blob');
        cpSync(p.blob(1), newer);
        edit(newer, (all) => put(all[0] as object, 'attempt', 2));
        writeFileSync(`${p.blob(1)}.part`, readFileSync(p.blob(1)).subarray(0, -20));
        rmSync(p.blob(1));
      },
    ],
    [
      'an attempt that left an empty artifact, with a newer one that is whole',
      (p) => {
        const newer = join(p.dir, 'shard-1-of-2-attempt-2.blob');
        cpSync(p.blob(1), newer);
        edit(newer, (all) => put(all[0] as object, 'attempt', 2));
        writeFileSync(p.blob(1), '');
      },
    ],
    ['a directory that holds itself', (p) => symlinkSync('..', join(p.dir, '1', 'up'))],
    ['a directory that is called like a blob', (p) => mkdirSync(join(p.dir, 'x.blob'))],
    ['other files beside', (p) => writeFileSync(join(p.dir, 'README.md'), 'x')],
    ['a clock of 1970', header((h) => put(h, 'started', '1970-01-01T00:00:00.000Z'))],
    ['a clock of tomorrow', header((h) => put(h, 'started', '2999-01-01T00:00:00.000Z'))],
    [
      'every line end of Unicode in a text',
      cell((c) =>
        put(c.evidence, 'listed', [...c.evidence.listed.slice(1), 'a\u2028b\u2029c\u0085d\re\u000bf']),
      ),
    ],
    [
      'the artifacts in directories of any name',
      (p) => renameSync(join(p.dir, '1'), join(p.dir, 'ffi-gates shard [1] {a,b} *')),
    ],
  ])('%s', async (_name, change) => {
    const p = place();
    change(p);
    const ran = await merge(p.dir);
    sane(ran);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.report!.ms).toBeGreaterThanOrEqual(0);
  });
});

test('whether an entry of the baseline is over, the clock of the merge decides', async () => {
  const p = place();
  for (const i of [1, 2])
    edit(p.blob(i), (all) => put(all[0] as object, 'started', '2019-01-01T00:00:00.000Z'));
  const entry =
    "{ fingerprint: '0123456789abcdef', hazard: ownership/leak, reason: old, expires: 2020-01-01 }";
  rig.write('ffi-gates-baseline.yaml', `version: 1\nfindings: [${entry}]\n`);
  const ran = await merge(p.dir);
  rmSync(join(rig.repo, 'ffi-gates-baseline.yaml'));
  expect(ran.code, ran.stderr).toBe(1);
  expect(ran.report!.baseline!.expired).toHaveLength(1);
});

describe('a plan that was edited by hand ends with 2:', () => {
  test.each<[string, (d: PlanDocument) => void]>([
    ['a cell less', (d) => void d.cells.pop()],
    ['a cell in no shard', (d) => void d.shards[0]!.cells.pop()],
    ['a cell in two shards', (d) => void d.shards[0]!.cells.push(d.shards[1]!.cells[0]!)],
    ['shards in another order', (d) => d.shards.forEach((s) => (s.index = 3 - s.index))],
    ['another lane', (d) => (d.cells[0]!.lane = 'c_ccgcc-plain')],
    ['another role', (d) => (d.cells[0]!.role = 'canary')],
    ['another reason to skip', (d) => void d.skipped.push({ id: 'x', lane: 'y', why: 'z' })],
    ['another matrix', (d) => (d.matrix.sha256 = '0'.repeat(64))],
    ['a shard that does not say which it is', (d) => put(d.shards[0]!, 'index', '1')],
    ['another version', (d) => put(d, 'version', 2)],
  ])('%s', async (_name, change) => {
    const plan = JSON.parse(readFileSync(at('plan.json'), 'utf8')) as PlanDocument;
    change(plan);
    writeFileSync(at('edited.json'), JSON.stringify(plan));
    const ran = await merge(place().dir, at('edited.json'));
    sane(ran);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/edited\.json|the plan/);
  });
});

test('no earlier report is left beside blobs that cannot be read', async () => {
  expect((await merge(place().dir)).report).toBeDefined();
  const p = place();
  header((h) => put(h, 'version', 2))(p);
  const ran = await merge(p.dir);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(/a blob of version 2/);
  expect(ran.report).toBeUndefined();
});

test.each([1_000, 8_000])(
  'a disk that is full after %d bytes: 2, with a path, and nothing half written',
  (bytes) => {
    const args = ['merge', place().dir, '--plan', at('plan.json'), '--out', rig.out, '--cache', at('cache')];
    const ran = spawnSync('prlimit', [`--fsize=${bytes}`, process.execPath, BIN, ...args], {
      cwd: rig.repo,
      encoding: 'utf8',
    });
    expect(ran.stderr).not.toContain('internal error');
    expect(ran.status, ran.stderr).toBe(2);
    expect(ran.stderr).toContain(rig.out);
    expect(readdirSync(rig.out, { recursive: true }).filter((f) => String(f).endsWith('.tmp'))).toEqual([]);
    expect(existsSync(join(rig.out, 'report.json'))).toBe(false);
  },
);
