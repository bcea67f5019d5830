/** Words of Miri and of Rust's standard library. */
import type { HazardId } from '../../../src/model/hazard.js';
import type { Chapter } from './chapter.js';

const diagnostic = (title: string): string => `error: ${title}
  --> src/main.rs:5:3
   |
5  |     bad();
   |     ^^^^^ Undefined Behavior occurred here
   |
   = help: this indicates a bug in the program
   = note: stack backtrace:
           0: f
               at src/main.rs:5:3

error: aborting due to 1 previous error

`;
const families = (hazard: HazardId, ...words: string[]): (readonly [string, HazardId])[] =>
  words.map((w) => [w, hazard] as const);

export const RUST: readonly Chapter[] = [
  {
    title: 'Miri: undefined behaviour',
    source: 'src/tools/miri/src/diagnostics.rs, borrow_tracker, concurrency; compiler/rustc_const_eval',
    tool: 'miri',
    log: diagnostic('Undefined Behavior: $'),
    kinds: [
      ...families(
        'ub/rust-aliasing',
        'attempting a read access using <1> at alloc1[0x0], but that tag does not exist in the borrow stack for this location',
        'attempting a write access using <1> at alloc1[0x0], but that tag only grants SharedReadOnly permission for this location',
        'attempting deallocation using <1> at alloc1, but that tag does not exist in the borrow stack for this location',
        'trying to retag from <1> for Unique permission at alloc1[0x0], but that tag does not exist in the borrow stack for this location',
        'trying to retag from <1> for SharedReadWrite permission at alloc1[0x0], but that tag only grants SharedReadOnly permission',
        'not granting access to tag <1> because that would remove [Unique for <2>] which is strongly protected',
        'not granting access to tag <1> because that would remove [SharedReadOnly for <2>] which is weakly protected',
        'deallocating while item [Unique for <1>] is strongly protected',
        'read access through <1> at alloc1[0x0] is forbidden',
        'write access through <1> (root of the allocation) at alloc1[0x0] is forbidden',
        'reborrow through <1> at alloc1[0x0] is forbidden',
        'deallocation through <1> at alloc1[0x0] is forbidden',
        'read access through <wildcard> at alloc1[0x0] is forbidden',
      ),
      ...families(
        'ub/rust-data-race',
        'Data race detected between (1) non-atomic write on thread `a` and (2) non-atomic read on thread `b` at alloc1',
        'Race condition detected between (1) 2-byte atomic load on thread `a` and (2) 1-byte atomic load on thread `b` at alloc1',
        'Non-atomic race',
      ),
      ...families(
        'ub/rust-dangling',
        'memory access failed: alloc1 has been freed, so this pointer is dangling',
        'memory access failed: attempting to access 4 bytes, but got alloc1+0x4 which is at or beyond the end of the allocation of size 4 bytes',
        'memory access failed: attempting to access 4 bytes, but got alloc1+0x2 which is only 2 bytes from the end of the allocation',
        'in-bounds pointer arithmetic failed: attempting to offset pointer by 5 bytes, but got alloc1 which is only 4 bytes from the end of the allocation',
        'pointer not dereferenceable: alloc1 has been freed, so this pointer is dangling',
        'out-of-bounds pointer use: expected a pointer to 4 bytes of memory, but got 0x10[noalloc] which is a dangling pointer',
      ),
      ...families(
        'null/dereference',
        'memory access failed: attempting to access 4 bytes, but got null pointer',
        'dereferencing a null pointer',
        'dereferencing a null reference',
        'constructing invalid value: encountered a null reference',
      ),
      ...families(
        'ub/rust-alignment',
        'accessing memory based on pointer with alignment 1, but alignment 4 is required',
        'accessing memory with alignment 1, but alignment 4 is required',
        'constructing invalid value: encountered an unaligned reference (required 4 byte alignment but found 1)',
      ),
      ...families(
        'ub/rust-invalid-value',
        'constructing invalid value: encountered 0x02, but expected a boolean',
        'constructing invalid value at .0: encountered 0x11223344, but expected a valid enum tag',
        'constructing invalid value of type bool: encountered 0x02, but expected a boolean',
        'enum value has invalid tag: 0xff',
      ),
      ...families(
        'init/uninitialised-read',
        'reading memory at alloc1[0x0..0x4], but memory is uninitialized at [0x0..0x4], and this operation requires initialized memory',
        'using uninitialized data, but this operation requires initialized memory',
      ),
      ...families(
        'ub/function-type',
        'calling a function with calling convention "C" using calling convention "Rust"',
        'calling a function with more arguments than it expected',
        'calling a function with fewer arguments than it requires',
        'calling a function whose parameter #1 has type u32 passing argument of type i64',
        'calling a function with return type u32 passing return place of type i64',
      ),
      ['unwinding past a stack frame that does not allow unwinding', 'unwind/panic'],
      ['entering unreachable code', 'ub/unreachable'],
      ['writing to alloc1 which is read-only', 'ub/other'],
      [
        'incorrect layout on deallocation: alloc1 has size 4 and alignment 4, but gave size 8',
        'ownership/invalid-free',
      ],
      [
        'deallocating alloc1, which is C heap memory, using Rust heap deallocation operation',
        'ownership/allocator-mismatch',
      ],
      ['extern static `S` has been declared with a size of 1 bytes', 'abi/other'],
      ['`assume` called with `false`', 'ub/other'],
      ['`copy_nonoverlapping` called on overlapping ranges', 'ub/other'],
      ['overflow executing `unchecked_add`', 'ub/integer-overflow'],
      ['dividing by zero', 'ub/division-by-zero'],
      ['trying to join a detached thread', 'threading/lock-misuse'],
      ['destroyed a locked mutex', 'threading/lock-misuse'],
      ["can't create second rwlock of the same address", 'threading/lock-misuse'],
    ],
    unknown: ['the borrow checker wept', 'ub/other'],
  },
  {
    title: 'Miri: other ends',
    source: 'src/tools/miri/src/diagnostics.rs',
    tool: 'miri',
    log: diagnostic('$'),
    kinds: [
      ["unsupported operation: can't call foreign function `f` on OS `linux`", 'tool/unsupported'],
      ['unsupported operation: extern static `X` is not supported by Miri', 'tool/unsupported'],
      ['unsupported operation: calling a function pointer through the FFI boundary', 'tool/unsupported'],
      ['abnormal termination: the program aborted execution', 'crash/abort'],
      ['the evaluated program deadlocked', 'threading/deadlock'],
      ['a thread deadlocked', 'threading/deadlock'],
      ['memory leaked: alloc1 (Rust heap, size: 4, align: 4), allocated here:', 'ownership/leak'],
      ['resource exhaustion: tried to allocate more memory than available to compiler', 'resource/exhausted'],
      ['the main thread terminated without waiting for all remaining threads', 'threading/thread-leak'],
      [
        'accessing memory based on pointer with alignment 1, but alignment 4 is required',
        'ub/rust-alignment',
        diagnostic('$').replace('error: ', 'error[E0080]: '),
      ],
      [
        'evaluation panicked: explicit panic',
        'crash/abort',
        diagnostic('$').replace('error: ', 'error[E0080]: '),
      ],
      ['post-monomorphization error: overflow evaluating', 'tool/unsupported'],
      ['found `malloc` symbol definition that clashes with a built-in shim', 'tool/unsupported'],
      ['multiple definitions of symbol `foo`', 'tool/unsupported'],
      ['internal compiler error: unexpected panic', 'tool/internal-error'],
    ],
  },
  {
    title: 'Rust: panics',
    source: 'library/std/src/panicking.rs; library/core/src/panicking.rs, ub_checks.rs, option.rs, result.rs',
    tool: 'rust',
    log: `thread 'main' (77) panicked at src/main.rs:5:3:\n$\nstack backtrace:\n   0: f\n             at ./src/main.rs:5:3\n`,
    kinds: [
      ['panic in a function that cannot unwind', 'unwind/panic'],
      ['panic in a destructor during cleanup', 'crash/abort'],
      ['null pointer dereference occurred', 'null/dereference'],
      [
        'misaligned pointer dereference: address must be a multiple of 0x4 but is 0x7f11',
        'ub/rust-alignment',
      ],
      [
        'unsafe precondition(s) violated: ptr::copy_nonoverlapping requires that both pointer arguments are aligned and non-null',
        'ub/rust-dangling',
      ],
      [
        'unsafe precondition(s) violated: hint::assert_unchecked must never be called when the condition is false',
        'ub/other',
      ],
      ['trying to construct an enum from an invalid value 0x9', 'ub/rust-invalid-value'],
      [
        'Rust cannot catch foreign exceptions',
        'unwind/foreign-exception',
        'fatal runtime error: $, aborting\n',
      ],
      ['index out of bounds: the len is 3 but the index is 9', 'crash/abort'],
      ['attempt to add with overflow', 'crash/abort'],
      ['attempt to divide by zero', 'crash/abort'],
      ['called `Option::unwrap()` on a `None` value', 'crash/abort'],
      ['called `Result::unwrap()` on an `Err` value: NulError(1, [0])', 'crash/abort'],
      ['internal error: entered unreachable code', 'crash/abort'],
      ['assertion `left == right` failed', 'crash/abort'],
      ['assertion failed: a == b', 'crash/abort'],
      ['not yet implemented', 'crash/abort'],
      ['explicit panic', 'crash/abort'],
      ['already borrowed: BorrowMutError', 'crash/abort'],
      ['already mutably borrowed: BorrowError', 'crash/abort'],
      ['no column', 'crash/abort', "thread 'main' panicked at '$', src/main.rs:5\n"],
      ['two\n lines', 'crash/abort', "thread 'main' panicked at '$', src/main.rs:5:3\n"],
      [
        'old form',
        'crash/abort',
        "thread 'main' panicked at '$', src/main.rs:5:3\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
      ],
    ],
    unknown: ['a crab pinched', 'crash/abort'],
  },
  {
    title: 'Rust: aborts',
    source: 'library/std/src/rt.rs, alloc.rs, panicking.rs; sys/pal/unix/stack_overflow.rs',
    tool: 'rust',
    log: '$\n',
    kinds: [
      [
        "thread 'main' (77) has overflowed its stack\nfatal runtime error: stack overflow, aborting",
        'resource/exhausted',
      ],
      ['memory allocation of 99 bytes failed', 'resource/exhausted'],
      ['thread panicked while processing panic. aborting.', 'crash/abort'],
      ['thread panicked while panicking. aborting.', 'crash/abort'],
      ['fatal runtime error: failed to initiate panic, error 5, aborting', 'crash/abort'],
    ],
    unknown: ['fatal runtime error: out of luck', 'crash/abort'],
  },
];
