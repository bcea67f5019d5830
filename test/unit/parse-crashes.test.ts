/** Reports of crash handlers, debuggers and of checkers outside the LLVM family: captured logs, and the same as people paste them. */
import { expect, describe, test } from 'vitest';
import type { Diagnostic, StackRole } from '../../src/model/diagnostic.js';
import { parseText } from '../../src/parsers/index.js';
import { captured, expectPrefixLaw } from '../helpers/captured.js';

const nameOf = (f: Diagnostic['stacks'][number]['frames'][number]): string =>
  f.kind === 'opaque' ? f.text : (f.function ?? '');
const top = (s: Diagnostic, role: StackRole): string | undefined => {
  const frames = s.stacks.find((k) => k.role === role)?.frames;
  return frames === undefined ? undefined : nameOf(frames[0]!);
};

/** `rule = hazard: function of the fault[, freed …][, allocated …]` of every diagnostic. */
const told = (text: string): string[] =>
  parseText(text).diagnostics.map((s) => {
    const fault = top(s, 'fault') ?? top(s, 'allocated') ?? top(s, 'managed') ?? '-';
    const [freed, allocated, other] = [top(s, 'freed'), top(s, 'allocated'), top(s, 'other-access')];
    return [
      `${s.rule} = ${s.hazard}: ${fault}`,
      ...(freed === undefined ? [] : [`freed ${freed}`]),
      ...(allocated === undefined || s.leak ? [] : [`allocated ${allocated}`]),
      ...(other === undefined ? [] : [`against ${other}`]),
    ].join(', ');
  });

