/** One bug is one finding with all its witnesses, however many cells report it and in whatever order they come. */
import { describe, expect, test } from 'vitest';
import type { Evidence, Observation } from '../../src/judge/evidence.js';
import { fingerprintOf } from '../../src/judge/fingerprint.js';
import { judge, type Judged } from '../../src/judge/judge.js';
import { mergeFindings } from '../../src/judge/merge-findings.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import type { FindingReport } from '../../src/model/report.js';
import {
  at,
  cellsOf,
  diagnostic,
  evidence,
  host,
  leak,
  own,
  pick,
  seen,
  shuffles,
  stack,
} from '../helpers/evidence.js';

const cells = cellsOf(`
targets: { lib: { builder: cc, dir: native, sources: [x.c], produces: [libx.so] } }
suites:
  - { id: s, binding: c, dir: c, targets: [lib] }
  - { id: s, binding: py, dir: py, targets: [lib] }
  - { id: h, binding: c, dir: c, role: hazard, targets: [lib] }
  - { id: k, binding: c, dir: c, role: canary, targets: [lib] }
  - { id: t, binding: c, dir: c, role: twin, targets: [lib] }
gates: { asan: , memcheck: }
`);
const C = 's-c_ccgcc-asan';
const judged = (id: string, some: Observation[], more: Partial<Evidence> = {}): Judged =>
  judge(evidence(pick(cells, id), { seen: some, ...more }), [], new Set());
const NO_SOURCE = () => Promise.resolve(undefined);
const merge = (all: readonly Judged[], readSource: Parameters<typeof mergeFindings>[3] = NO_SOURCE) =>
  mergeFindings(all, '/repo/out', '/repo', readSource);
const only = async (...all: Judged[]): Promise<FindingReport> => {
  const { findings } = await merge(all);
  const [first] = findings;
  if (!first || findings.length !== 1) throw new Error(`${findings.length} findings`);
  return first;
};

describe('two reports are one finding', () => {
  test('when hazard and own frames are the same, through whatever gate, and each is a witness', async () => {
    const xml = diagnostic({
      tool: 'memcheck',
      rule: 'memcheck/InvalidRead',
      log: { line: 40, endLine: 50 },
    });
    const f = await only(
      judged(C, [seen(diagnostic(), 'a')]),
      judged('s-c_ccgcc-memcheck', [seen(xml, undefined, '/repo/out/logs/vg.1.xml')]),
    );
    expect(f).toMatchObject({ hazard: 'ownership/use-after-free', origin: 'own', planted: false });
    expect(f.fingerprint).toBe(fingerprintOf(diagnostic(), own));
    expect(f.witnesses).toEqual([
      { cell: C, log: 'logs/asan.1', line: 1, gate: 'asan', binding: 'c', test: 'a', count: 1 },
      {
        cell: 's-c_ccgcc-memcheck',
        log: 'logs/vg.1.xml',
        line: 40,
        gate: 'memcheck',
        binding: 'c',
        count: 1,
      },
    ]);
  });
  test('not when the hazard or the function is another', async () => {
    const all = [
      diagnostic(),
      diagnostic({ hazard: 'ownership/double-free' }),
      diagnostic({ stacks: [stack('fault', at('other'))] }),
    ];
    expect(
      (
        await merge([
          judged(
            C,
            all.map((d) => seen(d)),
          ),
        ])
      ).findings,
    ).toHaveLength(3);
  });
  test('not when one is the user’s and one the runtime’s, though nothing else tells them apart', async () => {
    const block = leak(host('f'));
    const twice = [seen(block), { ...seen(block) }];
    const j = judged(C, twice);
    j.seen[1]!.origin = 'own';
    const { findings, runtimeBucket } = await merge([j]);
    expect([findings, runtimeBucket].map((all) => all.map((f) => f.origin))).toEqual([['own'], ['runtime']]);
    expect(findings[0]?.fingerprint).toBe(runtimeBucket[0]?.fingerprint);
  });
  test('and how often the checker counted is kept with each witness', async () => {
    const f = await only(judged(C, [seen(diagnostic({ count: 12 }), 'a'), seen(diagnostic(), 'b')]));
    expect(f.witnesses.map((w) => w.count)).toEqual([12, 1]);
  });
  test('and repetitions in one log by one test are one witness, which knows each line', async () => {
    const on = (line: number, count?: number) =>
      diagnostic({ log: { line, endLine: line + 3 }, ...(count === undefined ? {} : { count }) });
    const f = await only(
      judged(C, [
        seen(on(10), 'a'),
        seen(on(20, 5), 'a'),
        seen(on(30), 'b'),
        seen(on(40)),
        seen(on(50), 'a', '/repo/out/logs/asan.2'),
        seen(on(60), 'a'),
      ]),
    );
    expect(
      f.witnesses.map(({ log, test: name, line, lines, count }) => [log, name, line, lines, count]),
    ).toEqual([
      ['logs/asan.1', 'a', 10, [20, 60], 7],
      ['logs/asan.1', 'b', 30, undefined, 1],
      ['logs/asan.1', undefined, 40, undefined, 1],
      ['logs/asan.2', 'a', 50, undefined, 1],
    ]);
  });
});

