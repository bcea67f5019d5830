/** Canaries that an earlier run saw: when their proof is believed, and when they run again. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROOF_AGE } from '../../src/execute/kept-proofs.js';
import { canaryId } from '../../src/model/cell-id.js';
import { cellOf, makeRig, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

const LANE = 'c_ccgcc-asan';
const CELLS = [`good-${LANE}`, `leak-${LANE}`];
const CANARY = canaryId(LANE);

let rig: Rig;
let first: Ran;
const again = (...args: string[]): Promise<Ran> => rig.run([...CELLS, ...args]);
const provenAt = (r: Ran): string | undefined => {
  const lane = r.report?.lanes.find((l) => `${l.binding}_${l.builder}-${l.gate}` === LANE);
  if (!lane) throw new Error(`no lane in\n${r.stdout}${r.stderr}`);
  expect(lane.proven).toBe(true);
  return lane.provenAt;
};
/** All of a report that a proof decides. */
const decided = (r: Ran) => ({
  exit: r.code,
  cells: r.report?.cells.map(({ id, verdict, tests, caught }) => ({ id, verdict, tests, caught })),
  canaries: r.report?.lanes.map((l) => l.canaries),
  findings: r.report?.findings.map((f) => [f.fingerprint, f.hazard, f.witnesses.map((w) => w.cell)]),
});
const file = (): string => join(rig.dir, 'cache', 'proofs', CANARY, 'evidence.json');
const edit = (change: (kept: { at: string; key: string; evidence: unknown }) => void): void => {
  const kept = JSON.parse(readFileSync(file(), 'utf8')) as { at: string; key: string; evidence: unknown };
  change(kept);
  writeFileSync(file(), JSON.stringify(kept));
};

beforeAll(async () => {
  rig = makeRig();
  first = await again();
}, 300_000);
afterAll(() => rig.remove());