const LOGS: Record<string, string[]> = {
  'android/segv': ['android/SIGSEGV = null/dereference: shelf_top'],
  'android/abort': ['android/SIGABRT = ownership/double-free: abort'],
  'mte/uaf': ['mte/use-after-free = ownership/use-after-free: shelf_top, freed free, allocated malloc'],
  'mte/async': ['mte/tag-mismatch = ownership/other: write'],
  'gwp-asan/tombstone': [
    'gwp-asan/use-after-free = ownership/use-after-free: store_peek, freed free, allocated malloc',
  ],
  'macos/segv': ['macos/SIGSEGV = null/dereference: shelf_top'],
  'macos/abort': ['macos/SIGABRT = ownership/invalid-free: __pthread_kill'],
  'macos/segv-ips': ['macos/SIGSEGV = null/dereference: shelf_top'],
  'r/null': ['r/SIGSEGV = null/dereference: top'],
  'r/wild': ['r/SIGSEGV = crash/signal: top'],
  'r/console': ['r/SIGSEGV = null/dereference: top'],
  'ruby/null': ['ruby/SIGSEGV = null/dereference: shelf_top'],
  'ruby/wild': ['ruby/SIGSEGV = crash/signal: shelf_top'],
  'ruby/bug': ['ruby/bug = crash/abort: Init_shelf'],
  'julia/segv': ['julia/SIGSEGV = crash/signal: shelf_top'],
  'julia/abort': ['julia/SIGABRT = crash/abort: gsignal'],
  'julia/windows': ['julia/EXCEPTION_ACCESS_VIOLATION = crash/signal: shelf_top'],
  'dart/segv': ['dart/SIGSEGV = null/dereference: shelf_top'],
  'dart/assert': ['dart/assertion = crash/abort: dart::Profiler::DumpStackTrace(void*)'],
  'php/fpm': ['php/SIGSEGV = crash/signal: -'],
  'php/leaks': [
    'php/heap-corruption = crash/heap-corruption: -',
    'php/leak = ownership/leak: ??',
    'php/leak = ownership/leak: ??',
  ],
  'erlang/oom': ['erlang/out-of-memory = resource/exhausted: -'],
  'erlang/dump': ['erlang/out-of-memory = resource/exhausted: lists:seq_loop/3'],
  'erlang/atoms': ['erlang/limit = resource/exhausted: -'],
  'erlang/nif': ['erlang/nif = rules/other: -'],
  'gdb/segv': ['gdb/SIGSEGV = crash/signal: shelf_top'],
  'gdb/console': ['gdb/SIGSEGV = crash/signal: shelf_top'],
  'gdb/abort': ['gdb/SIGABRT = crash/abort: __pthread_kill_implementation'],
  'lldb/segv': ['lldb/SIGSEGV = null/dereference: shelf_top'],
  'lldb/abort': ['lldb/SIGABRT = crash/abort: __pthread_kill_implementation'],
  'breakpad/segv': ['breakpad/SIGSEGV = null/dereference: shelf_top'],
  'breakpad/heap-windows': [
    'breakpad/EXCEPTION_HEAP_CORRUPTION = crash/heap-corruption: RtlReportFatalFailure',
  ],
  'chromium/segv': ['chromium/SIGSEGV = null/dereference: shelf_top'],
  'chromium/v8': ['node/fatal-api = rules/other: -'],
  'os/coredump': ['os/SIGABRT = crash/abort: raise'],
  'os/segfault': ['os/SIGSEGV = null/dereference: '],
  'dr-memory/console': [
    'dr-memory/uninitialized-read = init/uninitialised-read: shelf_size',
    'dr-memory/unaddressable-access = bounds/heap-overflow: shelf_put',
    'dr-memory/unaddressable-access = ownership/use-after-free: shelf_top, freed replace_free',
    'dr-memory/invalid-heap-argument = ownership/double-free: replace_free, freed replace_free',
    'dr-memory/leak = ownership/leak: replace_malloc',
  ],
  'dr-memory/results': [
    'dr-memory/unaddressable-access = null/dereference: shelf_top',
    'dr-memory/handle-leak = resource/handle-leak: system call NtCreateFile, allocated system call NtCreateFile',
    'dr-memory/invalid-heap-argument = ownership/allocator-mismatch: shelf_drop, allocated shelf_new',
    'dr-memory/leak = ownership/leak: shelf_new',
  ],
  'compute-sanitizer/memcheck': [
    'compute-sanitizer/invalid-global-access = bounds/heap-overflow: shelf_fill(int *, int)',
    'compute-sanitizer/invalid-global-access = ub/misaligned: shelf_top(long *)',
    'compute-sanitizer/api-error = rules/other: cudaDeviceSynchronize',
    'compute-sanitizer/leak = ownership/leak: cudaMalloc',
  ],
  'compute-sanitizer/racecheck': [
    'compute-sanitizer/race = threading/data-race: shelf_put(int *), against shelf_sum(int *)',
    'compute-sanitizer/race-hazard = threading/data-race: shelf_put(int *), against shelf_put(int *)',
  ],
  'compute-sanitizer/old': [
    'compute-sanitizer/invalid-global-access = bounds/heap-overflow: shelf_fill(double*)',
    'compute-sanitizer/double-free = ownership/double-free: 0x79d8',
  ],
  'kasan/uaf': [
    'kasan/slab-use-after-free = ownership/use-after-free: shelf_top, freed kfree, allocated shelf_new',
  ],
  'kasan/decoded': ['kasan/slab-out-of-bounds = bounds/heap-overflow: shelf_fill, allocated shelf_new'],
  'kasan/null': ['kasan/null-ptr-deref = null/dereference: shelf_top'],
  'kfence/oob': ['kfence/out-of-bounds-read = bounds/heap-overread: shelf_top, allocated shelf_new'],
  'kmsan/uninit': ['kmsan/uninit-value = init/uninitialised-read: shelf_sum'],
  'kcsan/race': ['kcsan/data-race = threading/data-race: shelf_put, against shelf_top'],
  'ubsan/kernel': [
    'ubsan/shift-out-of-bounds = ub/shift: shelf_level',
    'ubsan/array-index-out-of-bounds = ub/array-index: shelf_at',
  ],
  'memcheck/ruby_memcheck': [
    'memcheck/InvalidRead = bounds/other: shelf_top',
    'memcheck/Leak_DefinitelyLost = ownership/leak: malloc',
  ],
};
const NAMES = Object.keys(LOGS);
const read = (name: string): string => captured(...(name.split('/') as [string, string]));

