import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/parsers/index.js';
import { captured, expectPrefixLaw, namesOf, verdicts } from '../helpers/captured.js';

/** What each captured log must say, tool by tool; a log that is not listed must say nothing. */
const EXPECTED: Record<string, Record<string, string[]>> = {
  go: {
    argument: ['cgocheck/argument = rules/cgo-pointer-to-pointer'],
    callback: ['go/panic = unwind/panic'],
    nil: ['go/nil-dereference = null/dereference'],
    null: ['go/SIGSEGV = null/dereference'],
    panic: ['go/panic = crash/abort'],
    race: ['go-race/data-race = threading/go-race'],
    maps: ['go/concurrent-map = threading/go-race'],
    store: ['cgocheck/store = rules/cgo-go-pointer-in-c-memory'],
    wild: ['go/SIGSEGV = crash/signal'],
    'null-crash': ['go/SIGSEGV = null/dereference'],
    double_free: ['glibc/double-free = ownership/double-free', 'go/SIGABRT = crash/abort'],
  },
  rust: {
    callback: ['rust/panic = crash/abort', 'rust/panic-cannot-unwind = unwind/panic'],
    'callback-bare': ['rust/panic = crash/abort', 'rust/panic-cannot-unwind = unwind/panic'],
    ordinary: ['rust/panic = crash/abort'],
    null: ['rust/null-dereference = null/dereference'],
    misaligned: ['rust/misaligned-dereference = ub/rust-alignment'],
    precondition: ['rust/ub-check = ub/rust-dangling'],
    foreign: ['rust/foreign-exception = unwind/foreign-exception'],
    stack: ['rust/stack-overflow = resource/exhausted'],
    memory: ['rust/allocation-failed = resource/exhausted'],
  },
  miri: {
    dangling: ['miri/dangling = ub/rust-dangling'],
    unsupported: ['miri/unsupported-operation = tool/unsupported'],
    json: ['miri/data-race = ub/rust-data-race'],
  },
  python: {
    both: ['python/exception-rule = rules/python-exception-set'],
    neither: ['python/exception-rule = rules/python-exception-set'],
    callback: ['python/callback-exception = unwind/foreign-exception'],
    crash: ['python/segmentation-fault = crash/signal'],
    mixed: ['python/allocator-mismatch = ownership/allocator-mismatch'],
    nogil: ['python/gil-not-held = threading/gil-not-held'],
    overdec: ['python/refcount-underflow = resource/python-refcount-underflow'],
    overrun: ['python/pad-byte = bounds/heap-overflow'],
  },
  glibc: {
    invalid_free: ['glibc/invalid-free = ownership/invalid-free'],
    smash: ['glibc/stack-smashing = bounds/stack-overflow'],
    fortify: ['glibc/buffer-overflow = bounds/other'],
    assert: ['glibc/assertion = crash/abort'],
  },
  cxx: {
    throw: ['cxx/uncaught-exception = unwind/foreign-exception'],
    thread: ['cxx/terminate = crash/abort'],
    pure: ['cxx/pure-virtual = ownership/use-after-free'],
  },
  libfuzzer: { deadly: ['libfuzzer/deadly-signal = crash/signal'] },
  node: { heap: ['node/out-of-memory = resource/exhausted'] },
};

for (const [tool, expected] of Object.entries(EXPECTED)) {
  describe(tool, () => {
    test.each(namesOf(tool))('%s is read whole', (name) => {
      expect(verdicts(tool, name)).toEqual(expected[name] ?? []);
      const parsed = parseText(captured(tool, name));
      expect(parsed.missing).toEqual([]);
      expect(parsed.unread).toEqual([]);
    });
    test.each(namesOf(tool))('%s keeps the prefix law', (name) => expectPrefixLaw(captured(tool, name)));
  });
}

test('a race has two sides and a place on each', () => {
  const [race] = parseText(captured('go', 'race')).diagnostics;
  expect(race?.stacks.slice(0, 2).map((s) => s.role)).toEqual(['fault', 'other-access']);
  expect(race?.stacks[0]?.frames[0]).toMatchObject({ kind: 'source', function: 'tally.bump', line: 12 });
});

test('the panic before the one that cannot unwind is kept with its place', () => {
  const [, s] = parseText(captured('rust', 'callback-bare')).diagnostics;
  expect(s?.stacks.flatMap((k) => k.frames)).toContainEqual(
    expect.objectContaining({ file: 'last.rs', line: 3, column: 5 }),
  );
});

test('Miri names function, place, allocation and deallocation', () => {
  const [s] = parseText(captured('miri', 'dangling')).diagnostics;
  expect(s?.stacks.map((k) => [k.role, k.frames[0]?.kind === 'source' && k.frames[0].line])).toEqual([
    ['fault', 31],
    ['allocated', 12],
    ['freed', 20],
  ]);
  expect(s?.stacks[0]?.frames[0]).toMatchObject({ function: 'Shelf::read' });
});

test('words of a program are no report', () => {
  const text = [
    'panic: a word at the start of a line',
    ...Array.from({ length: 300 }, (_, i) => `row ${i}`),
    '    x_test.go:12: runtime error: integer divide by zero',
  ].join('\n');
  expect(parseText(text)).toMatchObject({ diagnostics: [], unread: [], complete: true });
});

test.each([
  ['cgo argument has Go pointer to Go pointer', 'rules/cgo-pointer-to-pointer'],
  ['cgo result has Go pointer', 'rules/cgo-pointer-to-pointer'],
  ['argument of cgo function has Go pointer to unpinned Go string', 'rules/cgo-pointer-to-pointer'],
  [
    'a.go:9: result of Go function f called from cgo is unpinned Go map or points',
    'rules/cgo-pointer-to-pointer',
  ],
])('cgocheck of any Go says %s', (words, hazard) => {
  const text = `panic: runtime error: ${words}\n\ngoroutine 1 [running]:\nmain.f()\n\t/a.go:3 +0x1\n`;
  expect(parseText(text).diagnostics.map((s) => s.hazard)).toEqual([hazard]);
});

test('a Go panic that is cut before its stack is not clean', () => {
  expect(parseText('panic: books do not balance\n').complete).toBe(false);
});

test('arbitrary lines never throw', () => {
  const heads = [
    'panic: ',
    'WARNING: DATA RACE',
    'goroutine 1 [running]:',
    'Fatal Python error: ',
    '\t',
    '  at ',
    '   0: ',
  ];
  const words = [
    'error: Undefined Behavior: ',
    '  --> ',
    "thread 'a' panicked at ",
    'stack backtrace:',
    '{"level":"error","message":',
  ];
  const line = fc.tuple(fc.constantFrom('', ...heads, ...words), fc.string()).map(([a, b]) => a + b);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      expect(parseText(lines.join('\n')).missing.filter((m) => m.includes('a reader failed'))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
