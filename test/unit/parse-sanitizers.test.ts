/** The sanitizers' readers against logs that gcc 12 and clang 19 builds of small programs printed (test/logs). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Frame, Parsed, Diagnostic } from '../../src/model/diagnostic.js';
import { parseText } from '../../src/parsers/index.js';

const read = (log: string): Parsed =>
  parseText(readFileSync(new URL(`../logs/${log}.log`, import.meta.url), 'utf8'));

const place = (f: Frame | undefined): string | undefined =>
  f?.kind === 'source' ? `${f.function} ${f.file}:${f.line}` : undefined;

/** First frame of a role that lies in the program itself (runtimes stand above it). */
const own = (s: Diagnostic, role: string): string | undefined =>
  place(
    s.stacks
      .find((k) => k.role === role)
      ?.frames.find((f) => f.kind === 'source' && /^[a-z]+\.c$/.test(f.file)),
  );

const rows = (p: Parsed): string[] => p.diagnostics.map((s) => `${s.rule} ${s.hazard}`);

describe.each(['gcc', 'clang'])('%s', (cc) => {
  it('reads a use after free with its three stacks', () => {
    const p = read(`asan/uaf.${cc}`);
    expect(p).toMatchObject({ complete: true, unread: [] });
    expect(rows(p)).toEqual(['asan/heap-use-after-free ownership/use-after-free']);
    const [s] = p.diagnostics;
    expect(s).toMatchObject({ access: { kind: 'read', size: 4 }, thread: 'T0' });
    expect(s!.region).toMatch(/4 bytes inside of 16-byte region/);
    expect(own(s!, 'fault')).toBe('use uaf.c:2');
    expect(own(s!, 'freed')).toBe('main uaf.c:5');
    expect(own(s!, 'allocated')).toBe('main uaf.c:4');
  });

  it('reads every report of a run that goes on after errors', () => {
    const p = read(`asan/over.${cc}`);
    expect(p.complete).toBe(true);
    expect(new Set(rows(p))).toEqual(new Set(['asan/heap-buffer-overflow bounds/heap-overflow']));
    expect(own(p.diagnostics[0]!, 'fault')).toBe('put over.c:2');
  });

  it('reads a double free, a dead stack frame and a null dereference', () => {
    expect(rows(read(`asan/dfree.${cc}`))).toEqual(['asan/double-free ownership/double-free']);
    expect(rows(read(`asan/stack.${cc}`))).toEqual(['asan/stack-use-after-return lifetime/stack-escape']);
    const [s] = read(`asan/null.${cc}`).diagnostics;
    expect(s).toMatchObject({ rule: 'asan/SEGV', hazard: 'null/dereference', access: { kind: 'read' } });
    expect(own(s!, 'fault')).toBe('load null.c:1');
  });

  it('reads one diagnostic per leak record', () => {
    const p = read(`lsan/leak.${cc}`);
    expect(p).toMatchObject({ complete: true, unread: [] });
    expect(p.diagnostics.map((s) => s.leak)).toEqual([
      { kind: 'direct', bytes: 32, objects: 1 },
      { kind: 'indirect', bytes: 24, objects: 1 },
    ]);
    expect(own(p.diagnostics[0]!, 'allocated')).toBe('lose leak.c:4');
  });

  it('reads undefined behaviour with and without stacks', () => {
    for (const log of ['plain', 'stacks']) {
      const p = read(`ubsan/${log}.${cc}`);
      expect(p).toMatchObject({ complete: true, unread: [] });
      expect(rows(p)).toEqual(
        expect.arrayContaining([
          'ubsan/signed-integer-overflow ub/integer-overflow',
          'ubsan/invalid-shift-exponent ub/shift',
          'ubsan/out-of-bounds-index ub/array-index',
          'ubsan/misaligned-pointer-use ub/misaligned',
        ]),
      );
      const top = p.diagnostics[0]!.stacks[0]!.frames[0];
      expect(top).toMatchObject({ kind: 'source', line: 6, file: expect.stringMatching(/ub\.c$/) });
    }
  });

  it('reads both sides of a race, and a lock order', () => {
    const p = read(`tsan/race.${cc}`);
    expect(p).toMatchObject({ complete: true, unread: [] });
    expect(rows(p)).toEqual(['tsan/data-race threading/data-race']);
    const [s] = p.diagnostics;
    expect([own(s!, 'fault'), own(s!, 'other-access')].sort()).toEqual(['main race.c:7', 'other race.c:3']);
    expect(own(s!, 'thread-created')).toBe('main race.c:6');
    const held = read(`tsan/held.${cc}`).diagnostics[0]!;
    expect(held).toMatchObject({ memory: 'heap', access: { kind: 'write', size: 8 } });
    expect(held.region).toMatch(/^Location is heap block of size 8 at 0x/);
    const sides = held.stacks.filter((k) => k.role === 'fault' || k.role === 'other-access');
    expect(sides.map((k) => [own(held, k.role), k.locks?.length, k.access?.kind])).toEqual(
      expect.arrayContaining([
        ['main held.c:15', 1, 'write'],
        ['other held.c:6', 1, 'write'],
      ]),
    );
    expect(sides[0]!.locks).not.toEqual(sides[1]!.locks);
    const locks = read(`tsan/locks.${cc}`);
    expect(rows(locks)).toEqual(['tsan/lock-order-inversion threading/lock-order']);
    expect(locks.diagnostics[0]!.stacks.map((k) => [k.role, k.locks])).toEqual([
      ['lock-acquired', [expect.stringMatching(/^M\d+$/)]],
      ['lock-acquired', [expect.stringMatching(/^M\d+$/)]],
    ]);
  });
});