describe('the proof of an earlier run', () => {
  test('is believed while nothing changes: same verdicts, same findings, the logs in place', async (t) => {
    if (whyAbsent(first, CELLS)) t.skip();
    expect(provenAt(first)).toBeUndefined();
    const second = await again();
    const kept = provenAt(second);
    expect(Date.parse(kept ?? '')).toBeLessThanOrEqual(Date.now());
    expect(decided(second)).toEqual(decided(first));
    expect(cellOf(second, CANARY)?.provenAt).toBe(kept);
    const logs = cellOf(second, CANARY)?.logs ?? [];
    expect(logs.length).toBeGreaterThan(0);
    for (const log of logs) expect(existsSync(join(rig.out, log)), log).toBe(true);
    expect(second.stdout).toContain('1 of 1 lane proven by an earlier run');
    // The day begins with the canary, not with who believed it last.
    expect(provenAt(await again())).toBe(kept);
  }, 300_000);

  test.each<[string, (kept: { at: string; key: string; evidence: unknown }) => void]>([
    ['older than a day', (k) => (k.at = new Date(Date.now() - PROOF_AGE).toISOString())],
    ['of the future', (k) => (k.at = new Date(Date.now() + 3_600_000).toISOString())],
    ['of other conditions', (k) => (k.key = k.key.replace(/^./, (c) => (c === '0' ? '1' : '0')))],
    ['without a date', (k) => (k.at = 'yesterday')],
    ['without evidence', (k) => (k.evidence = null)],
  ])(
    'is not believed if it is %s',
    async (_what, change) => {
      if (!existsSync(file())) await again();
      edit(change);
      const ran = await again();
      expect(provenAt(ran)).toBeUndefined();
      expect(decided(ran)).toEqual(decided(first));
    },
    300_000,
  );

  test('is not believed if its file is cut', async () => {
    const text = readFileSync(file(), 'utf8');
    writeFileSync(file(), text.slice(0, text.length / 2));
    expect(provenAt(await again())).toBeUndefined();
  }, 300_000);

  test('is not believed with --prove, nor where a variable of the tests changed', async () => {
    const kept = provenAt(await again());
    expect(kept).toBeDefined();
    expect(provenAt(await again('--prove'))).toBeUndefined();
    const fresh = provenAt(await again());
    expect(Date.parse(fresh!)).toBeGreaterThan(Date.parse(kept!));
    expect(provenAt(await rig.run(CELLS, { LC_ALL: 'C.UTF-8' }))).toBeUndefined();
  }, 300_000);

  const elsewhere = async (name: string, ...args: string[]): Promise<{ ran: Ran; out: string }> => {
    const out = join(rig.dir, name);
    const ran = await rig.start(['run', ...args, '--out', out, '--cache', join(rig.dir, 'cache'), '--quiet'])
      .ended;
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as NonNullable<Ran['report']>;
    return { ran: { ...ran, report }, out };
  };

  test('is believed by a run that writes to another directory, whose report names its own', async (t) => {
    const before = await again();
    if (whyAbsent(before, CELLS)) t.skip();
    const { ran, out } = await elsewhere('elsewhere', ...CELLS);
    expect(provenAt(ran)).toBeDefined();
    expect(decided(ran)).toEqual(decided(first));
    const canary = cellOf(ran, CANARY);
    expect(canary?.logs.length).toBeGreaterThan(0);
    for (const log of canary?.logs ?? []) expect(existsSync(join(out, log)), log).toBe(true);
    // Commands and logs of the canary are those of this directory.
    const kept = readFileSync(file(), 'utf8');
    expect(JSON.stringify(ran.report)).not.toContain(`${rig.out}/`);
    expect(kept).not.toContain(rig.out);
    expect(kept).not.toContain(out);
  }, 300_000);

  test('is not believed where the directory has a name that a tool may take for something else', async () => {
    expect(provenAt(await again())).toBeDefined();
    const { ran } = await elsewhere('else where', ...CELLS);
    expect(provenAt(ran)).toBeUndefined();
    expect(decided(ran)).toEqual(decided(first));
  }, 300_000);

  test('is that of the shards of one machine: the lane is proven in the first, and so in the merge', async (t) => {
    if (whyAbsent(first, CELLS)) t.skip();
    rmSync(join(rig.dir, 'cache', 'proofs'), { recursive: true, force: true });
    const plan = await rig.start(['plan', '--json', '--shards', '2', ...CELLS]).ended;
    rig.write('../plan.json', plan.stdout);
    const { shards } = JSON.parse(plan.stdout) as { shards: { cells: string[] }[] };
    expect(shards.map((s) => s.cells.length)).toEqual([1, 1]);
    const parts = [];
    for (const shard of ['1/2', '2/2'])
      parts.push(
        await elsewhere(`blobs/${shard[0]}`, '--plan', join(rig.dir, 'plan.json'), '--shard', shard),
      );
    expect(parts.map(({ ran }) => provenAt(ran) === undefined)).toEqual([true, false]);
    const merged = await rig.start([
      ...['merge', join(rig.dir, 'blobs'), '--plan', join(rig.dir, 'plan.json'), '--out', rig.out],
    ]).ended;
    expect(decided(merged)).toEqual(decided(first));
  }, 300_000);

  test('is not believed by a run that names the canary', async () => {
    await again();
    expect(provenAt(await rig.run([CANARY]))).toBeUndefined();
  }, 300_000);

  test('is that of its gate’s settings: a matrix that disarms the gate is not covered by it', async () => {
    await again();
    const text = readFileSync(`${rig.repo}/ffi-gates.yaml`, 'utf8');
    rig.write('deaf.yaml', text.replace('asan: ,', 'asan: { env: { ASAN_OPTIONS: detect_leaks=0 } },'));
    for (let i = 0; i < 2; i++) {
      const deaf = await again('--matrix', 'deaf.yaml');
      expect(cellOf(deaf, `good-${LANE}`)?.verdict).toMatchObject({
        kind: 'inconclusive',
        doubt: 'gate-not-armed',
      });
    }
  }, 300_000);
});