describe('captured', () => {
  test.each(NAMES)('%s is read whole', (name) => {
    expect(told(read(name))).toEqual(LOGS[name]);
    expect(parseText(read(name))).toMatchObject({ complete: true, missing: [], unread: [] });
  });
  test.each(NAMES)('%s keeps the prefix law', (name) => expectPrefixLaw(read(name)));
});

const each =
  (change: (line: string) => string) =>
  (text: string): string =>
    text.split('\n').map(change).join('\n');
/** What people and their trackers do to a log. */
const PASTED: Record<string, (text: string) => string> = {
  quoted: each((l) => `> ${l}`),
  'quoted twice': each((l) => `> > ${l}`),
  'without indentation': each((l) => l.trimStart()),
  indented: each((l) => `    ${l}`),
  'with blanks for tabs': (text) => text.replaceAll('\t', '    '),
  'with single blanks': each((l) => l.replace(/(\S) {2,}/g, '$1 ')),
  'with CRLF': (text) => text.replaceAll('\n', '\r\n'),
  'with empty lines between': (text) => text.replaceAll('\n', '\n\n'),
  'without empty lines': (text) => text.replace(/\n\n+/g, '\n'),
  coloured: each((l) => `\u001b[31m${l}\u001b[0m`),
  'as a page’s source': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  'behind times': each((l) => `2024-01-01T00:00:00.0000000Z ${l}`),
  'behind a container’s name': each((l) => `web-1  | ${l}`),
  'behind a progress line': (text) => `test_x.py .${text}`,
};
const hazards = (text: string): string[] =>
  parseText(text)
    .diagnostics.map(
      (s) => `${s.hazard} ${s.stacks[0]?.frames[0] === undefined ? '' : nameOf(s.stacks[0].frames[0])}`,
    )
    .sort();

/** Its lines have prefixes of their own, which stand at the beginning of a line. */
const isPrefixed = (name: string, how: string): boolean =>
  name === 'android/segv' && /^(?:quoted|indented)/.test(how);

describe.each(Object.entries(PASTED))('pasted %s', (how, change) => {
  test.each(NAMES.filter((name) => !isPrefixed(name, how)))('%s has the same findings', (name) => {
    expect(hazards(change(read(name)))).toEqual(hazards(read(name)));
  });
});

describe('cut', () => {
  const isSilent = (text: string): boolean => {
    const { diagnostics, complete, unread } = parseText(text);
    return diagnostics.length === 0 && complete && unread.length === 0;
  };
  // What a debugger shows of a stack, or a list of facts, is no report without its headline.
  const ONLY_HEADLINE =
    /^(?:gdb|lldb|chromium|kfence|erlang|php|os|julia\/windows|r\/console|kasan\/null|ruby\/bug|dr-memory\/results|compute-sanitizer\/racecheck)/;
  test.each(NAMES.filter((n) => !ONLY_HEADLINE.test(n)))(
    '%s without its first line is not silent',
    (name) => {
      const [first = 0] = parseText(read(name)).diagnostics.map((s) => s.log.line);
      expect(isSilent(read(name).split('\n').slice(first).join('\n'))).toBe(false);
    },
  );
  test.each(NAMES)('%s after its first line is never called complete and clean', (name) => {
    const lines = read(name).split('\n');
    const [first = 1] = parseText(read(name)).diagnostics.map((s) => s.log.line);
    // From the line of the fault on; the first lines of some reports are those of any list of facts.
    const begun = lines.findIndex(
      (l, i) => i >= first - 1 && !isSilent(`${lines.slice(0, i + 1).join('\n')}\n`) && l !== '',
    );
    for (let end = begun + 1; end < lines.length; end++)
      expect(isSilent(lines.slice(0, end).join('\n')), `at line ${end}`).toBe(false);
  });
});

