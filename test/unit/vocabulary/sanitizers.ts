/** Words of AddressSanitizer, HWAddressSanitizer, LeakSanitizer and MemorySanitizer (compiler-rt 19, additions of 22). */
import type { Chapter, Kind } from './chapter.js';

const access = (
  name: string,
): string => `==7==ERROR: ${name}: $ on address 0x602000000014 at pc 0x000000401136 bp 0x7ffd0 sp 0x7ffc8
WRITE of size 4 at 0x602000000014 thread T0
    #0 0x401136 in f /src/a.c:5:3

SUMMARY: ${name}: $ /src/a.c:5:3 in f
`;
const headline = (name: string): string => `==7==ERROR: ${name}: $
    #0 0x401136 in f /src/a.c:5:3

SUMMARY: ${name}: kind /src/a.c:5:3 in f
`;
const signal = (name: string): string => `${name}:DEADLYSIGNAL
==7==ERROR: ${name}: $ on unknown address 0x7f0000001000 (pc 0x000000401136 bp 0x7ffd0 sp 0x7ffc8 T0)
==7==The signal is caused by a READ memory access.
    #0 0x401136 in f /src/a.c:5:3

SUMMARY: ${name}: $ /src/a.c:5:3 in f
`;

/** What every runtime's allocator refuses. */
const ALLOCATOR: readonly Kind[] = [
  [
    'calloc parameters overflow: count * size (-1 * 1000) cannot be represented in type size_t (thread T0)',
    'bounds/length-arithmetic',
  ],
  [
    'reallocarray parameters overflow: count * size (-1 * 1000) cannot be represented in type size_t',
    'bounds/length-arithmetic',
  ],
  [
    'pvalloc parameters overflow: size 0xff rounded up to system page size 0x1000 cannot be represented in type size_t',
    'bounds/length-arithmetic',
  ],
  ['invalid allocation alignment: 17, alignment must be a power of two', 'ub/other'],
  [
    'invalid alignment requested in aligned_alloc: 17, alignment must be a power of two and the requested size 0x64 must be a multiple of alignment',
    'ub/other',
  ],
  [
    'invalid alignment requested in posix_memalign: 17, alignment must be a power of two and a multiple of sizeof(void*)',
    'ub/other',
  ],
  [
    'requested allocation size 0xffff (0x10800 after adjustments for alignment, red zones etc.) exceeds maximum supported size of 0x10000 (thread T0)',
    'bounds/length-arithmetic',
  ],
  ['specified RSS limit exceeded, currently set to soft_rss_limit_mb=10', 'resource/exhausted'],
  ['allocator is out of memory trying to allocate 0x100 bytes', 'resource/exhausted'],
];
const SIGNALS: readonly Kind[] = [
  ['SEGV', 'crash/signal'],
  ['BUS', 'crash/signal'],
  ['FPE', 'crash/signal'],
  ['ILL', 'crash/signal'],
  ['ABRT', 'crash/abort'],
  ['TRAP', 'crash/signal'],
  ['UNKNOWN SIGNAL', 'crash/signal'],
  ['stack-overflow', 'resource/exhausted'],
  ['access-violation', 'crash/signal'],
  ['array-bounds-exceeded', 'bounds/other'],
  ['datatype-misalignment', 'ub/misaligned'],
  ['in-page-error', 'crash/signal'],
  ['illegal-instruction', 'crash/signal'],
  ['priv-instruction', 'crash/signal'],
  ['breakpoint', 'crash/abort'],
  ['flt-denormal-operand', 'crash/signal'],
  ['flt-divide-by-zero', 'crash/signal'],
  ['flt-inexact-result', 'crash/signal'],
  ['flt-invalid-operation', 'crash/signal'],
  ['flt-overflow', 'crash/signal'],
  ['flt-stack-check', 'crash/signal'],
  ['flt-underflow', 'crash/signal'],
  ['int-divide-by-zero', 'ub/division-by-zero'],
  ['int-overflow', 'ub/integer-overflow'],
  ['unknown exception', 'crash/signal'],
];