it('puts the exact place of undefined behaviour on the stack that names the function', () => {
  for (const log of ['null.clang', 'stripped.clang']) {
    const p = read(`ubsan/${log}`);
    expect(p).toMatchObject({ complete: true, unread: [] });
    const [argument, call, inside] = p.diagnostics;
    expect(argument!.stacks[0]!.frames[0]).toMatchObject({
      function: 'main',
      file: 'null.cc',
      line: 6,
      column: 8,
    });
    expect(argument!.stacks[0]!.frames.length).toBeGreaterThan(2);
    // The declaration that forbids it is a place of its own, after the fault.
    expect(argument!.stacks[1]).toMatchObject({
      role: 'related',
      title: 'note: nonnull attribute specified here',
      frames: [{ file: 'null.cc', line: 2 }],
    });
    expect(call).toMatchObject({
      rule: 'ubsan/null-pointer-use',
      hazard: 'null/dereference',
      memory: 'null',
    });
    expect(inside!.stacks[0]!.frames[0]).toMatchObject({
      function: 'Shop::left() const',
      line: 1,
      column: 30,
    });
  }
});

it('reads the label under a picture of memory, and the stack after it', () => {
  const p = parseText(
    [
      'a.h:58:1: runtime error: downcast of address 0x2aa9 which does not point to an object of type Menu',
      '0x2aa9: note: object is of type List',
      ' 00 00 00 00  00 d7 9c 07 00 00 00 00',
      '              ^~~~~~~~~~~~~~~~~~~~~~~',
      '              vptr for List',
      '    #0 0x334 in Menu::update(int) a.h:58:1',
      '    #1 0x335 in main a.cc:9:2',
    ].join('\n'),
  );
  expect(p).toMatchObject({
    complete: true,
    unread: [],
    diagnostics: [{ rule: 'ubsan/dynamic-type-mismatch' }],
  });
  expect(p.diagnostics[0]!.stacks[0]!.frames).toHaveLength(2);
});

it.each([
  ['/s/a.cpp:3:12: runtime error: division by zero', { file: '/s/a.cpp', line: 3, column: 12 }],
  ['C:\\s\\a.cpp:3:12: runtime error: division by zero', { file: 'C:\\s\\a.cpp', line: 3, column: 12 }],
  ['C:\\s\\a.cpp(3,12): runtime error: division by zero', { file: 'C:\\s\\a.cpp', line: 3, column: 12 }],
  ['a.cpp:3: runtime error: division by zero', { file: 'a.cpp', line: 3 }],
  ['(/lib/x.so+0x12): runtime error: division by zero', { module: '/lib/x.so', offset: '0x12' }],
  ['<unknown>: runtime error: division by zero', { kind: 'opaque' }],
  ['test_x.py .a.cpp:3:12: runtime error: division by zero', { file: '.a.cpp', line: 3 }],
])('%s', (text, frame) => {
  const [s] = parseText(text).diagnostics;
  expect(s).toMatchObject({ rule: 'ubsan/integer-divide-by-zero', stacks: [{ frames: [frame] }] });
});

it('reads an uninitialised value and where it was made', () => {
  const p = read('msan/uninit.clang');
  expect(rows(p)).toEqual(['msan/use-of-uninitialized-value init/uninitialised-read']);
  expect(own(p.diagnostics[0]!, 'fault')).toBe('main uninit.c:4');
  expect(own(p.diagnostics[0]!, 'origin')).toBe('main uninit.c:3');
});

