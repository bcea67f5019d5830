/**
 * The compiler's sanitizers for native code in a foreign host: the runtime is preloaded, reports go to one
 * file per process. Options: llvm-project clang/docs/AddressSanitizer.rst and
 * compiler-rt/lib/sanitizer_common/sanitizer_flags.inc.
 */
import type { BindingId } from '../model/ids.js';
import type { Arm, Compiler } from '../model/launch.js';
import { type ArmRequest, type Gate } from './gate.js';
import {
  heapOptions,
  LEAKS_SOUGHT,
  missingRuntime,
  options,
  plainInstrument,
  preload,
  withoutPool,
} from './toolchain.js';
import type { Host } from '../host/probe.js';

const shared = (compiler: Compiler): string[] => (compiler === 'clang' ? ['-shared-libsan'] : []);

const symbolizer = (r: ArmRequest): Record<string, string> =>
  r.compiler === 'clang' && r.host.symbolizer ? { external_symbolizer_path: r.host.symbolizer } : {};

/**
 * Switches address-space randomisation off where it is known to break shadow memory and the kernel permits
 * it.
 */
const norandom = (host: Host): string[] =>
  host.setarch && (host.mmapRndBits ?? 28) > 28 ? ['setarch', '-R'] : [];

const isPython = (b: BindingId): boolean => b === 'py' || b === 'pyx';

/** Hosts that can be asked for their lines. */
const HOSTS_WITH_STACKS: ReadonlySet<BindingId> = new Set(['py', 'pyx', 'jni', 'net', 'node']);
const hostStacks = (b: BindingId): boolean => HOSTS_WITH_STACKS.has(b);

/**
 * CPython's own allocator hides heap blocks from every checker. `malloc_debug` keeps its API checks on top of
 * malloc.
 */
const pythonHeap = (b: BindingId): Record<string, string> =>
  isPython(b) ? { PYTHONMALLOC: 'malloc_debug' } : {};

/**
 * Hosts where LeakSanitizer at exit is useless: Go never runs it, gcc's dies inside the JVM, mono's own leaks
 * bury all others.
 */
const leakCheck = (r: ArmRequest): 0 | 1 =>
  r.binding === 'go' || r.binding === 'jni' || r.binding === 'net' ? 0 : 1;

/**
 * Full unwinding with limited depth. Time grows with depth: fourfold at 12 frames, ninefold at the default
 * 30. The project's first frames suffice.
 */
const WHOLE_STACKS = { fast_unwind_on_malloc: 0, malloc_context_size: 16 };

/**
 * Two tests may fail at the same instruction, so equal PCs are reported too. A wide red zone protects a
 * block's header, which lies before it, from overflows of its neighbour.
 */
const GOES_ON = { suppress_equal_pcs: 0, redzone: 128 };

const asanEnv = (r: ArmRequest): Arm['env'] => ({
  LD_PRELOAD: preload(r.host, r.compiler, 'asan'),
  ASAN_OPTIONS: options({
    detect_leaks: leakCheck(r),
    exitcode: 99,
    log_path: `${r.logDir}/asan`,
    detect_stack_use_after_return: 1,
    strict_string_checks: 1,
    alloc_dealloc_mismatch: 1,
    halt_on_error: r.goesOn ? 0 : 1,
    ...(r.goesOn ? GOES_ON : {}),
    ...heapOptions(r),
    ...(r.fullUnwind ? WHOLE_STACKS : {}),
    ...symbolizer(r),
  }),
  LSAN_OPTIONS: options({
    exitcode: 99,
    log_path: `${r.logDir}/lsan`,
    print_suppressions: 0,
    log_threads: leakCheck(r),
    // The library that asks the host knows blocks by their addresses: `plugins/preload/hostleaks.h`.
    ...(hostStacks(r.binding) ? { report_objects: 1 } : {}),
  }),
  ...pythonHeap(r.binding),
});

const never = (): undefined => undefined;

