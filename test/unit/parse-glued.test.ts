/** Reports that begin behind a test runner's unfinished progress line, or inside another line. */
import { expect, test } from 'vitest';
import { parseText } from '../../src/parsers/index.js';

const AT = '\nCurrent thread 0x00007f00 (most recent call first):\n  File "test_it.py", line 5 in test_it\n';
const hazards = (text: string): string[] => parseText(text).diagnostics.map((s) => s.hazard);

test('an uncaught C++ exception behind a progress line is read beside the abort that follows', () => {
  const text = `test_it.py terminate called after throwing an instance of 'std::runtime_error'\n  what():  no\nFatal Python error: Aborted\n${AT}`;
  expect(hazards(text)).toEqual(['unwind/foreign-exception', 'crash/abort']);
  expect(parseText(text).unread).toEqual([]);
});

test.each(['!', ' '])(
  "a block of another allocator ('%s'), the debug allocator's own crash in its line",
  (word) => {
    const text = `test_it.py Debug memory block at address p=0x55d8bb5c6790: API '${word}'
    18302063728033398269 bytes originally requested
    The 7 pad bytes at p-7 are not all FORBIDDENBYTE (0xfd):
        at p-7: 0x00 *** OUCH
    The 8 pad bytes at tail=0xfdfe53d6b95a658d are Fatal Python error: Segmentation fault
${AT}`;
    expect(hazards(text)).toEqual(['ownership/allocator-mismatch']);
    expect(parseText(text).complete).toBe(true);
  },
);

test("damage around one of Python's own blocks stays an overflow", () => {
  const text = `Debug memory block at address p=0x55d8: API 'm'
    The 8 pad bytes at tail=0x55e0 are not all FORBIDDENBYTE (0xfd):
        at tail+0: 0x01 *** OUCH
Fatal Python error: _PyMem_DebugRawFree: bad trailing pad byte
${AT}`;
  expect(hazards(text)).toEqual(['bounds/heap-overflow']);
});

test.each([
  [
    "HotSpot's last line and glibc's first",
    '# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGSEGV (0xb) at pc=0x1, pid=7, tid=8\n#\n# Problematic frame:\n# C  [libshelf.so+0x16e0ba]malloc(): corrupted top size\n',
    ['crash/signal', 'crash/heap-corruption'],
  ],
  [
    "Rust's last place and Valgrind's first",
    "thread 'main' panicked at src/a.rs:5:3:\nnull pointer dereference occurred\nstack backtrace:\n   0: f\n             at ./src/a.rs:5:3==7== Invalid read of size 4\n==7==    at 0x109167: g (a.c:5)\n",
    ['null/dereference', 'bounds/other'],
  ],
  [
    'words of two libraries',
    'free(): invalid pointerpure virtual method called\n',
    ['ownership/invalid-free'],
  ],
])('two reports glued to one another: %s', (_, text, wanted) => {
  expect(hazards(text)).toEqual(wanted);
});

test("a function that another report's words are glued to is not believed", () => {
  const text =
    "/src/a.c:5:3: runtime error: shift exponent 32 is too large for 32-bit type 'int'\nSUMMARY: UndefinedBehaviorSanitizer: undefined-behavior /src/a.c:5:3 in f";
  expect(parseText(`${text}\n`).complete).toBe(true);
  for (const next of [
    '==================',
    '#',
    'FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal',
    '========= COMPUTE-SANITIZER',
  ])
    expect({ next, complete: parseText(`${text}${next}\n`).complete }).toEqual({ next, complete: false });
});

test('a log that stands in a string is not understood, a string that only mentions a report is', () => {
  const log =
    'StdErr:\\r\\nFatal error. System.AccessViolationException: Attempted to read\\r\\n   at A.F()\\r\\n';
  expect(parseText(`Expected command to pass.${log}`)).toMatchObject({ diagnostics: [], complete: false });
  expect(parseText('printf("no Fatal error. System.X\\n");').complete).toBe(true);
});

test.each([
  'thread caused non-unwinding panic. aborting.',
  '/src/a.rb:3: [BUG] object allocation during garbage collection phase\nok\nok',
  '  effect: it goes wrong',
  '0x7ffddf480fc0: note: pointer points here\n 00 00 00 00',
  'Traceback:\n 1: top(x)\n 2: eval(x)',
  'jl_apply at /src/julia.h:1880 [inlined]\nunknown function (ip: 0x7fae1b1868a2)',
  '33  ruby       0x00000001053d6fb7 vm_exec_core + 9543',
  '~~Dr.M~~ Note: @0:00:00.871 in thread 31',
])('a part of a report without its beginning is not understood: %s', (text) => {
  const { diagnostics, unread, complete } = parseText(`${text}\n`);
  expect(diagnostics).toEqual([]);
  expect(complete && unread.length === 0).toBe(false);
});

test.each([
  'Traceback:\n/usr/lib/python3.11/importlib/__init__.py:126: in import_module\n',
  'warning: tracking\n   |\n   = note: stack backtrace:\n           0: main\n               at src/main.rs:2:3\n',
  'tolerations:\n  effect: NoSchedule\n',
  '[BUG] the label of a ticket\n',
])('what only looks like such a part is: %s', (text) => {
  expect(parseText(text)).toMatchObject({ diagnostics: [], unread: [], complete: true });
});

test('a report that goes on behind the beginning of another is mixed with it', () => {
  const mixed = [
    'error: Undefined Behavior: attempting a read access using <1> at alloc1[0x0], but that tag does not exist in the borrow stack',
    '==7== Memcheck, a memory error detector',
    '  --> src/main.rs:5:3',
    '==7== Invalid read of size 4',
    '   |',
    '==7==    at 0x109167: shelf_top (shelf.c:12)',
    '5  |     bad();',
    '==7==    by 0x109170: main (till.c:5)',
    '   |     ^^^^^ Undefined Behavior occurred here',
    '==7==',
    '   = note: stack backtrace:',
    '           0: till::main',
    '               at src/main.rs:5:3',
  ].join('\n');
  const { diagnostics, complete } = parseText(mixed);
  expect(diagnostics.map((d) => d.tool)).toEqual(['miri', 'memcheck']);
  expect(complete).toBe(false);
});

test('what the C library says in a line of its own inside the report of a runtime is part of that end', () => {
  const told = `=================================================================
\tNative Crash Reporting
=================================================================
Got a SIGABRT while executing native code. This usually indicates
a fatal error in the mono runtime or one of the native libraries
used by your application.
=================================================================
free(): double free detected in tcache 2
=================================================================
\tManaged Stacktrace:
=================================================================
\t  at Till.Shelf:Drop <0x00052>
=================================================================`;
  expect(parseText(told)).toMatchObject({ complete: true, unread: [] });
});
