/**
 * HWAddressSanitizer, GWP-ASan, Scudo and the newer sanitizers. `*.clang.log`, the GWP-ASan logs with frames of `./scudo`
 * and scudo/dfree are captured (clang 19); the others are written after upstream's printing code of the version they name,
 * as their platforms (AArch64, Android) or compilers are not at hand.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Frame, Diagnostic } from '../../src/model/diagnostic.js';
import { parseText } from '../../src/parsers/index.js';

const text = (log: string): string => readFileSync(new URL(`../logs/${log}.log`, import.meta.url), 'utf8');
/** The only diagnostic of a log that is read whole. */
const only = (log: string): Diagnostic => {
  const parsed = parseText(text(log));
  expect(parsed).toMatchObject({ complete: true, unread: [], missing: [] });
  expect(parsed.diagnostics).toHaveLength(1);
  return parsed.diagnostics[0]!;
};
const shape = (s: Diagnostic): string[] => s.stacks.map((k) => `${k.role} ${k.frames.length}`);
const functions = (frames: readonly Frame[]) =>
  frames.map((f) => (f.kind === 'opaque' ? f.text : f.function));

describe('HWASan', () => {
  it('reads a use after free', () => {
    const s = only('hwasan/uaf.clang');
    expect(s).toMatchObject({
      rule: 'hwasan/tag-mismatch',
      hazard: 'ownership/use-after-free',
      message: 'tag-mismatch (use-after-free)',
      access: { kind: 'read', size: 1 },
      thread: 'T0',
      memory: 'heap',
    });
    expect(s.region).toMatch(/is located 5 bytes inside a 10-byte region/);
    expect(s.stacks.map((k) => [k.role, k.thread])).toEqual([
      ['fault', 'T0'],
      ['freed', 'T0'],
      ['allocated', 'T0'],
    ]);
    expect(s.stacks[0]!.frames[1]).toMatchObject({ function: 'main', file: 'tags.c', line: 8 });
  });

  it('reads an overflow, an overwritten tail and a double free', () => {
    expect(only('hwasan/over.clang')).toMatchObject({
      hazard: 'bounds/heap-overflow',
      access: { kind: 'write', size: 1 },
    });
    const tail = only('hwasan/tail.clang');
    expect(tail).toMatchObject({
      rule: 'hwasan/allocation-tail-overwritten',
      hazard: 'bounds/heap-overflow',
      memory: 'heap',
    });
    expect(shape(tail)).toEqual(['fault 3', 'allocated 3']);
    const twice = only('hwasan/dfree.clang');
    expect(twice).toMatchObject({ rule: 'hwasan/invalid-free', hazard: 'ownership/double-free' });
    expect(shape(twice)).toEqual(['fault 3', 'freed 3', 'allocated 3']);
  });

  it('reads stack objects, as LLVM 10 to 17 and as 18 and later print them', () => {
    const old = only('hwasan/stack.llvm14');
    expect(old).toMatchObject({ hazard: 'lifetime/stack-escape', memory: 'stack' });
    expect(old.stacks.find((k) => k.role === 'allocated')!.frames).toEqual([
      { kind: 'source', function: 'borrow(int, char const*)', file: '/build/kept.c', line: 4 },
    ]);
    const late = only('hwasan/stack.llvm18');
    expect(late).toMatchObject({
      hazard: 'bounds/stack-overflow',
      message: 'tag-mismatch (stack-buffer-overflow)',
      thread: 'T1',
    });
    expect(late.stacks.find((k) => k.role === 'allocated')!.frames).toEqual([
      { kind: 'source', function: 'work', file: '/build/over.c', line: 10 },
    ]);
  });

  it('reads a report without symbols and one without causes', () => {
    const bare = only('hwasan/stripped.llvm15');
    expect(bare).toMatchObject({ pid: 4105, hazard: 'lifetime/stack-escape' });
    expect(shape(bare)).toEqual(['fault 1', 'related 2']);
    expect(only('hwasan/uaf.llvm10')).toMatchObject({ hazard: 'ownership/use-after-free' });
  });
});

