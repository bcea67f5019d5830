/**
 * Every headline that the ASan family can print, with what it is called and means. Sources: compiler-rt `asan_errors.cpp`,
 * `sanitizer_allocator_report.cpp`, `sanitizer_posix.cpp`, `sanitizer_win.cpp`, `hwasan_report.cpp`.
 */
import { describe, expect, it } from 'vitest';
import { parseText } from '../../src/parsers/index.js';

const read = (text: string) => parseText(text).diagnostics;
const report = (headline: string, rest = ''): string =>
  `==7==ERROR: AddressSanitizer: ${headline}\n${rest}    #0 0x55 in f a.c:3:4\nSUMMARY: AddressSanitizer: x a.c:3:4 in f\n`;
const ON = 'on address 0x602000000014 at pc 0x55 bp 0x7f sp 0x7e';

describe('memory accesses', () => {
  it.each([
    ['heap-buffer-overflow', 'bounds/heap-overread', 'bounds/heap-overflow'],
    ['heap-use-after-free', 'ownership/use-after-free', 'ownership/use-after-free'],
    ['stack-buffer-underflow', 'bounds/stack-overflow', 'bounds/stack-overflow'],
    ['stack-buffer-overflow', 'bounds/stack-overflow', 'bounds/stack-overflow'],
    ['dynamic-stack-buffer-overflow', 'bounds/stack-overflow', 'bounds/stack-overflow'],
    ['global-buffer-overflow', 'bounds/global-overflow', 'bounds/global-overflow'],
    ['stack-use-after-return', 'lifetime/stack-escape', 'lifetime/stack-escape'],
    ['stack-use-after-scope', 'lifetime/stack-escape', 'lifetime/stack-escape'],
    ['use-after-poison', 'bounds/other', 'bounds/other'],
    ['container-overflow', 'bounds/other', 'bounds/other'],
    ['intra-object-overflow', 'bounds/other', 'bounds/other'],
    ['unknown-crash', 'bounds/other', 'bounds/other'],
    ['initialization-order-fiasco', 'init/uninitialised-read', 'init/uninitialised-read'],
  ])('%s', (kind, reading, writing) => {
    for (const [word, hazard] of [
      ['READ', reading],
      ['WRITE', writing],
    ] as const) {
      const [s] = read(report(`${kind} ${ON}`, `${word} of size 4 at 0x602000000014 thread T3 (worker)\n`));
      expect(s).toMatchObject({
        rule: `asan/${kind}`,
        hazard,
        address: '0x602000000014',
        thread: 'T3',
        pid: 7,
        access: { kind: word === 'READ' ? 'read' : 'write', size: 4 },
        complete: true,
      });
    }
  });
});