it('tells a checker that cannot work from a hazard', () => {
  const p = parseText('==3==ASan runtime does not come first in initial library list; you should…\n');
  expect(rows(p)).toEqual(['asan/runtime-order tool/host-fault']);
  expect(parseText('AddressSanitizer:DEADLYSIGNAL\n').complete).toBe(false);
  expect(parseText('==3==ERROR: FutureSanitizer: new\n').unread).toHaveLength(1);
});

/** What `log_threads` prints since LLVM 22: its stacks have no head, but are no report that was cut. */
const LISTED_THREADS = `==7==Thread T0/7 was created by T-1
    <empty stack>

Thread T1/8 was created by T0/7
Thread T2/9 was created by T0/7
    #0 0x55b389f26931 in pthread_create (/w/app+0x126931)
    #1 0x55b389fce7d7 in start_worker /w/app.c:107:19

`;

describe('what a runtime says of itself', () => {
  it('reads a report behind a list of threads, and misses the head of frames behind other lines', () => {
    const leak = `==7==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 8 byte(s) in 1 object(s) allocated from:
    #0 0x7f0011223344 in malloc (/w/app+0x12)
    #1 0x55b389fce7d7 in keep /w/app.c:9:5

SUMMARY: AddressSanitizer: 8 byte(s) leaked in 1 allocation(s).
`;
    const p = parseText(LISTED_THREADS + leak);
    expect(p).toMatchObject({ complete: true, unread: [] });
    expect(rows(p)).toEqual(['lsan/direct-leak ownership/leak']);
    expect(p.diagnostics[0]!.stacks[0]!.frames).toHaveLength(2);
    const frame = '    #1 0x55b389fce7d7 in keep /w/app.c:9:5\n';
    for (const between of ['', 'ok 1 - a test\n'])
      expect(parseText(`${LISTED_THREADS}${between}${frame}`).unread).toHaveLength(1);
  });

  it.each([
    '==7==WARNING: LeakSanitizer gave up on indirect leaks suppression.',
    '==7==Running thread 1234 was not suspended. False leaks are possible.',
    '==7==WARNING: Symbolizer was blocked from starting itself!',
    '==7==Using llvm-symbolizer found at: /usr/bin/llvm-symbolizer',
    '==7==INFO: AddressSanitizer ignores mlock/mlockall/munlock/munlockall',
    '==7==WARNING: MemorySanitizer: memory layout is incompatible, possibly due to high-entropy ASLR.',
    '==7==FATAL: Disabling ASLR is known to cause this error.',
    '==7==End of process memory map.',
    "==7==WARNING: ASan doesn't fully support makecontext/swapcontext functions",
    '==7==WARNING: AddressSanitizer: unexpected format specifier in printf interceptor: %z',
    '==7==HWAddressSanitizer: soft rss limit exhausted',
    '==9==Thread 7 not found in registry.',
    LISTED_THREADS,
  ])('makes nothing of %s', (line) =>
    expect(parseText(line)).toEqual({ diagnostics: [], unread: [], complete: true, missing: [] }),
  );

  it.each([
    ['FATAL: ThreadSanitizer: unexpected memory mapping 0x7f-0x8f', 'tsan/fatal tool/host-fault'],
    ['==7==FATAL: MemorySanitizer can not mmap the shadow memory.', 'msan/fatal tool/host-fault'],
    [
      '==7==ERROR: AddressSanitizer failed to allocate 0xdf (123) bytes at address 2008fff7000 (errno: 12)',
      'asan/host-resources tool/host-fault',
    ],
    [
      '==7==ERROR: AddressSanitizer failed to allocate 0x10000 (65536) bytes of LargeMmapAllocator (error code: 12)',
      'asan/out-of-memory resource/exhausted',
    ],
    ["==7==ERROR: ThreadSanitizer: can't open suppressions file '/x'", 'tsan/host-resources tool/host-fault'],
    ['==7==Sanitizer CHECK failed: a.cc:12', 'asan/check-failed tool/internal-error'],
    ['ThreadSanitizer: main thread finished with ignores enabled', 'tsan/ignores-enabled tool/host-fault'],
    [
      'AddressSanitizer: while reporting a bug found another one. Ignoring.',
      'asan/ignored-report tool/host-fault',
    ],
  ])('%s', (line, row) => {
    const p = parseText(line);
    expect(rows(p)).toEqual([row]);
    expect(p.complete).toBe(true);
  });
});