describe('a finding speaks', () => {
  const poor = diagnostic({ rule: 'memcheck/InvalidRead', message: 'poor' });
  const rich = diagnostic({
    message: 'rich',
    stacks: [stack('fault', at('use')), stack('freed', at('drop')), stack('allocated', at('make'))],
  });
  const cut = diagnostic({ ...rich, message: 'cut', complete: false });
  const of = (...all: Diagnostic[]) =>
    only(
      judged(
        C,
        all.map((d) => seen(d)),
      ),
    );

  test('with the words and stacks of the richest report, whichever comes first', async () => {
    for (const order of shuffles([poor, rich, poor])) {
      const f = await of(...order);
      expect([f.message, f.rule, f.stacks.length]).toEqual(['rich', 'asan/heap-use-after-free', 3]);
    }
  });
  test('not with those of a report that was cut, however many stacks it has', async () =>
    expect(await of(poor, cut)).toMatchObject({ message: 'poor', complete: true }));
  test('of one bug alone that was cut as of what is not complete', async () =>
    expect(await of(cut)).toMatchObject({ message: 'cut', complete: false }));
  test('with the command that runs one test, whichever comes first; a seed goes with its command', async () => {
    const whole = seen(diagnostic({ seed: 1 }));
    const single = seen(diagnostic({ seed: 3 }), 'a');
    for (const order of [
      [whole, single],
      [single, whole],
    ])
      expect(await only(judged(C, order))).toMatchObject({ repro: 'repro a', seed: 3 });
    // Of two tests the first one's stays.
    expect(await only(judged(C, [seen(diagnostic(), 'a'), seen(diagnostic(), 'b')]))).toMatchObject({
      repro: 'repro a',
    });
  });
  test('of bytes and objects where it is a leak, and of the crossing where there is one', async () => {
    const f = await only(
      judged(C, [seen(leak(host('malloc'), at('make'), at('glue', '/repo/c/g.c'), host('call')))]),
    );
    expect(f.leak).toEqual({ bytes: 8, objects: 1 });
    expect(f.boundary).toEqual({ stack: 0, frame: 2, function: 'glue' });
    expect(await of(poor)).not.toHaveProperty('boundary');
    expect(await of(poor)).not.toHaveProperty('leak');
  });
});

describe('a finding is planted', () => {
  test('when hazard and canary cells alone saw it', async () =>
    expect(
      await only(
        judged('h-c_ccgcc-asan', [seen(diagnostic())]),
        judged('k-c_ccgcc-memcheck', [seen(diagnostic())]),
      ),
    ).toMatchObject({ planted: true }));
  test('no longer when one other cell saw it too, whichever comes first', async () => {
    for (const id of [C, 't-c_ccgcc-asan'])
      for (const order of shuffles(['h-c_ccgcc-asan', id, 'k-c_ccgcc-asan']))
        expect(await only(...order.map((x) => judged(x, [seen(diagnostic())])))).toMatchObject({
          planted: false,
        });
  });
});

test('a finding of one binding says where it lies when another ran over the same code', async () => {
  const silent = judged('s-py_ccgcc-asan', []);
  expect(await only(judged(C, [seen(diagnostic())]), silent)).toMatchObject({ scope: 'binding' });
  expect(
    await only(judged(C, [seen(diagnostic())]), judged('s-py_ccgcc-asan', [seen(diagnostic())])),
  ).toMatchObject({ scope: 'core' });
  expect(await only(judged(C, [seen(diagnostic())]))).not.toHaveProperty('scope');
});

