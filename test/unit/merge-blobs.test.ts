/** The merge of any sharding is the run; and nothing becomes green by merging. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/judge/assemble-report.js';
import type { Blob } from '../../src/judge/blob.js';
import { mergeBlobs, mergeBuilds, mergeHosts } from '../../src/judge/merge-blobs.js';
import { judgedOf, recordedSources, recordOf, type CellRecord } from '../../src/judge/record.js';
import type { Report } from '../../src/model/report.js';
import { documentOf, type PlanDocument } from '../../src/plan/plan-document.js';
import { portablePaths } from '../../src/process/portable-paths.js';
import { attempt, diagnostic, ended, leak, stack } from '../helpers/evidence.js';
import { madeHost } from '../helpers/made-host.js';
import { accepts, assembled, judgedIn, madeOf, saw, type Made, type Run } from '../helpers/made-run.js';

const MATRIX = `version: 1
targets: { lib: { builder: cc, dir: native, sources: [x.c], produces: [libx.so] } }
suites:
  - { id: s, binding: c, dir: c, targets: [lib] }
  - { id: t, binding: c, dir: c, targets: [lib] }
  - { id: s, binding: py, dir: py, targets: [lib] }
  - { id: u, binding: py, dir: py, targets: [lib] }
gates: { plain: , asan: , ubsan: , memcheck: }
`;
const SOURCE = Array.from({ length: 40 }, (_, i) => `line ${i + 1}`);
const use = diagnostic({ hazard: 'ownership/use-after-free' });
const other = diagnostic({
  hazard: 'bounds/heap-overflow',
  stacks: [stack('fault', use.stacks[0]!.frames[0]!)],
});

const RUNS: readonly [string, Run][] = [
  ['all clean', {}],
  [
    'findings of several cells and bindings, a failed test that also fails without its gate, a failed build',
    {
      left: {
        's-c_ccgcc-asan': saw(use, leak()),
        's-py_ccgcc-asan': saw(use),
        't-c_ccgcc-ubsan': saw(other),
        'u-py_ccgcc-plain': { attempts: [attempt(['a'], { events: ended('a', 'failed') })] },
        'u-py_ccgcc-asan': { attempts: [attempt(['a'], { events: ended('a', 'failed') })] },
        't-c_ccgcc-memcheck': { failed: 'the compiler says no' },
      },
    },
  ],
  [
    'a baseline, of which one entry is gone',
    { left: { 's-c_ccgcc-asan': saw(use) }, more: { baseline: accepts(leak()) } },
  ],
];

const readSource = (): Promise<readonly string[]> => Promise.resolve(SOURCE);
const madeWith = (run: Run): Made => {
  const made = madeOf({ matrix: MATRIX, ...run, more: { readSource, ...run.more } });
  return { ...made, builds: [{ id: 'lib', ms: 5, reused: false }] };
};
const TOOL = { name: 'ffi-gates', version: '0.1.0' } as const;

const planOf = (made: Made, shards: string[][]): PlanDocument => ({
  ...documentOf({
    plan: made.plan,
    cells: made.cells,
    matrix: { file: 'ffi-gates.yaml', sha256: 'x' },
    selectors: [],
    provenance: { tool: TOOL, commit: 'c1' },
    reported: new Map(),
    shipped: new Map(),
    count: () => shards.length,
  }),
  shards: shards.map((cells, i) => ({ index: i + 1, ms: 0, cells })),
});

/** The blob of a shard, as another machine would read it. */
const blobOf = async (
  made: Made,
  run: Run,
  plan: PlanDocument,
  index: number,
  more: Partial<Blob> = {},
): Promise<Blob> => {
  const ids = new Set(plan.shards[index - 1]!.cells);
  const lanes = new Set(made.cells.filter((c) => ids.has(c.id)).map((c) => c.lane));
  const evidences = made.evidences.filter(
    ({ cell: c }) => ids.has(c.id) || (c.suite.role === 'canary' && lanes.has(c.lane)),
  );
  const cells = evidences.map((e) => e.cell);
  const judged = await judgedIn({ ...made, evidences, cells }, run);
  const paths = portablePaths({ root: '/repo', out: '/repo/out' });
  const records = await Promise.all(judged.map((j) => recordOf(j, readSource)));
  const moved = records.map(
    (r) => JSON.parse(paths.fromPortable(paths.toPortable(JSON.stringify(r)))) as CellRecord,
  );
  return {
    file: `shard-${index}.blob`,
    header: {
      kind: 'blob',
      version: 1,
      plan: plan.id,
      shard: { index, count: plan.shards.length },
      attempt: 1,
      provenance: { tool: TOOL, commit: 'c1' },
      host: made.host,
      started: '2026-03-04T10:00:00.000Z',
      load: 0.5,
    },
    cells: new Map(moved.map((r) => [r.id, r])),
    skips: new Map(),
    builds: made.builds,
    end: { ms: 1500, load: 1 },
    ...more,
  };
};