describe('memory of Go’s heap that C', () => {
  const poisoned = (
    [before, fault]: readonly [string, string],
    { address = '0x10c000024360', callers = '    #1 0x66 in main.read /repo/a.go:7\n' } = {},
  ): string =>
    `==7==ERROR: AddressSanitizer: use-after-poison on address ${address} at pc 0x55 bp 0x7f sp 0x7e\nREAD of size 1 at ${address} thread T0\n    #0 0x55 in f a.c:3:4\n${callers}\nAddress ${address} is a wild pointer.\nSUMMARY: AddressSanitizer: use-after-poison a.c:3:4 in f\nShadow bytes around the buggy address:\n  0x0c017fff83f0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n  ${before}\n=>${fault}\n  0x0c017fff8420: f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7\n==7==ABORTING\n`;
  const CLEAR = '0x0c017fff8400: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00';
  const FULL = '0x0c017fff8400: 00 00 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7 f7';
  const AT = '0x0c017fff8410:';
  it.each<[string, string, string, Parameters<typeof poisoned>[1]?]>([
    [
      'touches at the end of an object',
      `${AT} 00 00 00 00[f7]f7 f7 f7 00 00 00 00 00 00 00 00`,
      'bounds/host-buffer-too-small',
    ],
    [
      'touches behind an object of odd length',
      `${AT} 00 00 00 04[f7]f7 f7 f7 00 00 00 00 00 00 00 00`,
      'bounds/host-buffer-too-small',
    ],
    [
      'touches in the last bytes of an object',
      `${AT} 00 00 00[04]f7 f7 f7 f7 00 00 00 00 00 00 00 00`,
      'bounds/host-buffer-too-small',
    ],
    [
      'touches in an object that is gone',
      `${AT} 00 f7 f7 f7[f7]f7 f7 f7 00 00 00 00 00 00 00 00`,
      'lifetime/go-pointer-kept',
    ],
    [
      'touches, not that of C',
      `${AT} 00 f7 f7 f7[f7]f7 f7 f7 00 00 00 00 00 00 00 00`,
      'bounds/other',
      { address: '0x602000000014' },
    ],
    [
      'touches, not without Go',
      `${AT} 00 f7 f7 f7[f7]f7 f7 f7 00 00 00 00 00 00 00 00`,
      'bounds/other',
      { callers: '' },
    ],
  ])('%s', (_, fault, hazard, more) => {
    expect(read(poisoned([CLEAR, fault], more))[0]).toMatchObject({ hazard, complete: true });
  });
  it('touches in an object that is gone, on another line than it begins', () => {
    const fault = `${AT}[f7]f7 f7 f7 00 00 00 00 00 00 00 00 00 00 00 00`;
    expect(read(poisoned([FULL, fault]))[0]).toMatchObject({ hazard: 'lifetime/go-pointer-kept' });
    expect(read(poisoned([CLEAR, fault]))[0]).toMatchObject({ hazard: 'bounds/host-buffer-too-small' });
  });
});