describe('GWP-ASan', () => {
  it.each([
    ['uaf', 'use-after-free', 'ownership/use-after-free', ['fault 7', 'freed 8', 'allocated 9']],
    ['dfree', 'double-free', 'ownership/double-free', ['fault 9', 'freed 8', 'allocated 9']],
    ['over', 'buffer-overflow', 'bounds/heap-overflow', ['fault 8', 'allocated 9']],
    ['under', 'buffer-underflow', 'bounds/heap-overflow', ['fault 8', 'allocated 9']],
  ])('reads %s', (log, rule, hazard, stacks) => {
    const s = only(`gwp-asan/${log}`);
    expect(s).toMatchObject({ rule: `gwp-asan/${rule}`, hazard, memory: 'heap' });
    expect(shape(s)).toEqual(stacks);
    expect(s.region).toMatch(/10-byte allocation/);
    expect(functions(s.stacks[0]!.frames)).toContain('main');
  });

  it('reads an Android tombstone', () => {
    const s = only('gwp-asan/tombstone');
    expect(s).toMatchObject({
      rule: 'gwp-asan/use-after-free',
      // As the line with the signal prints it.
      address: '0x0000007a1c2e3ff0',
      region: '0 bytes into a 16-byte allocation at 0x7a1c2e3ff0',
    });
    expect(s.stacks.map((k) => [k.role, k.thread, functions(k.frames)])).toEqual([
      ['fault', undefined, ['store_peek', 'store_loop(int)']],
      ['freed', '4109', ['free', 'store_drop']],
      ['allocated', '4106', ['malloc', 'store_make']],
    ]);
  });

  it('reads an access that it cannot explain, and any words for a kind', () => {
    expect(only('gwp-asan/wild')).toMatchObject({ rule: 'gwp-asan/unknown', hazard: 'bounds/other' });
    const words = (line: string) =>
      parseText(`*** GWP-ASan detected a memory error ***\n${line}\n*** End GWP-ASan report ***\n`)
        .diagnostics;
    expect(
      words('Use after free at 0x1 (0 bytes into a 41-byte allocation at 0x1) by thread <unknown> here:'),
    ).toMatchObject([{ rule: 'gwp-asan/use-after-free', thread: '<unknown>', address: '0x1' }]);
    expect(
      words(
        'Invalid (Wild) Free at 0x11 (16 bytes to the right of a 10-byte allocation at 0x1) by thread 5 here:',
      ),
    ).toMatchObject([{ rule: 'gwp-asan/invalid-free', hazard: 'ownership/invalid-free' }]);
  });
});

it('reads Scudo, RealtimeSanitizer and TypeSanitizer', () => {
  expect(only('scudo/dfree')).toMatchObject({
    rule: 'scudo/invalid-chunk-state',
    hazard: 'ownership/double-free',
  });
  expect(parseText('Scudo ERROR: a new one\n').diagnostics).toMatchObject([{ rule: 'scudo/other' }]);
  const rt = only('rtsan/malloc');
  expect(rt).toMatchObject({ rule: 'rtsan/unsafe-library-call', hazard: 'rules/other' });
  expect(rt.stacks[0]!.frames[1]).toMatchObject({ function: 'mix', line: 12 });
  expect(only('tysan/alias')).toMatchObject({
    rule: 'tysan/type-aliasing-violation',
    hazard: 'ub/object-type',
    access: { kind: 'write', size: 4 },
  });
  expect(
    parseText(
      'WARNING: NumericalStabilitySanitizer: inconsistent shadow results while checking store\n    #0 0x1 in f a.c:1\n',
    ).diagnostics,
  ).toMatchObject([{ rule: 'nsan/inconsistent-shadow-results', complete: true }]);
});