test.each([
  [
    'a dump that was asked for',
    'signal 35 (<debuggerd signal>), code -1 (SI_QUEUE), fault addr --------\nbacktrace:\n      #00 pc 0000000000001bf4  /system/lib64/libc.so (read+8)\n',
  ],
  [
    'a sample',
    'Process:         till [27]\nPath:            /opt/till\n\nCall graph:\n    812 Thread_1   DispatchQueue_1: com.apple.main-thread\n',
  ],
  ['an issue’s title', '[BUG] the shelf is too short\nIt should be longer.\n'],
  [
    'a worker that was told to go',
    'WARNING: [pool www] child 27 exited on signal 15 (SIGTERM) after 1.0 seconds from start\n',
  ],
  [
    'a breakpoint',
    "* thread #1, name = 'till', stop reason = breakpoint 1.1\n    frame #0: 0x1 till`main at till.c:5:3\n",
  ],
  [
    'an interruption',
    'Program received signal SIGINT, Interrupt.\n0x00007ffff7d8 in read () from /lib/libc.so.6\n',
  ],
  ['a request to end', '[27] signal 15: Terminated\nin expression starting at none:0\n'],
  ['a session of pytest', '========= 3 failed, 2 passed in 0.12s =========\n'],
  ['a decoration', '===== CRASH =====\nTest Case 3: cars\n'],
])('%s is no crash', (_, text) => {
  expect(parseText(text).diagnostics).toEqual([]);
});

test('a tombstone whose words another reader takes is one finding', () => {
  const words = 'JNI DETECTED ERROR IN APPLICATION: use of deleted global reference 0x2a';
  const text = `art/runtime/java_vm_ext.cc:410] ${words}
art/runtime/java_vm_ext.cc:410]     from void com.x.Till.run()
${captured('android', 'abort').replace(/Abort message: '.*'/, `Abort message: '${words}'`)}`;
  const lines = text.split('\n');
  const counts = lines.map((_, i) => parseText(lines.slice(0, i + 1).join('\n')).diagnostics.length);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(parseText(text).diagnostics.map((s) => s.tool)).toEqual(['art']);
});

test("libc's line, the tombstone and its other threads are one crash; two processes are two", () => {
  const libc = (pid: number): string =>
    `Fatal signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0 in tid ${pid} (till), pid ${pid} (till)`;
  expect(parseText(`${libc(27)}\n${libc(28)}\n`).diagnostics.map((s) => s.pid)).toEqual([27, 28]);
  expect(parseText(`${libc(27)}\n${libc(27)}\n`).diagnostics).toHaveLength(1);
});

test('a document of a crash report that somebody formatted anew', () => {
  const [header = '', ...body] = captured('macos', 'segv-ips').trimEnd().split('\n');
  const document: unknown = JSON.parse(body.join('\n'));
  for (const text of [JSON.stringify(document), JSON.stringify(document, null, 2)])
    expect(told(`${header}\n${text}\n`)).toEqual(LOGS['macos/segv-ips']);
});

test('frames that gdb wraps, and the threads that it lists', () => {
  const text = `Thread 2 "worker" received signal SIGSEGV, Segmentation fault.
[Switching to Thread 0x7ffff7d8a6c0 (LWP 4243)]
0x00005555555551a9 in shelf_top (s=0x0) at shelf.c:12
12\t  return s->top;
(gdb) thread apply all bt

Thread 2 (Thread 0x7ffff7d8a6c0 (LWP 4243) "worker"):
#0  0x00005555555551a9 in shelf_top (s=0x0)
    at /src/shelf/shelf.c:12
#1  0x00005555555551c9 in shelf_work (arg=0x0, size=64,
    name=0x5555 "a long name")
    at /src/shelf/work.c:40

Thread 1 (Thread 0x7ffff7d8b740 (LWP 4242) "till"):
#0  0x00007ffff7e5 in __futex_wait () from /lib/libc.so.6
`;
  const [s] = parseText(text).diagnostics;
  expect(s?.stacks[0]?.frames).toEqual([
    { kind: 'source', function: 'shelf_top', file: '/src/shelf/shelf.c', line: 12 },
    { kind: 'source', function: 'shelf_work', file: '/src/shelf/work.c', line: 40 },
  ]);
});
