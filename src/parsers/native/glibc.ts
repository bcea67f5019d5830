/** The C library's last words. Sources: glibc's malloc/malloc.c (`malloc_printerr`), debug/fortify_fail.c, assert/assert.c; macOS' libmalloc. */
import { libcFrameOf } from '../engine/frame.js';
import { begins } from '../engine/reader.js';
import { readLastWords, type LastWords } from '../engine/last-words.js';

const ROWS: readonly LastWords[] = [
  {
    line: /^(?:free\(\): double free detected|double free or corruption|realloc\(\): double free)/,
    rule: 'double-free',
    hazard: 'ownership/double-free',
  },
  {
    line: /^(?:free|munmap_chunk|realloc|mremap_chunk)\(\): invalid pointer/,
    rule: 'invalid-free',
    hazard: 'ownership/invalid-free',
  },
  {
    line: /^free\(\): invalid (?:size|next size)/,
    rule: 'heap-corruption',
    hazard: 'crash/heap-corruption',
  },
  {
    line: /^(?:malloc|calloc|realloc|free)\(\): (?:corrupted|invalid|memory corruption|smallbin|largebin|unsorted|unaligned|too many|mismatching|chunks in|largebin)/,
    rule: 'heap-corruption',
    hazard: 'crash/heap-corruption',
  },
  {
    line: /^(?:corrupted size vs\. prev_size|corrupted double-linked list|malloc_consolidate\(\): |tcache_thread_shutdown\(\): |sysmalloc: |malloc: top chunk is corrupt|break adjusted to free malloc space|chunk_main_arena|invalid fastbin entry)/,
    rule: 'heap-corruption',
    hazard: 'crash/heap-corruption',
  },
  {
    line: /^Fatal glibc error: (?:malloc|.*arena|.*chunk)/,
    rule: 'heap-corruption',
    hazard: 'crash/heap-corruption',
  },
  { line: /^Fatal glibc error: /, rule: 'fatal', hazard: 'crash/abort' },
  {
    line: /^\*\*\* stack smashing detected \*\*\*/,
    rule: 'stack-smashing',
    hazard: 'bounds/stack-overflow',
  },
  // Fortify knows the size of the object but not where it lives.
  { line: /^\*\*\* buffer overflow detected \*\*\*/, rule: 'buffer-overflow', hazard: 'bounds/other' },
  {
    line: /^\*\*\* (?:%n in writable segment detected|invalid %N\$ use detected|invalid \w{1,40} call: .{1,200}|longjmp causes uninitialized stack frame|bit out of range 0 - FD_SETSIZE on fd_set) \*\*\*/,
    rule: 'fortify',
    hazard: 'ub/other',
  },
  { line: /^\*\*\* [^*]{1,200} \*\*\*: (?:\S{1,200} )?terminated$/, rule: 'other', hazard: 'crash/abort' },
  // a C++ `catch (...)`, or a catch of another language, ended the unwinding of pthread_cancel or pthread_exit
  {
    line: /^FATAL: exception not rethrown$/,
    rule: 'exception-not-rethrown',
    hazard: 'unwind/foreign-exception',
  },
  // macOS, libmalloc's `malloc_report`: `prog(pid,0xthread) malloc: *** error for object 0x…: pointer being freed was not allocated`
  {
    line: /^(?:.{1,200}\(\d+,0x[0-9a-f]+\) )?malloc: (?:\*\*\\?\* error for object 0x[0-9a-f]+: pointer being (?:freed|realloc'd) was not allocated|\*\*\\?\* error for object 0x[0-9a-f]+: Non-aligned pointer being freed)/,
    rule: 'invalid-free',
    hazard: 'ownership/invalid-free',
  },
  {
    line: /^(?:.{1,200}\(\d+,0x[0-9a-f]+\) )?malloc: \*\*\\?\* error for object 0x[0-9a-f]+: double free/i,
    rule: 'double-free',
    hazard: 'ownership/double-free',
  },
  {
    line: /^(?:.{1,200}\(\d+,0x[0-9a-f]+\) )?malloc: (?:\*\*\\?\* error for object 0x|Heap corruption detected)/,
    rule: 'heap-corruption',
    hazard: 'crash/heap-corruption',
  },
  // `prog: file.c:12: f: Assertion `p' failed.`
  {
    line: /^[^\s:][^:]{0,200}: [^\s:][^:]{0,400}:\d{1,9}: [^`']{1,400}: Assertion [`'].{1,2000} failed\.$/,
    rule: 'assertion',
    hazard: 'crash/abort',
  },
];

/** `prog: file.c:12: f: Assertion …`: the program's name precedes the place. */
function beforeAssertion(text: string): number {
  const end = text.indexOf(': Assertion `');
  const place = end < 0 ? null : /:\d{1,9}: /.exec(text.slice(0, end));
  if (place === null) return 0;
  const file = text.lastIndexOf(' ', place.index);
  return file <= 0 || text[file - 1] !== ':' ? 0 : text.lastIndexOf(' ', file - 1) + 1;
}

/** Reads glibc's heap checks, fortify and stack protector messages, and failed assertions. */
export const glibc = readLastWords({
  tool: 'glibc',
  literals: [
    'free(): ',
    'double free or',
    'alloc(): ',
    'exception not rethrown',
    'error for object 0x',
    'malloc: Heap',
    '*** Error ',
    'detected ***',
    '\n*** ',
    ' *** ',
    '_chunk(): ',
    'corrupted ',
    'malloc_consolidate',
    'tcache_thread',
    'sysmalloc: ',
    'malloc: top chunk',
    'break adjusted',
    'chunk_main_arena',
    'invalid fastbin',
    'Fatal glibc error',
    'Assertion ',
    'Backtrace: =',
    'Memory map: =',
  ],
  markers: [
    // A test runner's unfinished line may precede the words; a debugger quotes them.
    begins(/\*\*\* (?:Error {1,4}in {1,4}[`']|glibc detected \*\*\* )/),
    // … without its stars, or with what a page made of them
    begins(/(?:\*\*\\\* )?\bError in [`'][^`']{1,200}': (?:double free|corrupted |[a-z_]{4,25}\(\): )/),
    begins(
      /(?<!")\b(?:free|malloc|realloc|calloc|munmap_chunk|mremap_chunk|malloc_consolidate|tcache_thread_shutdown)\(\): (?:double free|invalid|corrupted|memory corruption|unaligned|smallbin|largebin|unsorted|mismatching|too many chunks)/,
    ),
    begins(/(?<!")\bdouble free or corruption \(/),
    begins(/(?<!")\bcorrupted (?:size vs\. prev_size|double-linked list)/),
    begins(/\bmalloc: top chunk is corrupt\b|\bsysmalloc: Assertion /),
    begins(/\bFatal glibc error: \S/),
    begins(/\*\*\* [^*]{1,100} \*\*\*: (?:\S{1,200} )?terminated$/),
    begins(
      /\*\*\* (?:stack smashing detected|buffer overflow detected|%n in writable segment detected|invalid %N\$ use detected|longjmp causes uninitialized stack frame) \*\*\*/,
    ),
    begins(/\bmalloc: \*\*\\?\* error for object 0x/),
    begins(/\bFATAL: exception not rethrown$/),
    { words: /: Assertion `/, opening: beforeAssertion },
  ],
  traces: [/^={3,} (?:Backtrace|Memory map): =+$/],
  rows: ROWS,
  // until 2.25, and until 2.16
  lead: /^(?:\*\*\*? |\*\*\\\* )?(?:Error {1,4}in {1,4}[`'][^']{0,200}' {0,4}|glibc detected \*\*\* \S{1,200}): /,
  stack: {
    title: /^={3,} Backtrace: =+$/,
    frame: (text) => {
      const frame = libcFrameOf(text);
      return frame && { frame };
    },
  },
});
