/** Words of the newer LLVM sanitizers, of the hardened allocators, and of libFuzzer. */
import type { Chapter } from './chapter.js';

const report = (name: string, word: string): string => `==7==${word}: ${name}: $
    #0 0x401136 in f /src/a.c:5:3

SUMMARY: ${name}: kind /src/a.c:5:3 in f
`;

export const NEWER: readonly Chapter[] = [
  {
    title: 'RealtimeSanitizer',
    source: 'compiler-rt/lib/rtsan/rtsan_diagnostics.cpp (LLVM 22)',
    tool: 'rtsan',
    log: report('RealtimeSanitizer', 'ERROR'),
    kinds: [
      ['unsafe-library-call', 'rules/other'],
      ['blocking-call', 'rules/other'],
    ],
    unknown: ['late-for-tea', 'rules/other'],
  },
  {
    title: 'TypeSanitizer',
    source: 'compiler-rt/lib/tysan/tysan.cpp (LLVM 22)',
    tool: 'tysan',
    log: report('TypeSanitizer', 'ERROR'),
    kinds: [
      ['type-aliasing-violation on address 0x7010 (pc 0x401136 bp 0x70 sp 0x71 tid 7)', 'ub/object-type'],
    ],
    unknown: ['identity-crisis on address 0x7010', 'ub/object-type'],
  },
  {
    title: 'NumericalStabilitySanitizer',
    source: 'compiler-rt/lib/nsan/nsan.cpp (LLVM 22)',
    tool: 'nsan',
    log: report('NumericalStabilitySanitizer', 'WARNING'),
    kinds: [['inconsistent shadow results while checking store to address 0x7010', 'ub/other']],
    unknown: ['rounded towards nonsense', 'ub/other'],
  },
  {
    title: 'DataFlowSanitizer',
    source: 'compiler-rt/lib/dfsan/dfsan.cpp (LLVM 22)',
    tool: 'dfsan',
    log: report('DataFlowSanitizer', 'WARNING'),
    kinds: [['call to uninstrumented function g', 'tool/unsupported']],
    unknown: ['a label went astray', 'tool/unsupported'],
  },
  {
    title: 'GWP-ASan',
    source: 'compiler-rt/lib/gwp_asan/optional/segv_handler_posix.cpp',
    tool: 'gwp-asan',
    log: `*** GWP-ASan detected a memory error ***
$ at 0x7feccab26000 (0 bytes into a 41-byte allocation at 0x7feccab26000) by thread 7 here:
  #0 /src/a(+0x549000) [0x55585c549000]
*** End GWP-ASan report ***
`,
    kinds: [
      ['Use After Free', 'ownership/use-after-free'],
      ['Double Free', 'ownership/double-free'],
      ['Invalid (Wild) Free', 'ownership/invalid-free'],
      ['Buffer Overflow', 'bounds/heap-overflow'],
      ['Buffer Underflow', 'bounds/heap-overflow'],
    ],
    unknown: ['Use Before Malloc', 'bounds/other'],
  },
  {
    title: 'Scudo',
    source: 'compiler-rt/lib/scudo/standalone/report.cpp',
    tool: 'scudo',
    log: 'Scudo ERROR: $\n',
    kinds: [
      ['corrupted chunk header at address 0x200000010', 'crash/heap-corruption'],
      ['invalid chunk state when deallocating address 0x200000010', 'ownership/double-free'],
      ['misaligned pointer when deallocating address 0x200000011', 'ownership/invalid-free'],
      ['allocation type mismatch when deallocating address 0x200000010', 'ownership/allocator-mismatch'],
      ['invalid sized delete when deallocating address 0x200000010', 'ownership/allocator-mismatch'],
      ['race on chunk header at address 0x200000010', 'threading/data-race'],
      ['out of memory', 'resource/exhausted'],
      ['maximum size exceeded', 'bounds/length-arithmetic'],
    ],
    unknown: ['the heap feels unwell', 'crash/heap-corruption'],
  },
  {
    title: 'libFuzzer',
    source: 'compiler-rt/lib/fuzzer/FuzzerLoop.cpp',
    tool: 'libfuzzer',
    log: '==7== ERROR: libFuzzer: $\n    #0 0x4d1 in f /src/a.c:5:3\nSUMMARY: libFuzzer: x\n',
    kinds: [
      ['deadly signal', 'crash/signal'],
      ['timeout after 3 seconds', 'crash/other'],
      ['out-of-memory (used: 2049Mb; limit: 2048Mb)', 'resource/exhausted'],
      ['out-of-memory (malloc(4294967296))', 'resource/exhausted'],
      ['fuzz target exited', 'crash/other'],
      ['fuzz target overwrites its const input', 'ub/other'],
    ],
    unknown: ['fuzz target overslept', 'crash/other'],
  },
];