const mergedReport = (made: Made, plan: PlanDocument, blobs: readonly Blob[]): Promise<Report> => {
  const merged = mergeBlobs(plan, blobs, []);
  const byId = new Map(made.cells.map((c) => [c.id, c]));
  const records = [...merged.chosen.values()].map((c) => c.record);
  return assemble({
    ...made,
    host: mergeHosts(merged.blobs) ?? madeHost(),
    builds: mergeBuilds(merged.blobs),
    judged: records.map((r) => judgedOf(r, byId.get(r.id)!)),
    readSource: recordedSources(records),
    absent: [...merged.absent].map(([id, why]) => ({ cell: byId.get(id)!, why })),
    incomplete: merged.problems.length > 0,
  });
};

const subjects = (made: Made): string[] =>
  made.cells.filter((c) => c.suite.role !== 'canary').map((c) => c.id);

describe.each(RUNS)('%s', (name, run) => {
  test('the merge of any sharding is the run, to the byte', async () => {
    const made = madeWith(run);
    const whole = await assembled(made, run);
    if (name !== 'all clean') expect(whole.findings.some((f) => !f.planted)).toBe(true);
    const ids = subjects(made);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(4), { minLength: ids.length, maxLength: ids.length }),
        async (count, places) => {
          const shards = Array.from({ length: count }, (_, i) =>
            ids.filter((_id, n) => places[n]! % count === i),
          );
          const plan = planOf(made, shards);
          const blobs = await Promise.all(plan.shards.map((s) => blobOf(made, run, plan, s.index)));
          const merged = await mergedReport(made, plan, [...blobs].reverse());
          expect(JSON.stringify(merged)).toBe(JSON.stringify(whole));
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('what is not there makes the merge red, and is named', () => {
  const run: Run = {};
  const made = madeWith(run);
  const [first = '', ...others] = subjects(made);
  const plan = planOf(made, [[first], others]);
  const blob = (index: number, more?: Partial<Blob>): Promise<Blob> => blobOf(made, run, plan, index, more);
  const without = (b: Blob, id: string): Blob => ({
    ...b,
    cells: new Map([...b.cells].filter(([k]) => k !== id)),
  });
  const header = (b: Blob, more: Partial<Blob['header']>): Blob => ({
    ...b,
    header: { ...b.header, ...more },
  });
  const red = (b: Blob, id: string): Blob => {
    const record = b.cells.get(id)!;
    const verdict = { kind: 'suite-failed', why: '1 of 1 tests failed' } as const;
    return { ...b, cells: new Map([...b.cells, [id, { ...record, verdict }]]) };
  };

  test.each<[string, () => Promise<Blob[]>, RegExp]>([
    ['a shard', async () => [await blob(2)], /^shard 1\/2 delivered nothing$/],
    ['all shards', () => Promise.resolve([]), /delivered nothing/],
    [
      'a cell of a shard that was killed',
      async () => [await blob(2), { ...without(await blob(1), first), cut: 'it has no end' }],
      /^shard 1\/2 is incomplete: it has no end$/,
    ],
    [
      'a cell of a shard that ended',
      async () => [await blob(2), without(await blob(1), first)],
      /ended without it/,
    ],
    [
      'a cell that could not run there',
      async () => [
        await blob(2),
        { ...without(await blob(1), first), skips: new Map([[first, 'gcc is not installed']]) },
      ],
      /^shard 1\/2 could not run it: gcc is not installed$/,
    ],
    [
      'another plan',
      async () => [await blob(2), header(await blob(1), { plan: 'other' })],
      /delivered nothing/,
    ],
    [
      'another commit',
      async () => [await blob(2), header(await blob(1), { provenance: { tool: TOOL, commit: 'c2' } })],
      /delivered nothing/,
    ],
    [
      'another version',
      async () => [
        await blob(2),
        header(await blob(1), { provenance: { tool: { ...TOOL, version: '9.9.9' }, commit: 'c1' } }),
      ],
      /delivered nothing/,
    ],
    [
      'one attempt twice, with different results',
      async () => [await blob(2), await blob(1), { ...red(await blob(1), first), file: 'again.blob' }],
      /^again\.blob and shard-1\.blob have different results of the same attempt$|^shard-1\.blob and again/,
    ],
  ])('%s', async (_name, make, why) => {
    const blobs = await make();
    expect(mergeBlobs(plan, blobs, []).absent.get(first)).toMatch(why);
    const report = await mergedReport(made, plan, blobs);
    expect(report.exitCode).toBe(6);
    expect(report.cells.find((c) => c.id === first)?.verdict).toMatchObject({
      kind: 'inconclusive',
      doubt: 'not-delivered',
    });
  });
  test('a blob that is no blob, or that does not count, is a problem even if no cell is absent', async () => {
    const both = [await blob(1), await blob(2)];
    expect(mergeBlobs(plan, both, []).problems).toEqual([]);
    expect(mergeBlobs(plan, both, [{ file: 'x.blob', why: 'it is empty' }]).problems).toEqual([
      'x.blob: it is empty',
    ]);
    const old = { ...header(await blob(1), { plan: 'other' }), file: 'old.blob' };
    expect(mergeBlobs(plan, [...both, old], []).problems).toEqual([
      'old.blob: shard 1/2 does not count: it is of another plan',
    ]);
    const report = await mergedReport(made, plan, [...both, old]);
    expect(report.exitCode).toBe(6);
  });
  test('the newest attempt counts, cell by cell; the same result twice is no problem', async () => {
    const old = red(await blob(1), first);
    const again = header({ ...(await blob(1)), file: 'again.blob' }, { attempt: 2 });
    const newest = mergeBlobs(plan, [old, again, await blob(2)], []);
    expect(newest.chosen.get(first)?.record.verdict.kind).toBe('clean');
    const cut = { ...without(again, first), cut: 'it has no end' };
    expect(mergeBlobs(plan, [old, cut, await blob(2)], []).chosen.get(first)?.record.verdict.kind).toBe(
      'suite-failed',
    );
    const twice = mergeBlobs(
      plan,
      [await blob(1), { ...(await blob(1)), file: 'copy.blob' }, await blob(2)],
      [],
    );
    expect([...twice.absent, ...twice.problems]).toEqual([]);
  });
  test('of several canaries the worst counts', async () => {
    const two = await blob(2);
    const canary = [...two.cells.keys()].find(
      (id) => id.startsWith('canary-') && id.endsWith(first.slice(first.indexOf('-') + 1)),
    )!;
    const bad = red(two, canary);
    for (const blobs of [
      [await blob(1), bad],
      [bad, await blob(1)],
    ])
      expect(mergeBlobs(plan, blobs, []).chosen.get(canary)?.record.verdict.kind).toBe('suite-failed');
  });
});

test('10,000 cells of 256 shards', async () => {
  const run: Run = {};
  const made = madeWith(run);
  const [template] = subjects(made);
  const one = planOf(made, [subjects(made)]);
  const record = (await blobOf(made, run, one, 1)).cells.get(template!)!;
  const ids = Array.from({ length: 10_000 }, (_, i) => `s${i}-c_ccgcc-asan`);
  const cells = ids.map((id) => ({ ...one.cells.find((c) => c.id === template)!, id }));
  const shards = Array.from({ length: 256 }, (_, i) => ids.filter((_id, n) => n % 256 === i));
  const plan: PlanDocument = {
    ...one,
    cells,
    shards: shards.map((of, i) => ({ index: i + 1, ms: 0, cells: of })),
  };
  const base = await blobOf(made, run, one, 1);
  const blobs = plan.shards.map((s): Blob => ({
    ...base,
    file: `${s.index}.blob`,
    header: { ...base.header, shard: { index: s.index, count: 256 } },
    cells: new Map(s.cells.map((id) => [id, { ...record, id }])),
  }));
  const merged = mergeBlobs(plan, blobs.slice(1), []);
  expect(merged.chosen.size).toBe(10_000 - shards[0]!.length);
  expect([...merged.absent.keys()]).toEqual(shards[0]);
});
