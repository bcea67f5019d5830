/** Words of checkers outside the LLVM family: Dr. Memory, NVIDIA's, and those of Linux. */
import type { Chapter } from './chapter.js';

const drMemory = `~~Dr.M~~ Error #1: $
~~Dr.M~~ # 0 shelf_top                   [/src/shelf.c:12]
~~Dr.M~~ # 1 main                        [/src/till.c:5]
~~Dr.M~~ Note: @0:00:00.871 in thread 31
~~Dr.M~~ 
`;
const noted = (note: string): string =>
  drMemory.replace('~~Dr.M~~ \n', `~~Dr.M~~ Note: ${note}\n~~Dr.M~~ \n`);

const cuda = (place: string): string => `========= COMPUTE-SANITIZER
========= $
=========     at shelf_fill(int *)+0x160 in shelf.cu:6
=========     by thread (0,0,0) in block (0,0,0)
=========     ${place}
=========
========= ERROR SUMMARY: 1 error
`;

const kernel = (
  tool: string,
  details = 'Read of size 8 at addr ffff88810a2b3c08 by task till/27\n',
): string => `==================================================================
BUG: ${tool}: $ in shelf_top+0x18/0x40 [shelf]
${details}
Call Trace:
 shelf_top+0x18/0x40 [shelf]

==================================================================
`;
const WRITE = 'Write of size 8 at addr ffff88810a2b3c08 by task till/27\n';
const ubsan = `================================================================================
UBSAN: $
CPU: 1 PID: 27 Comm: till Not tainted 6.8.0 #1
Call Trace:
 shelf_top+0x18/0x40 [shelf]
================================================================================
`;

