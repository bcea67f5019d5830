/** Suppressions in our terms and in the checkers'; no process is started. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { HAZARDS } from '../../src/model/hazards.js';
import { KINDS } from '../../src/config/suppression-kinds.js';
import { countsIn, syntaxesOf, textsOf, withSuppressions } from '../../src/gates/suppression-files.js';
import { parseSuppressions, wouldHide, type Suppression } from '../../src/config/suppressions.js';

const leak: Suppression = { hazard: 'ownership/leak', function: 'old_*', reason: 'once' };
const race: Suppression = { hazard: 'threading/data-race', module: 'libz.so*', reason: 'benign' };
const shift: Suppression = { tool: 'ubsan', hazard: 'ub/shift', file: 'third_party/*.c', reason: 'theirs' };

describe('in the words of the checkers', () => {
  const texts = textsOf([leak, race, shift]);
  test('LeakSanitizer', () => expect(texts.lsan).toBe('leak:^old_*$\n'));
  test('ThreadSanitizer', () => expect(texts.tsan).toBe('race:/libz.so*$\n'));
  test('UBSan', () =>
    expect(texts.ubsan).toBe('shift-base:third_party/*.c$\nshift-exponent:third_party/*.c$\n'));
  test('Valgrind', () => {
    expect(texts.valgrind).toContain('{\n  ffi-gates 0\n  Memcheck:Leak\n  ...\n  fun:old_*\n}');
    expect(texts.valgrind).toContain('{\n  ffi-gates 1\n  Helgrind:Race\n  ...\n  obj:*/libz.so*\n}');
  });
  test('a tool narrows them', () =>
    expect(Object.keys(textsOf([{ ...leak, tool: 'lsan' }]))).toEqual(['lsan']));
  test('every kind speaks of a hazard of the catalogue', () =>
    expect(KINDS.filter((k) => !HAZARDS.some((h) => h.id === k.hazard))).toEqual([]));
});

describe('given to a launch', () => {
  const files = { lsan: '/o/lsan.supp', valgrind: '/o/valgrind.supp' };
  test('as options of a sanitizer that is there', () => {
    const arm = { prefix: [], env: { LSAN_OPTIONS: 'exitcode=99' }, hostArgs: [] };
    expect(withSuppressions(arm, files).env).toEqual({
      LSAN_OPTIONS: 'exitcode=99:suppressions=/o/lsan.supp:print_suppressions=1',
    });
    expect(syntaxesOf(arm)).toEqual(['lsan']);
  });
  test('as a switch of Valgrind, behind its tool', () =>
    expect(
      withSuppressions({ prefix: ['valgrind', '--tool=memcheck', '--xml=yes'], env: {}, hostArgs: [] }, files)
        .prefix,
    ).toEqual(['valgrind', '--tool=memcheck', '--suppressions=/o/valgrind.supp', '--xml=yes']));
  test('to nobody else', () => {
    const arm = { prefix: ['setarch', '-R'], env: { TSAN_OPTIONS: 'x=1' }, hostArgs: ['-Xcheck:jni'] };
    expect(withSuppressions(arm, files)).toEqual(arm);
  });
});

describe('what was dropped', () => {
  const count = (text: string): [number, number][] => {
    const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-supp-'));
    try {
      writeFileSync(join(dir, 'log'), text);
      return [...countsIn(join(dir, 'log'), [leak, race])];
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
  test('by LeakSanitizer', () =>
    expect(
      count('-----\nSuppressions used:\n  count      bytes template\n      3        100 ^old_*$\n-----\n'),
    ).toEqual([[0, 3]]));
  test('by ThreadSanitizer', () =>
    expect(count('ThreadSanitizer: Matched 2 suppressions (pid=7):\n2 race:/libz.so*$\n')).toEqual([[1, 2]]));
  test('by Valgrind', () =>
    expect(
      count(
        '<suppcounts>\n  <pair>\n    <count>5</count>\n    <name>ffi-gates 0</name>\n  </pair>\n  <pair>\n    <count>9</count>\n    <name>dl-hack3-cond-1</name>\n  </pair>\n</suppcounts>\n',
      ),
    ).toEqual([[0, 5]]));
  test('is not read from what a program prints', () =>
    expect(count('      3        100 ^old_*$\n')).toEqual([]));
});

describe('wouldHide', () => {
  const s = (more: Partial<Diagnostic> = {}): Diagnostic => ({
    tool: 'lsan',
    rule: 'lsan/direct',
    hazard: 'ownership/leak',
    message: '',
    stacks: [
      {
        role: 'allocated',
        frames: [
          { kind: 'source', function: 'malloc', file: '/s/asan_malloc.cpp', line: 1 },
          { kind: 'source', function: 'old_init', file: '/r/x.c', line: 2, module: '/b/libx.so.1' },
        ],
      },
    ],
    complete: true,
    log: { line: 1, endLine: 2 },
    ...more,
  });
  test.each<[string, Suppression, Partial<Diagnostic>, boolean]>([
    ['a frame by its function', leak, {}, true],
    ['another hazard', leak, { hazard: 'ownership/use-after-free' }, false],
    ['AddressSanitizer drops nothing', { ...leak }, { tool: 'asan' }, false],
    ['a module by its base name', { ...leak, function: undefined, module: 'libx.so*' }, {}, true],
    ['a file by the end of its path', { ...leak, function: undefined, file: 'x.c' }, {}, true],
    ['another tool', { ...leak, tool: 'memcheck' }, {}, false],
    [
      'UBSan looks at the fault only',
      { tool: 'ubsan', function: 'old_*', reason: 'x' },
      { tool: 'ubsan', hazard: 'ub/shift' },
      false,
    ],
  ])('%s', (_, e, more, hidden) => expect(wouldHide(e, s(more))).toBe(hidden));
});

describe('the file', () => {
  const of = (lines: string): string =>
    `version: 1\nsuppressions:\n  - ${lines.split('\n').join('\n    ')}\n`;
  test.each([
    ['hazard: ownership/leak\nfunction: f', 'reason'],
    ['hazard: ownership/leak\nreason: r', 'exactly one of function, module, file'],
    ['hazard: ownership/leak\nfunction: f\nfile: g\nreason: r', 'exactly one of'],
    ['function: f\nreason: r', "needs 'hazard', 'tool' or both"],
    ['hazard: ownership/leak\nfunction: f[0]\nreason: r', 'only wildcard'],
    ['hazard: bounds/stack-overflow\nfunction: f\nreason: r', 'accept it in the baseline'],
    ['tool: asan\nfunction: f\nreason: r', 'not one of lsan, tsan, ubsan, memcheck, helgrind'],
    ['hazard: ownership/leak\nfunction: f\nreason: r\nexpires: 2026-02-30x', 'YYYY-MM-DD'],
    ['tol: lsan\nfunction: f\nreason: r', "Did you mean 'tool'?"],
  ])('%#: %s', (text, says) => {
    expect(() => parseSuppressions(of(text), 's.yaml')).toThrow(says);
  });
});