describe('other errors', () => {
  it.each([
    ['attempting double-free on 0x602 in thread T0:', 'double-free', 'ownership/double-free'],
    [
      'attempting free on address which was not malloc()-ed: 0x602 in thread T0',
      'bad-free',
      'ownership/invalid-free',
    ],
    [
      'new-delete-type-mismatch on 0x602 in thread T0:',
      'new-delete-type-mismatch',
      'ownership/allocator-mismatch',
    ],
    [
      'alloc-dealloc-mismatch (operator new [] vs operator delete) on 0x602',
      'alloc-dealloc-mismatch',
      'ownership/allocator-mismatch',
    ],
    [
      'attempting to call malloc_usable_size() for pointer which is not owned: 0x602',
      'bad-malloc_usable_size',
      'ownership/other',
    ],
    [
      'attempting to call __sanitizer_get_allocated_size() for pointer which is not owned: 0x602',
      'bad-__sanitizer_get_allocated_size',
      'ownership/other',
    ],
    [
      'calloc parameters overflow: count * size (8 * -1) cannot be represented in type size_t (thread T0)',
      'calloc-overflow',
      'bounds/length-arithmetic',
    ],
    [
      'reallocarray parameters overflow: count * size (8 * -1) cannot be represented in type size_t',
      'reallocarray-overflow',
      'bounds/length-arithmetic',
    ],
    [
      'pvalloc parameters overflow: size 0xff rounded up to system page size 0x1000 cannot be represented in type size_t',
      'pvalloc-overflow',
      'bounds/length-arithmetic',
    ],
    [
      'invalid allocation alignment: 17, alignment must be a power of two (thread T0)',
      'invalid-allocation-alignment',
      'ub/other',
    ],
    [
      'invalid alignment requested in aligned_alloc: 17, alignment must be a power of two',
      'invalid-aligned-alloc-alignment',
      'ub/other',
    ],
    [
      'invalid alignment requested in posix_memalign: 3, alignment must be a power of two',
      'invalid-posix-memalign-alignment',
      'ub/other',
    ],
    [
      'requested allocation size 0xffffff (0x1000000 after adjustments for alignment, red zones etc.) exceeds maximum',
      'allocation-size-too-big',
      'bounds/length-arithmetic',
    ],
    [
      'specified RSS limit exceeded, currently set to soft_rss_limit_mb=5',
      'rss-limit-exceeded',
      'resource/exhausted',
    ],
    ['allocator is out of memory trying to allocate 0x100 bytes', 'out-of-memory', 'resource/exhausted'],
    [
      'strcpy-param-overlap: memory ranges [0x1,0x2) and [0x1, 0x2) overlap',
      'strcpy-param-overlap',
      'bounds/other',
    ],
    ['negative-size-param: (size=-1)', 'negative-size-param', 'bounds/length-arithmetic'],
    [
      'bad parameters to __sanitizer_annotate_contiguous_container:',
      'bad-__sanitizer_annotate_contiguous_container',
      'bounds/other',
    ],
    [
      'bad parameters to __sanitizer_copy_contiguous_container_annotations:',
      'bad-__sanitizer_copy_contiguous_container_annotations',
      'bounds/other',
    ],
    ['odr-violation (0x55aa):', 'odr-violation', 'abi/other'],
    ['invalid-pointer-pair: 0x602 0x603', 'invalid-pointer-pair', 'ub/other'],
    ['stack-overflow on address 0x7ff (pc 0x1 bp 0x2 sp 0x3 T0)', 'stack-overflow', 'resource/exhausted'],
  ])('%s', (headline, kind, hazard) => {
    const found = read(report(headline));
    expect(found).toMatchObject([{ rule: `asan/${kind}`, hazard, complete: true }]);
    expect(found[0]!.message).not.toMatch(/0x[0-9a-f]{2}/);
  });

  it('names what is new after the SUMMARY, and never drops it', () => {
    const text = report('attempting something nobody knew on 0x602 in thread T0:');
    expect(read(text)).toMatchObject([{ rule: 'asan/attempting', hazard: 'ownership/other' }]);
    expect(read(text.replace(': x ', ': brand-new-overflow '))).toMatchObject([
      { rule: 'asan/brand-new-overflow', hazard: 'bounds/other' },
    ]);
  });
});

describe('deadly signals', () => {
  const signal = (name: string, at = 'on unknown address 0x7f0000001000', rest = '') =>
    read(`AddressSanitizer:DEADLYSIGNAL\n${report(`${name} ${at} (pc 0x1 bp 0x2 sp 0x3 T2)`, rest)}`);

  it.each([
    ['SEGV', 'crash/signal'],
    ['BUS', 'crash/signal'],
    ['FPE', 'crash/signal'],
    ['ILL', 'crash/signal'],
    ['TRAP', 'crash/signal'],
    ['ABRT', 'crash/abort'],
    ['UNKNOWN SIGNAL', 'crash/signal'],
    ['access-violation', 'crash/signal'],
    ['in-page-error', 'crash/signal'],
    ['illegal-instruction', 'crash/signal'],
    ['priv-instruction', 'crash/signal'],
    ['breakpoint', 'crash/abort'],
    ['datatype-misalignment', 'ub/misaligned'],
    ['int-divide-by-zero', 'ub/division-by-zero'],
    ['int-overflow', 'ub/integer-overflow'],
    ['array-bounds-exceeded', 'bounds/other'],
    ['flt-invalid-operation', 'crash/signal'],
    ['unknown exception', 'crash/signal'],
  ])('%s', (name, hazard) => expect(signal(name)).toMatchObject([{ hazard, thread: 'T2', complete: true }]));

  it('tells null from wild from non-canonical', () => {
    const hint = (text: string) =>
      `==7==The signal is caused by a WRITE memory access.\n==7==Hint: ${text}\n`;
    expect(
      signal('SEGV', 'on unknown address 0x000000000000', hint('address points to the zero page.')),
    ).toMatchObject([{ hazard: 'null/dereference', memory: 'null', access: { kind: 'write' } }]);
    expect(
      signal(
        'SEGV',
        'on unknown address',
        hint('this fault was caused by a dereference of a high value address'),
      ),
    ).toMatchObject([{ hazard: 'crash/signal', memory: 'high' }]);
  });
});