export const CHECKERS: readonly Chapter[] = [
  {
    title: 'Dr. Memory',
    source: 'drmemory/report.c (1.4 to 2.6)',
    tool: 'dr-memory',
    log: drMemory,
    kinds: [
      [
        'UNADDRESSABLE ACCESS of freed memory: reading 0x79201b201220-0x79201b201224 4 byte(s)',
        'ownership/use-after-free',
      ],
      [
        'UNADDRESSABLE ACCESS beyond heap bounds: writing 0x79201b2011f8-0x79201b2011f9 1 byte(s)',
        'bounds/heap-overflow',
      ],
      [
        'UNADDRESSABLE ACCESS beyond heap bounds: reading 0x79201b2011f8-0x79201b2011f9 1 byte(s)',
        'bounds/heap-overread',
      ],
      [
        'UNADDRESSABLE ACCESS beyond top of stack: reading 0x7ffd1-0x7ffd5 4 byte(s)',
        'lifetime/stack-escape',
      ],
      ['UNADDRESSABLE ACCESS: reading 0x00000000-0x00000004 4 byte(s)', 'null/dereference'],
      ['UNADDRESSABLE ACCESS: writing 0x79201b2011f8-0x79201b2011f9 1 byte(s)', 'bounds/other'],
      [
        'UNADDRESSABLE ACCESS: writing 0x79201b2011f8-0x79201b2011f9 1 byte(s)',
        'bounds/heap-overflow',
        noted('refers to 0 byte(s) beyond last valid byte in prior malloc'),
      ],
      [
        'UNADDRESSABLE ACCESS: reading 0x79201b2011f8-0x79201b2011f9 1 byte(s)',
        'ownership/use-after-free',
        noted('0x79201b2011f8-0x79201b2011f9 overlaps freed memory 0x79201b2011f0-0x79201b2011ff'),
      ],
      ['UNINITIALIZED READ: reading register eflags', 'init/uninitialised-read'],
      [
        'UNINITIALIZED READ: reading 0x79201b2011f8-0x79201b2011fc 4 byte(s) within 0x79201b2011f0-0x79201b201200',
        'init/uninitialised-read',
      ],
      ['INVALID HEAP ARGUMENT to free 0x79201b201250', 'ownership/invalid-free'],
      ['INVALID HEAP ARGUMENT: free 0x79201b201250', 'ownership/invalid-free'],
      [
        'INVALID HEAP ARGUMENT to free 0x79201b201250',
        'ownership/double-free',
        noted('memory was previously freed here:'),
      ],
      [
        'INVALID HEAP ARGUMENT: allocated with operator new[], freed with operator delete',
        'ownership/allocator-mismatch',
      ],
      ['LEAK 64 direct bytes 0x79201b201280-0x79201b2012c0 + 0 indirect bytes', 'ownership/leak'],
      ['POSSIBLE LEAK 64 direct bytes 0x79201b201280-0x79201b2012c0 + 16 indirect bytes', 'ownership/leak'],
      [
        'HANDLE LEAK: KERNEL handle 0x0000000c and 2 similar handle(s) were opened but not closed:',
        'resource/handle-leak',
      ],
      ['GDI USAGE ERROR: same bitmap selected into two different DCs', 'rules/other'],
      ['WARNING: heap allocation failed', 'resource/exhausted'],
      ['WARNING: free() called with NULL pointer', 'rules/other'],
      // Before 1.6 the process stood before each line.
      [
        'UNADDRESSABLE ACCESS of freed memory: reading 0x1-0x2 1 byte(s)',
        'ownership/use-after-free',
        drMemory.replaceAll('~~Dr.M~~', '~~4242~~'),
      ],
    ],
    unknown: ['STRANGE SMELL: coming out of 0x79201b2011f8', 'ownership/other'],
  },
  {
    title: 'compute-sanitizer',
    source: 'Compute Sanitizer User Manual (CUDA 11 to 13), CUDA-MEMCHECK (CUDA 7 to 11)',
    tool: 'compute-sanitizer',
    log: cuda('Address 0x7f6510c0007c is out of bounds'),
    kinds: [
      ['Invalid __global__ write of size 4 bytes', 'bounds/heap-overflow'],
      ['Invalid __global__ read of size 4 bytes', 'bounds/heap-overread'],
      ['Invalid __global__ atomic of size 4 bytes', 'bounds/heap-overflow'],
      ['Invalid __global__ write of size 8', 'bounds/heap-overflow'],
      ['Invalid __shared__ write of size 4 bytes', 'bounds/other'],
      ['Invalid __local__ write of size 4 bytes', 'bounds/stack-overflow'],
      [
        'Invalid __global__ read of size 4 bytes',
        'ub/misaligned',
        cuda('Address 0x7f6510c00001 is misaligned'),
      ],
      ['Invalid __global__ read of size 4 bytes', 'null/dereference', cuda('Address 0x4 is out of bounds')],
      ['Malloc/Free error encountered : Double free', 'ownership/double-free'],
      ['Malloc/Free error encountered : Invalid pointer to free', 'ownership/invalid-free'],
      ['Malloc/Free error encountered : Heap corruption', 'crash/heap-corruption'],
      ['Leaked 64 bytes at 0x400200200', 'ownership/leak'],
      ['Leaked 16 bytes at 0x4012ffff6 on the device heap', 'ownership/leak'],
      ['Uninitialized __global__ memory read of size 4 bytes', 'init/uninitialised-read'],
      ['Barrier error detected. Divergent thread(s) in block.', 'threading/lock-misuse'],
      [
        'Program hit cudaErrorInvalidValue (error 1) due to "invalid argument" on CUDA API call to cudaMemcpy.',
        'rules/other',
      ],
      [
        'Program hit cudaErrorMemoryAllocation (error 2) due to "out of memory" on CUDA API call to cudaMalloc.',
        'resource/exhausted',
      ],
      ['Warp Illegal Instruction', 'crash/signal'],
      ['Stack Overflow', 'resource/exhausted'],
      [
        'Error: Race reported between Write access at RAW()+0xf0 in race.cu:40',
        'threading/data-race',
        '========= $\n=========     and Read access at RAW()+0x280 in race.cu:46 [4 hazards]\n=========\n',
      ],
      [
        'ERROR: Potential WAW hazard detected at __shared__ 0x0 in block (0,0,0) :',
        'threading/data-race',
        '========= $\n=========     Write Thread (0,0,0) at WAW()+0x2f0 in race.cu:20\n=========     Write Thread (1,0,0) at WAW()+0x2f0 in race.cu:20\n=========\n',
      ],
    ],
    unknown: ['Malloc/Free error encountered : Lost block', 'ownership/other'],
  },
  {
    title: 'KASAN',
    source: 'mm/kasan/report.c, report_generic.c, report_tags.c (4.0 to 6.14)',
    tool: 'kasan',
    log: kernel('KASAN'),
    kinds: [
      ['slab-use-after-free', 'ownership/use-after-free'],
      ['use-after-free', 'ownership/use-after-free'],
      ['slab-out-of-bounds', 'bounds/heap-overread'],
      ['slab-out-of-bounds', 'bounds/heap-overflow', kernel('KASAN', WRITE)],
      ['vmalloc-out-of-bounds', 'bounds/heap-overread'],
      ['stack-out-of-bounds', 'bounds/stack-overflow'],
      ['alloca-out-of-bounds', 'bounds/stack-overflow'],
      ['global-out-of-bounds', 'bounds/global-overflow'],
      ['use-after-scope', 'lifetime/stack-escape'],
      ['double-free', 'ownership/double-free', kernel('KASAN', '')],
      ['invalid-free', 'ownership/invalid-free', kernel('KASAN', '')],
      ['double-free or invalid-free', 'ownership/double-free', kernel('KASAN', '')],
      ['null-ptr-deref', 'null/dereference'],
      ['user-memory-access', 'crash/signal'],
      ['wild-memory-access', 'crash/signal'],
      ['use after free', 'ownership/use-after-free', kernel('KASan')],
      [
        'KASAN: null-ptr-deref in range [0x0000000000000008-0x000000000000000f]',
        'null/dereference',
        '$\nRIP: 0010:shelf_top+0x18/0x40\nCall Trace:\n shelf_ioctl+0x55/0x90\n---[ end trace 0000000000000000 ]---\n',
      ],
    ],
    unknown: ['slab-out-of-luck', 'ownership/other'],
  },
  {
    title: 'KFENCE',
    source: 'mm/kfence/report.c',
    tool: 'kfence',
    log: kernel('KFENCE', ''),
    kinds: [
      ['out-of-bounds read', 'bounds/heap-overread'],
      ['out-of-bounds write', 'bounds/heap-overflow'],
      ['use-after-free read', 'ownership/use-after-free'],
      ['memory corruption', 'bounds/heap-overflow'],
      ['invalid read', 'crash/signal'],
      ['invalid free', 'ownership/invalid-free'],
    ],
    unknown: ['gate left open', 'ownership/other'],
  },
  {
    title: 'KMSAN',
    source: 'mm/kmsan/report.c',
    tool: 'kmsan',
    log: kernel('KMSAN', ''),
    kinds: [
      ['uninit-value', 'init/uninitialised-read'],
      ['kernel-infoleak', 'init/uninitialised-read'],
      ['kernel-usb-infoleak', 'init/uninitialised-read'],
      ['use-after-free', 'ownership/use-after-free'],
    ],
    unknown: ['unknown-origin', 'ownership/other'],
  },
  {
    title: 'KCSAN',
    source: 'kernel/kcsan/report.c',
    tool: 'kcsan',
    log: `==================================================================
BUG: KCSAN: $

write to 0xffff88810a2b3c08 of 8 bytes by task 27 on cpu 0:
 shelf_put+0x18/0x40

read to 0xffff88810a2b3c08 of 8 bytes by interrupt on cpu 1:
 shelf_top+0x18/0x40

Reported by Kernel Concurrency Sanitizer on:
CPU: 1 PID: 27 Comm: till Not tainted 6.8.0 #1
==================================================================
`,
    kinds: [
      ['data-race in shelf_put / shelf_top', 'threading/data-race'],
      ['data-race in shelf_put+0x18/0x40', 'threading/data-race'],
      ['assert: race in shelf_put / shelf_top', 'threading/data-race'],
    ],
    unknown: ['slow-race in shelf_put / shelf_top', 'threading/data-race'],
  },
  {
    title: 'UBSan of Linux',
    source: 'lib/ubsan.c (4.5 to 6.14)',
    tool: 'ubsan',
    log: ubsan,
    kinds: [
      [
        "shift-out-of-bounds in drivers/shelf.c:12:7\nshift exponent 64 is too large for 32-bit type 'int'",
        'ub/shift',
      ],
      [
        "array-index-out-of-bounds in drivers/shelf.c:12:7\nindex 8 is out of range for type 'u8 [8]'",
        'ub/array-index',
      ],
      [
        "signed-integer-overflow in drivers/shelf.c:12:7\n2147483647 + 1 cannot be represented in type 'int'",
        'ub/integer-overflow',
      ],
      ['division-overflow in drivers/shelf.c:12:7\ndivision by zero', 'ub/division-by-zero'],
      [
        "null-ptr-deref in drivers/shelf.c:12:7\nmember access within null pointer of type 'struct shelf'",
        'null/dereference',
      ],
      [
        "misaligned-access in drivers/shelf.c:12:7\nload of misaligned address 00000000c0ffee01 for type 'int'",
        'ub/misaligned',
      ],
      [
        'object-size-mismatch in drivers/shelf.c:12:7\nload of address 00000000c0ffee01 with insufficient space',
        'ub/object-type',
      ],
      [
        "invalid-load in drivers/shelf.c:12:7\nload of value 36 is not a valid value for type '_Bool'",
        'ub/invalid-enum-or-bool',
      ],
      ['unreachable in drivers/shelf.c:12:7\ncalling __builtin_unreachable()', 'ub/unreachable'],
      ['Undefined behaviour in drivers/shelf.c:12:7\nshift exponent -1 is negative', 'ub/shift'],
      [
        "Undefined behaviour in drivers/shelf.c:12:7\nsigned integer overflow:\n1 + 2147483647 cannot be represented in type 'int'",
        'ub/integer-overflow',
      ],
      [
        "Undefined behaviour in drivers/shelf.c:12:7\nindex 8 is out of range for type 'int [8]'",
        'ub/array-index',
      ],
      ['array index out of bounds: 00000000f2005512 [#1] PREEMPT SMP', 'ub/array-index'],
    ],
    unknown: ['new-trouble in drivers/shelf.c:12:7\nwords that nobody knows', 'ub/other'],
  },
];