export const SANITIZERS: readonly Chapter[] = [
  {
    title: 'ASan: bad accesses',
    source: 'compiler-rt/lib/asan/asan_errors.cpp',
    tool: 'asan',
    log: access('AddressSanitizer'),
    kinds: [
      ['unknown-crash', 'bounds/other'],
      ['heap-buffer-overflow', 'bounds/heap-overflow'],
      ['heap-use-after-free', 'ownership/use-after-free'],
      ['stack-buffer-underflow', 'bounds/stack-overflow'],
      ['initialization-order-fiasco', 'init/uninitialised-read'],
      ['stack-buffer-overflow', 'bounds/stack-overflow'],
      ['stack-use-after-return', 'lifetime/stack-escape'],
      ['use-after-poison', 'bounds/other'],
      ['container-overflow', 'bounds/other'],
      ['stack-use-after-scope', 'lifetime/stack-escape'],
      ['global-buffer-overflow', 'bounds/global-overflow'],
      ['intra-object-overflow', 'bounds/other'],
      ['dynamic-stack-buffer-overflow', 'bounds/stack-overflow'],
    ],
    unknown: ['time-travel-read', 'ownership/other'],
  },
  {
    title: 'ASan: other classes',
    source: 'compiler-rt/lib/asan/asan_errors.h',
    tool: 'asan',
    log: headline('AddressSanitizer'),
    kinds: [
      ['attempting double-free on 0x602000000010 in thread T0:', 'ownership/double-free'],
      [
        'attempting free on address which was not malloc()-ed: 0x602000000014 in thread T0',
        'ownership/invalid-free',
      ],
      ['new-delete-type-mismatch on 0x602000000010 in thread T0:', 'ownership/allocator-mismatch'],
      [
        'alloc-dealloc-mismatch (operator new [] vs operator delete) on 0x602000000010',
        'ownership/allocator-mismatch',
      ],
      [
        'attempting to call malloc_usable_size() for pointer which is not owned: 0x602000000010',
        'ownership/other',
      ],
      [
        'attempting to call __sanitizer_get_allocated_size() for pointer which is not owned: 0x602000000010',
        'ownership/other',
      ],
      ['memcpy-param-overlap: memory ranges [0x10,0x20) and [0x18, 0x28) overlap', 'bounds/other'],
      ['strcpy-param-overlap: memory ranges [0x10,0x20) and [0x18, 0x28) overlap', 'bounds/other'],
      ['strncpy-param-overlap: memory ranges [0x10,0x20) and [0x18, 0x28) overlap', 'bounds/other'],
      ['strcat-param-overlap: memory ranges [0x10,0x20) and [0x18, 0x28) overlap', 'bounds/other'],
      ['strncat-param-overlap: memory ranges [0x10,0x20) and [0x18, 0x28) overlap', 'bounds/other'],
      ['wmemmove-param-overlap: memory ranges [0x10,0x20) and [0x18, 0x28) overlap', 'bounds/other'],
      ['negative-size-param: (size=-1)', 'bounds/length-arithmetic'],
      ['bad parameters to __sanitizer_annotate_contiguous_container:', 'bounds/other'],
      ['bad parameters to __sanitizer_annotate_double_ended_contiguous_container:', 'bounds/other'],
      ['bad parameters to __sanitizer_copy_contiguous_container_annotations:', 'bounds/other'],
      ['odr-violation (0x0000004c):', 'abi/other'],
      ['invalid-pointer-pair: 0x602000000010 0x602000000030', 'ub/other'],
      ...ALLOCATOR,
    ],
    unknown: ['objection to the allocation at 0x602000000010', 'ownership/other'],
  },
  {
    title: 'ASan: deadly signals',
    source: 'compiler-rt/lib/sanitizer_common/sanitizer_posix.cpp, sanitizer_win.cpp',
    tool: 'asan',
    log: signal('AddressSanitizer'),
    kinds: SIGNALS,
    unknown: ['flt-novelty', 'crash/signal'],
  },
  {
    title: 'ASan: a fault in its own functions',
    source: 'compiler-rt/lib/asan/asan_allocator.cpp: Allocator::Deallocate, Reallocate',
    tool: 'asan',
    log:
      '==7==ERROR: AddressSanitizer: SEGV on unknown address 0x7fc216d641f0 (pc 0x7fc2166288b5 bp 0x1 sp 0x2 T0)\n' +
      '==7==The signal is caused by a WRITE memory access.\n$\n    #9 0x7fc216d5fe9b in label_free /p/label.c:18\n',
    kinds: [
      [
        '    #0 0x1 in bool __sanitizer::atomic_compare_exchange_strong<__sanitizer::atomic_uint8_t>(__sanitizer::atomic_uint8_t volatile*) ../sanitizer_atomic_clang.h:80\n' +
          '    #1 0x1 in __asan::Allocator::Deallocate(void*, unsigned long, __asan::AllocType) ../asan_allocator.cpp:696\n' +
          '    #2 0x2 in __interceptor_free ../asan_malloc_linux.cpp:53',
        'ownership/invalid-free',
      ],
      [
        '    #0 0x1 in __asan::asan_delete(void*, unsigned long) ../asan_allocator.cpp:9\n    #1 0x2 in operator delete(void*) ../asan_new_delete.cpp:160',
        'ownership/invalid-free',
      ],
      [
        '    #0 0x1 in __asan::Allocator::Reallocate(void*, unsigned long) ../asan_allocator.cpp:9\n    #1 0x2 in realloc ../asan_malloc_linux.cpp:85',
        'ownership/invalid-free',
      ],
      // A copy from or to a bad address, and a fault of the project's above a function of that name.
      ['    #0 0x1 in __interceptor_memcpy ../sanitizer_common_interceptors.inc:827', 'crash/signal'],
      [
        '    #0 0x1 in visit /p/label.c:3\n    #1 0x1 in pool::Allocator::Deallocate(void*) /p/pool.cpp:9',
        'crash/signal',
      ],
    ],
    unknown: ['    #0 0x1 in __asan::novelty(void*) ../asan_novelty.cpp:9', 'crash/signal'],
  },
  {
    title: 'ASan about itself',
    source: 'compiler-rt/lib/asan/asan_linux.cpp, asan_rtl.cpp; sanitizer_common/sanitizer_termination.cpp',
    tool: 'asan',
    log: '$\n',
    kinds: [
      [
        '==7==AddressSanitizer: CHECK failed: asan_thread.cpp:12 "((ptr[0])) != (0)" (0x0, 0x0) (tid=7)',
        'tool/internal-error',
      ],
      ['AddressSanitizer: nested bug in the same thread, aborting.', 'tool/host-fault'],
      [
        '==7==ERROR: AddressSanitizer failed to allocate 0x1000 (4096) bytes of LargeMmapAllocator (error code: 12)',
        'resource/exhausted',
      ],
      ['==7==AddressSanitizer: hard rss limit exhausted (10Mb vs 11Mb)', 'tool/host-fault'],
      [
        '==7==ASan runtime does not come first in initial library list; you should either link runtime to your application or manually preload it with LD_PRELOAD.',
        'tool/host-fault',
      ],
      [
        '==7==You are trying to dlopen a libx.so shared library with RTLD_DEEPBIND flag which is incompatible with sanitizer runtime',
        'tool/host-fault',
      ],
      [
        '==7==Shadow memory range interleaves with an existing memory mapping. ASan cannot proceed correctly. ABORTING.',
        'tool/host-fault',
      ],
      ['==7==ERROR: AddressSanitizer: memory layout is incompatible', 'tool/host-fault'],
    ],
  },
  {
    title: 'HWASan',
    source: 'compiler-rt/lib/hwasan/hwasan_report.cpp',
    tool: 'hwasan',
    log: `==7==ERROR: HWAddressSanitizer: tag-mismatch on address 0x0042effc0010 at pc 0x4d1
WRITE of size 4 at 0x0042effc0010 tags: 1c/5b (ptr/mem) in thread T0
    #0 0x4d1 in f /src/a.c:5:3
Cause: $
SUMMARY: HWAddressSanitizer: tag-mismatch /src/a.c:5:3 in f
`,
    kinds: [
      ['heap-buffer-overflow', 'bounds/heap-overflow'],
      ['global-overflow', 'bounds/global-overflow'],
      ['stack tag-mismatch', 'lifetime/stack-escape'],
      ['use-after-free', 'ownership/use-after-free'],
      [
        'invalid-free',
        'ownership/invalid-free',
        '==7==ERROR: HWAddressSanitizer: $ on address 0x0042effc0010 at pc 0x4d1 on thread T0\n    #0 0x4d1 in free\nSUMMARY: HWAddressSanitizer: $ in free\n',
      ],
      [
        'allocation-tail-overwritten',
        'bounds/heap-overflow',
        '==7==ERROR: HWAddressSanitizer: $; heap object [0x10,0x2d) of size 29\n    #0 0x4d1 in free\nSUMMARY: HWAddressSanitizer: $ in free\n',
      ],
    ],
    unknown: ['cosmic ray', 'ownership/other'],
  },
  {
    title: 'allocator errors of the other runtimes: HWASan',
    source: 'compiler-rt/lib/sanitizer_common/sanitizer_allocator_report.cpp',
    tool: 'hwasan',
    log: headline('HWAddressSanitizer'),
    kinds: ALLOCATOR,
  },
  {
    title: 'allocator errors of the other runtimes: LSan',
    source: 'compiler-rt/lib/sanitizer_common/sanitizer_allocator_report.cpp',
    tool: 'lsan',
    log: headline('LeakSanitizer'),
    kinds: ALLOCATOR,
  },
  {
    title: 'allocator errors of the other runtimes: MSan',
    source: 'compiler-rt/lib/sanitizer_common/sanitizer_allocator_report.cpp',
    tool: 'msan',
    log: headline('MemorySanitizer'),
    kinds: ALLOCATOR,
  },
  {
    title: 'allocator errors of the other runtimes: TSan',
    source: 'compiler-rt/lib/sanitizer_common/sanitizer_allocator_report.cpp',
    tool: 'tsan',
    log: headline('ThreadSanitizer'),
    kinds: ALLOCATOR,
  },
  ...(
    [
      'MemorySanitizer',
      'ThreadSanitizer',
      'UndefinedBehaviorSanitizer',
      'LeakSanitizer',
      'HWAddressSanitizer',
    ] as const
  ).map((name): Chapter => ({
    title: `${name}: deadly signals`,
    source: 'compiler-rt/lib/sanitizer_common/sanitizer_symbolizer_report.cpp',
    tool: (
      {
        MemorySanitizer: 'msan',
        ThreadSanitizer: 'tsan',
        UndefinedBehaviorSanitizer: 'ubsan',
        LeakSanitizer: 'lsan',
        HWAddressSanitizer: 'hwasan',
      } as const
    )[name],
    log: signal(name),
    kinds: SIGNALS,
  })),
  {
    title: 'LSan',
    source: 'compiler-rt/lib/lsan/lsan_common.cpp',
    tool: 'lsan',
    log: `==7==ERROR: LeakSanitizer: detected memory leaks

$ of 8 byte(s) in 1 object(s) allocated from:
    #0 0x4d1 in malloc

SUMMARY: AddressSanitizer: 8 byte(s) leaked in 1 allocation(s).
`,
    kinds: [
      ['Direct leak', 'ownership/leak'],
      ['Indirect leak', 'ownership/leak'],
      ['==7==LeakSanitizer has encountered a fatal error.', 'tool/host-fault', '$\n'],
    ],
  },
  {
    title: 'MSan',
    source: 'compiler-rt/lib/msan/msan_report.cpp',
    tool: 'msan',
    log: `==7==WARNING: MemorySanitizer: use-of-uninitialized-value
    #0 0x4d1 in f /src/a.c:5:3

  $
    #0 0x4d0 in malloc

SUMMARY: MemorySanitizer: use-of-uninitialized-value /src/a.c:5:3 in f
`,
    kinds: [
      ['Uninitialized value was created by a heap allocation', 'init/uninitialised-read'],
      ['Uninitialized value was created by a heap deallocation', 'init/uninitialised-read'],
      [
        "Uninitialized value was created by an allocation of 'x' in the stack frame",
        'init/uninitialised-read',
      ],
      ["Uninitialized value was created in the stack frame of 'f'", 'init/uninitialised-read'],
      ['Uninitialized value was stored to memory at', 'init/uninitialised-read'],
      ['Memory was marked as uninitialized', 'init/uninitialised-read'],
      ['Member fields were destroyed', 'init/uninitialised-read'],
      ['Virtual table ptr was destroyed', 'init/uninitialised-read'],
    ],
    unknown: ['Uninitialized value was borrowed from a neighbour', 'init/uninitialised-read'],
  },
  {
    title: 'MSan: in arguments of calls',
    source: 'compiler-rt/lib/msan/msan_interceptors.cpp, msan_interface_internal.h',
    tool: 'msan',
    log: `Uninitialized bytes in $ at offset 0 inside [0x7010, 4)
==7==WARNING: MemorySanitizer: use-of-uninitialized-value
    #0 0x4d1 in f /src/a.c:5:3
SUMMARY: MemorySanitizer: use-of-uninitialized-value /src/a.c:5:3 in f
`,
    kinds: [['__interceptor_strlen', 'init/uninitialised-read']],
  },
];