describe('where the address lies', () => {
  const described = (line: string) => read(report(`heap-buffer-overflow ${ON}`, `${line}\n`))[0]!;

  it.each([
    ['0x602000000020 is located 0 bytes after 16-byte region [0x602000000010,0x602000000020)', 'heap'],
    [
      '0x602000000020 is located 0 bytes to the right of 16-byte region [0x602000000010,0x602000000020)',
      'heap',
    ],
    [
      "0x55aa is located 4 bytes after global variable 'table' defined in 'a.c:1' (0x55a0) of size 8",
      'global',
    ],
    [
      "0x55aa is located 4 bytes to the left of global variable 'table' from 'a.c' (0x55b0) of size 8",
      'global',
    ],
    ['Address 0x7ffd is located in stack of thread T0 at offset 36 in frame', 'stack'],
    ['Address 0x7ffd is a wild pointer inside of access range of size 0x000000000004.', 'wild'],
    ['Address 0x7fff7000 is located in the low shadow area.', 'shadow'],
  ])('%s', (line, memory) => expect(described(line)).toMatchObject({ memory, region: line }));

  it('names the variable of a stack frame', () => {
    const s = described(
      "Address 0x7ffd is located in stack of thread T0 at offset 36 in frame\n    #0 0x1 in f a.c:2\n  This frame has 1 object(s):\n    [32, 36) 'x' (line 3) <== Memory access at offset 36 overflows this variable",
    );
    expect(s.region).toMatch(
      /at offset 36 in frame: \[32, 36\) 'x' \(line 3\) <== .* overflows this variable$/,
    );
    expect(s.stacks.map((k) => k.role)).toContain('allocated');
  });
});

describe('a fault of the runtime itself', () => {
  const RUNTIME = '/usr/lib/libclang_rt.asan-x86_64.so';
  const segv = (...frames: string[]): string =>
    [
      '==7==ERROR: AddressSanitizer: SEGV on unknown address 0x7f93a4366f70 (pc 0x7f bp 0x0 sp 0x7e T0)',
      '==7==The signal is caused by a WRITE memory access.',
      ...frames.map((f, i) => `    #${i} 0x7f93a386d1b${i} ${f}`),
      'SUMMARY: AddressSanitizer: SEGV a.c:3:4 in f',
      '',
    ].join('\n');
  it.each([
    [
      'while it frees, with names',
      'ownership/invalid-free',
      ['in __asan::Allocator::Deallocate(void*) (l.so+0x1)', 'in __interceptor_free', 'in f a.c:3:4'],
    ],
    [
      'while it frees, without names',
      'ownership/invalid-free',
      [` (${RUNTIME}+0x6d1b7)`, `in free (${RUNTIME}+0x10981b)`, 'in f a.c:3:4'],
    ],
    [
      'while gcc’s frees',
      'ownership/invalid-free',
      [' (/usr/lib/libasan.so.8+0x1)', 'in free (/usr/lib/libasan.so.8+0x2)', 'in f a.c:3:4'],
    ],
    [
      'while it copies',
      'crash/signal',
      [` (${RUNTIME}+0x6d1b7)`, `in memcpy (${RUNTIME}+0x10981b)`, 'in f a.c:3:4'],
    ],
    ['below a function of that name', 'crash/signal', ['in g a.c:2:1', 'in free a.c:1:1', 'in f a.c:3:4']],
  ])('%s: %s', (_, hazard, frames) => {
    expect(read(segv(...frames))).toMatchObject([{ hazard, complete: true }]);
  });
});