export const asan: Gate = {
  id: 'asan',
  title: 'AddressSanitizer and LeakSanitizer',
  offer: {
    on: true,
    why: 'memory errors and leaks; gcc and clang find different ones: compilers: [gcc, clang]',
  },
  limits: [
    {
      bindings: ['py', 'pyx'],
      text: "Python's own allocator hides blocks from every checker, so it is replaced (`PYTHONMALLOC=malloc_debug`). Dicts, lists, tuples and floats that CPython recycles carry the stack of their first allocation: a leak of one may name another caller.",
    },
    {
      bindings: ['go', 'jni', 'net'],
      text: "Leak checking at exit is off: Go never gets there, gcc's tracer dies inside the JVM, and mono's own blocks drown yours. `memcheck` finds leaks in these bindings, `goasan` in Go.",
    },
    {
      bindings: ['net', 'node'],
      text: 'The host takes SIGSEGV for itself: an invalid address is a bare crash, not an ASan report. Other ASan reports work.',
    },
  ],
  unfit: never,
  compilers: ['gcc', 'clang'],
  missing: (host, _b, c) => missingRuntime(host, c, 'asan'),
  instrument: (host, _b, c) =>
    plainInstrument(
      host,
      c,
      // Compiled to recover; whether the first report ends the process is decided at run time.
      ['-fsanitize=address', '-fsanitize-recover=address'],
      ['-fsanitize=address', ...shared(c)],
    ),
  arm: (r) => ({
    prefix: norandom(r.host),
    env: asanEnv(r),
    hostArgs: withoutPool(r.binding),
    ...(leakCheck(r) ? { atEnd: LEAKS_SOUGHT } : {}),
  }),
  exitCodes: [99],
  halts: true,
  goesOn: true,
  seesLoading: true,
  heavy: false,
  hook: /\b__asan_/,
  truncatesStacks: isPython,
  hostStacks,
  memory: 1,
};

export const ubsan: Gate = {
  id: 'ubsan',
  title: 'UndefinedBehaviorSanitizer',
  offer: { on: true, why: 'undefined behaviour' },
  seesLoading: true,
  unfit: never,
  compilers: ['gcc', 'clang'],
  missing: (host, _b, c) => missingRuntime(host, c, 'ubsan'),
  instrument: (host, _b, c) =>
    plainInstrument(host, c, ['-fsanitize=undefined'], ['-fsanitize=undefined', ...shared(c)]),
  arm: (r) => ({
    prefix: [],
    env: {
      LD_PRELOAD: preload(r.host, r.compiler, 'ubsan'),
      UBSAN_OPTIONS: options({
        print_stacktrace: 1,
        report_error_type: 1,
        // gcc's runtime does not print it by default, and the host's stack comes behind it.
        ...(hostStacks(r.binding) ? { print_summary: 1 } : {}),
        log_path: `${r.logDir}/ubsan`,
        exitcode: 98,
        ...symbolizer(r),
      }),
    },
    hostArgs: [],
  }),
  exitCodes: [98],
  halts: false,
  heavy: false,
  hook: /\b__ubsan_/,
  hostStacks,
  mayLackHooks: true,
  memory: 0.5,
};

/**
 * Hosts that race with themselves (measured: JVM, Rust's libtest). Ignoring other hosts would lose reports.
 * V8 races too, but only among its own frames, which are recognised as such, and ignoring it would lose
 * lock-order reports.
 */
const ignoreHost = (b: BindingId): 0 | 1 => (b === 'jni' || b === 'rs' ? 1 : 0);

/**
 * Mono stops its threads for a collection by signals. gcc's runtime never delivers some of them, and the
 * collection hangs.
 */
const signalFree = (b: BindingId): Record<string, string> =>
  b === 'net' ? { MONO_THREADS_SUSPEND: 'coop' } : {};

export const tsan: Gate = {
  id: 'tsan',
  title: 'ThreadSanitizer',
  offer: { on: true, why: 'data races in native code' },
  limits: [
    {
      bindings: ['py', 'pyx', 'go', 'jni', 'rs', 'net', 'node'],
      text: "Code of the host is not instrumented: a race of which one side is the host's own access is seen by `helgrind` only.",
    },
  ],
  unfit: never,
  compilers: ['gcc', 'clang'],
  missing: (host, _b, c) => missingRuntime(host, c, 'tsan'),
  instrument: (host, _b, c) =>
    plainInstrument(host, c, ['-fsanitize=thread'], ['-fsanitize=thread', ...shared(c)]),
  arm: (r) => ({
    prefix: r.host.setarch ? ['setarch', '-R'] : [],
    env: {
      LD_PRELOAD: preload(r.host, r.compiler, 'tsan'),
      TSAN_OPTIONS: options({
        exitcode: 66,
        log_path: `${r.logDir}/tsan`,
        atexit_sleep_ms: 0,
        ignore_noninstrumented_modules: ignoreHost(r.binding),
        second_deadlock_stack: 1,
        ...(r.binding === 'jni' ? { handle_segv: 0 } : {}),
        ...symbolizer(r),
      }),
      ...signalFree(r.binding),
    },
    // Return addresses tell which line of the host calls: `plugins/preload/hostcache.h`.
    hostArgs: r.binding === 'jni' ? ['-XX:+PreserveFramePointer'] : [],
  }),
  exitCodes: [66],
  halts: false,
  heavy: false,
  hook: /\b__tsan_/,
  hostStacks,
  asksAtCalls: true,
  memory: 2,
};