describe('a frame', () => {
  const LINES = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  const reads = (known: Record<string, readonly string[]>) => (file: string) => Promise.resolve(known[file]);
  const HERE = reads({ '/repo/native/x.c': LINES, '/usr/src/host.c': LINES });
  const stackOf = async (d: Diagnostic, readSource = HERE) =>
    (await merge([judged(C, [seen(d)])], readSource)).findings[0]?.stacks[0];

  test('of the project is marked and named from its root; others stay as printed', async () => {
    const outside = at('far', '/usr/src/host.c');
    const k = await stackOf(diagnostic({ stacks: [stack('fault', host('memcpy'), at('use'), outside)] }));
    expect(k?.frames).toEqual([
      host('memcpy'),
      { kind: 'source', function: 'use', file: 'native/x.c', line: 7, own: true },
      outside,
    ]);
  });
  test('of the project has the lines around it, those of the first one only', async () => {
    const k = await stackOf(
      diagnostic({ stacks: [stack('fault', at('far', '/usr/src/host.c'), at('use'), at('b'))] }),
    );
    expect(k?.source).toEqual({
      file: 'native/x.c',
      line: 7,
      lines: [4, 5, 6, 7, 8, 9, 10].map((no) => ({ no, text: `line ${no}` })),
    });
  });
  test('at an end of its file has what there is', async () => {
    const numbers = async (line: number) =>
      (
        await stackOf(diagnostic({ stacks: [stack('fault', at('use', '/repo/native/x.c', line))] }))
      )?.source?.lines.map((l) => l.no);
    expect(await numbers(1)).toEqual([1, 2, 3, 4]);
    expect(await numbers(20)).toEqual([17, 18, 19, 20]);
  });
  test('whose file is gone, or shorter now, has no lines rather than wrong ones', async () => {
    expect(await stackOf(diagnostic(), NO_SOURCE)).not.toHaveProperty('source');
    const beyond = diagnostic({ stacks: [stack('fault', at('use', '/repo/native/x.c', 21))] });
    expect(await stackOf(beyond)).not.toHaveProperty('source');
  });
  test('of Java is the user’s by its class: frames of a JVM name no directory', async () => {
    const java: Diagnostic = diagnostic({
      tool: 'xcheck-jni',
      rule: 'xcheck-jni/pending-exception',
      hazard: 'unwind/pending-exception',
      stacks: [
        stack(
          'managed',
          { kind: 'symbol', function: 'org.mine.Lib.call' },
          { kind: 'symbol', function: 'java.util.List.add' },
          { kind: 'symbol', function: 'org.junit.Runner.run' },
        ),
      ],
    });
    const marks = (await stackOf(java))?.frames.map((f) => f.own === true);
    expect(marks).toEqual([true, false, false]);
  });
});

test('findings come by hazard and fingerprint, and nothing but the order of witnesses depends on that of evidence', async () => {
  const all = [
    judged(C, [seen(diagnostic(), 'a'), seen(diagnostic({ hazard: 'bounds/heap-overflow' }))]),
    judged('s-c_ccgcc-memcheck', [seen(leak(at('make'))), seen(leak(host('init'))), seen(diagnostic())]),
    judged('s-py_ccgcc-asan', [seen(diagnostic({ hazard: 'bounds/heap-overflow' }), 'b')]),
    judged('h-c_ccgcc-asan', [seen(diagnostic({ stacks: [stack('fault', at('other'))] }), 'c')]),
  ];
  const text = async (some: readonly Judged[]) => {
    const { findings, runtimeBucket } = await merge(some);
    const sorted = [...findings, ...runtimeBucket].map((f) => ({
      ...f,
      witnesses: f.witnesses.map((w) => JSON.stringify(w)).sort(),
    }));
    return JSON.stringify(sorted);
  };
  const { findings } = await merge(all);
  const keys = findings.map((f) => `${f.hazard} ${f.fingerprint}`);
  expect(keys).toEqual([...keys].sort());
  expect(keys).toHaveLength(4);
  const first = await text(all);
  for (const order of shuffles(all)) expect(await text(order)).toBe(first);
});
