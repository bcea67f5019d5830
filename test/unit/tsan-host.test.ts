/** Frames of the host in ThreadSanitizer's stacks become stacks of the host, one for each side. */
import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/parsers/index.js';
import type { Stack } from '../../src/model/diagnostic.js';

const LINE = '==================';
const race = (first: string[], second: string[], ...more: string[]): string =>
  [
    LINE,
    'WARNING: ThreadSanitizer: data race (pid=7)',
    '  Write of size 4 at 0x7b0400000010 by thread T1:',
    ...first.map((f, i) => `    #${i} ${f}`),
    '',
    '  Previous read of size 4 at 0x7b0400000010 by main thread:',
    ...second.map((f, i) => `    #${i} ${f}`),
    '',
    ...more,
    'SUMMARY: ThreadSanitizer: data race /r/a.c:3 in touch',
    LINE,
    '',
  ].join('\n');
const TOUCH = 'touch /r/a.c:3 (liba.so+0x10)';
const stacksOf = (text: string): Stack[] => {
  const parsed = parseText(text);
  expect(parsed).toMatchObject({ complete: true, unread: [] });
  expect(parsed.diagnostics).toHaveLength(1);
  return parsed.diagnostics[0]!.stacks;
};
const source = (fn: string, file: string, line: number) => ({ kind: 'source', function: fn, file, line });

describe('a race', () => {
  test('with lines of the host on both sides', () => {
    const stacks = stacksOf(
      race(
        [TOUCH, '[jvm] p.Race.lambda$run$0 p/Race.java:12 (0x1000000000000010)'],
        [TOUCH, '[jvm] p.Race.read p/Race.java:30', '[jvm] p.Race.main p/Race.java:9'],
      ),
    );
    expect(stacks.map((k) => [k.role, k.host, k.thread, k.frames.length])).toEqual([
      ['fault', undefined, 'thread T1', 1],
      ['other-access', undefined, 'main thread', 1],
      ['managed', 'jvm', 'thread T1', 1],
      ['managed', 'jvm', 'main thread', 2],
    ]);
    expect(stacks[2]!.frames).toEqual([source('p.Race.lambda$run$0', 'p/Race.java', 12)]);
    expect(stacks[3]!.title).toContain('Previous read');
    expect(stacks[3]!.frames[0]).toEqual(source('p.Race.read', 'p/Race.java', 30));
  });

  test.each([
    ['python', 'Case.test_race /p/test x.py:12', source('Case.test_race', '/p/test x.py', 12)],
    ['node', '<anonymous> /p/a.js:7', source('<anonymous>', '/p/a.js', 7)],
    [
      'node',
      'Module._compile node:internal/modules/cjs/loader:1256',
      source('Module._compile', 'node:internal/modules/cjs/loader', 1256),
    ],
    ['mono', 'Ns.T:Race (int) /p/T.cs:4', source('Ns.T:Race (int)', '/p/T.cs', 4)],
    ['jvm', 'fixture.Fx.count <null>', { kind: 'symbol', function: 'fixture.Fx.count' }],
  ])('of a thread of %s that runs %s', (host, text, frame) => {
    const managed = stacksOf(race([TOUCH, `[${host}] ${text}`], [TOUCH])).filter((k) => k.host);
    expect(managed).toMatchObject([{ role: 'managed', host, frames: [frame] }]);
  });

  test('of a call back into the host shows the innermost lines, which hold the outer ones', () => {
    const inner = ['[python] on_event /p/t.py:5', '[python] test_it /p/t.py:9'];
    const [first, , managed, ...more] = stacksOf(
      race([TOUCH, ...inner, 'fire /r/a.c:20 (liba.so+0x20)', '[python] test_it /p/t.py:9'], [TOUCH]),
    );
    expect(more).toEqual([]);
    expect(first!.frames.map((f) => f.kind !== 'opaque' && f.function)).toEqual(['touch', 'fire']);
    expect(managed!.frames.map((f) => f.kind === 'source' && f.line)).toEqual([5, 9]);
  });

  test('with a thread that native code started shows the line that called it', () => {
    const created = [
      '  Thread T1 (tid=9, running) created by main thread at:',
      '    #0 pthread_create <null> (libtsan.so.2+0x61)',
      '    #1 start /r/a.c:40 (liba.so+0x40)',
      '    #2 [node] race /p/a.js:3',
      '',
    ];
    const managed = stacksOf(race([TOUCH], [TOUCH], ...created)).filter((k) => k.host);
    expect(managed).toMatchObject([{ host: 'node', frames: [source('race', '/p/a.js', 3)] }]);
    expect(managed[0]!.title).toMatch(/created by main thread/);
  });

  test('without a host stays as it is', () =>
    expect(stacksOf(race([TOUCH], [TOUCH])).map((k) => k.role)).toEqual(['fault', 'other-access']));
});
