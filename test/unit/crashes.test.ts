/** One death, however many tell of it, is one diagnostic; and every death is one. */
import { describe, expect, test } from 'vitest';
import { mergeCrashes, unreportedCrashes, type CrashObservation } from '../../src/judge/crashes.js';
import type { Diagnostic, Tool } from '../../src/model/diagnostic.js';
import type { HazardId } from '../../src/model/hazard.js';
import { parseText } from '../../src/parsers/index.js';

const account = (
  rule: string,
  hazard: HazardId,
  line: number,
  more: Partial<CrashObservation> = {},
  frames = 0,
): CrashObservation => {
  const stacks: Diagnostic['stacks'] = frames
    ? [{ role: 'managed', frames: [{ kind: 'symbol', function: 'call' }] }]
    : [];
  const tool = rule.split('/')[0] as Tool;
  const log = { line, endLine: line };
  return {
    diagnostic: { tool, rule, hazard, message: rule, stacks, complete: true, log },
    log: '/out/output.log',
    repro: 'true',
    ...more,
  };
};
const rules = (all: readonly CrashObservation[]): string[] =>
  all.map((a) => `${a.diagnostic.rule} ${a.diagnostic.hazard}`);

describe('accounts of one death', () => {
  test('the C library says why, the host shows where: one diagnostic with both', () => {
    const [one, ...rest] = mergeCrashes([
      account('glibc/double-free', 'ownership/double-free', 5),
      account('python/aborted', 'crash/abort', 7, {}, 1),
    ]);
    expect(rest).toEqual([]);
    expect(one?.diagnostic).toMatchObject({ hazard: 'ownership/double-free', stacks: [{ role: 'managed' }] });
  });

  test('of console and crash file the one that knows more speaks, whichever is read first', () => {
    const console = account('hotspot/SIGSEGV', 'crash/signal', 3, { pid: 7, log: '/out/jvm.7.log' });
    const file = account('hotspot/SIGSEGV', 'null/dereference', 1, { pid: 7, log: '/out/hs_err_7.log' }, 1);
    expect(rules(mergeCrashes([console, file]))).toEqual(['hotspot/SIGSEGV null/dereference']);
    expect(mergeCrashes([file, console])[0]?.log).toBe('/out/hs_err_7.log');
  });

  test('mono’s file beside its console text is one death; that of another process another', () => {
    const json = account('mono/crash', 'crash/other', 1, { log: '/out/mono_crash.json', test: 'a' });
    const text = account('mono/SIGSEGV', 'crash/signal', 9, { test: 'a' }, 1);
    const other = account('mono/SIGSEGV', 'crash/signal', 60, { test: 'b' }, 1);
    expect(rules(mergeCrashes([json, text, other]))).toHaveLength(2);
  });

  test('two processes, two ways of ending, two words far apart, or two dumps are not one', () => {
    const glibc = account('glibc/double-free', 'ownership/double-free', 5);
    const two: [CrashObservation, CrashObservation][] = [
      [{ ...glibc, pid: 1 }, account('go/SIGABRT', 'crash/abort', 6, { pid: 2 }, 1)],
      [glibc, account('python/segmentation-fault', 'crash/signal', 6, {}, 1)],
      [glibc, account('python/aborted', 'crash/abort', 500, {}, 1)],
      [glibc, account('glibc/invalid-free', 'ownership/invalid-free', 6)],
      [{ ...glibc, test: 'a' }, account('go/SIGABRT', 'crash/abort', 6, { test: 'b' }, 1)],
    ];
    for (const pair of two) expect(mergeCrashes(pair)).toEqual(pair);
  });

  test('what a checker reports stays as it is', () => {
    const all = [
      account('asan/heap-use-after-free', 'ownership/use-after-free', 1, { test: 'a' }),
      account('glibc/invalid-free', 'ownership/invalid-free', 2, { test: 'a' }),
    ];
    expect(mergeCrashes(all)).toEqual(all);
  });

  test('as the tools print them', () => {
    const text =
      'free(): double free detected in tcache 2\nFatal Python error: Aborted\n\nCurrent thread 0x1 (most recent call first):\n  File "/t/test_x.py", line 7 in test_x\n';
    const { diagnostics } = parseText(text);
    const all = diagnostics.map((diagnostic) => ({ diagnostic, log: '/out/output.log', repro: 'true' }));
    expect(all.length).toBeGreaterThan(1);
    expect(mergeCrashes(all).map((a) => a.diagnostic.hazard)).toEqual(['ownership/double-free']);
  });
});

describe('deaths of which nobody tells', () => {
  test('are one diagnostic for each process', () => {
    const unfinished = [
      { test: 'a', pid: 1 },
      { test: 'b', pid: 2 },
      { test: 'c', pid: 2 },
    ];
    const found = unreportedCrashes('SIGSEGV', unfinished, []);
    expect(found.map((d) => [d.test, d.diagnostic.rule])).toEqual([
      ['a', 'os/SIGSEGV'],
      ['c', 'os/SIGSEGV'],
    ]);
  });

  test('are not those that a report explains, by test or perhaps', () => {
    const unfinished = [{ test: 'a', pid: 1 }];
    expect(
      unreportedCrashes('SIGABRT', unfinished, [account('glibc/x', 'crash/abort', 1, { test: 'a' })]),
    ).toEqual([]);
    expect(unreportedCrashes('SIGABRT', unfinished, [account('glibc/x', 'crash/abort', 1)])).toEqual([]);
    const elsewhere = account('ubsan/shift', 'ub/other', 1, { test: 'z' });
    expect(unreportedCrashes('SIGSEGV', unfinished, [elsewhere])).toHaveLength(1);
  });

  test('are not those that somebody else caused', () =>
    expect(unreportedCrashes('SIGKILL', [{ test: 'a', pid: 1 }], [])).toEqual([]));

  test('after the last test have no test', () => {
    expect(unreportedCrashes('SIGSEGV', [], [])).toMatchObject([{ diagnostic: { hazard: 'crash/signal' } }]);
    expect(unreportedCrashes('SIGSEGV', [], [account('asan/x', 'ub/other', 1, { test: 'z' })])).toEqual([]);
  });
});
