/**
 * Where a report comes from: the project's code, the host on its behalf, the runtime alone, or the tool.
 * Pure.
 */
import { frameName, functionOf } from '../model/function-name.js';
import { base, isProjectFrame, type ProjectCode } from '../model/project-code.js';
import type { Frame, Diagnostic, Stack } from '../model/diagnostic.js';
import { isToolFailure } from '../model/hazards.js';
import { isRuntimesBlock } from './host-allocations.js';
import type { Origin } from '../model/report.js';

const isJavaPlatform = (fn: string): boolean => /^(java|javax|jdk|sun|com\.sun)[./]/.test(fn);
const TESTING =
  /^(?:org\.junit|junit\.framework|org\.testng|org\.opentest4j|org\.apache\.maven\.surefire)[./]/;

/** Frames of a lambda in the JVM, whose printed name is an address. */
const HIDDEN = /^0x[0-9a-f]/;

/** A Java frame of the project or of one of its libraries, not of the platform or the test runner. */
export const isOwnManaged = (f: Frame): boolean =>
  (f.kind === 'symbol' || f.kind === 'source') &&
  ![HIDDEN, TESTING].some((r) => r.test(f.function)) &&
  !isJavaPlatform(f.function);

const managedOwn = (s: Diagnostic): boolean => {
  const frames = s.stacks.filter((k) => k.role === 'managed').flatMap((k) => k.frames);
  const top = frames.find((f) => f.kind === 'symbol' || f.kind === 'source');
  return !top || !isJavaPlatform(top.function);
};

/** Checkers that examine the entire process, including the host runtime. */
const WHOLE_PROCESS = new Set(['tsan', 'lsan', 'memcheck', 'helgrind', 'drd', 'valgrind']);
/** Errors that a healthy runtime never makes, unless the lane's no-op run shows them too. */
const NEVER_NOISE = /\/(InvalidFree|MismatchedFree|fatal-signal|SIG[A-Z]+)$/;
/**
 * Healthy runtimes access odd addresses on their stacks, but no heap blocks that they have freed, and none
 * past their end.
 */
const HEAP_ACCESS = /\/(InvalidRead|InvalidWrite)$/;

/**
 * A report about a goroutine's stack. These are pieces of the Go heap, which the runtime switches and moves;
 * Valgrind takes them for one stack and considers dead what another goroutine uses. Such a report names a
 * mapped segment, never a block, and its top frame is Go code.
 */
const isGoroutineStack = (s: Diagnostic): boolean => {
  if (s.tool !== 'memcheck' || !HEAP_ACCESS.test(s.rule) || !/\banonymous segment\b/.test(s.region ?? ''))
    return false;
  const top = s.stacks[0]?.frames[0];
  return (
    top !== undefined && top.kind === 'source' && (top.file.endsWith('.go') || CGO_STUB.test(top.function))
  );
};
/** The C functions that cgo generates in the calling package. */
const CGO_STUB = /^_cgo_[0-9a-f]{12}_C2?func_/;
/**
 * C memory that a Go package allocates (C.malloc, C.CString). No Go frame is above it, but the runtime never
 * calls this.
 */
const isCgoBlock = (k: Stack): boolean =>
  k.frames
    .slice(0, 2)
    .some((f) => f.kind !== 'opaque' && /^_cgo_[0-9a-f]{12}_C2?func__Cmalloc$/.test(f.function ?? ''));

/**
 * Identity of a diagnostic by function names only, to compare reports without own frames with the lane's
 * no-op run.
 */
export const noiseKey = (s: Diagnostic): string =>
  `${s.rule} ${(s.stacks[0]?.frames ?? []).slice(0, 6).map(frameName).join(' < ')}`;

/**
 * Generated code of a virtual machine, which has no object, touches pages of its own stack before it uses
 * them.
 */
const isStackProbe = (s: Diagnostic): boolean =>
  s.tool === 'memcheck' &&
  s.hazard === 'lifetime/stack-escape' &&
  (s.stacks[0]?.frames[0]?.kind ?? 'opaque') === 'opaque';

/**
 * Runtimes that synchronise their data by atomic instructions, which an outside race detector cannot follow.
 */
const ATOMIC_HOST =
  /^(?:libjvm|libcoreclr|libclrjit|libmonosgen-.*|libnode)\.so(?:\.|$)|^(?:node|mono|mono-sgen)$/;
/** Objects between an access and the code that made it: the checker's replacements and the C library. */
const PLUMBING = /^(?:vgpreload_|lib[at]san|libclang_rt|libc\.so|libpthread|ld-linux)/;

/**
 * Titles of stacks that only bound the time of the other access: helgrind's under `--history-level=approx`,
 * and drd's. They do not show what the thread accessed.
 */
const BOUND = /, after$|^but before|^Other segment/;

/**
 * Whether both sides of a race access memory of such a runtime from inside it. Own frames further out only
 * called the runtime: a thread that attaches, detaches or calls back, while the interpreter polls what other
 * threads of the runtime write. Memory that project code allocated or accesses itself is not excused.
 */
const isRaceInsideHost = (s: Diagnostic): boolean => {
  if (s.tool !== 'helgrind' && s.tool !== 'drd' && s.tool !== 'tsan') return false;
  if (!/^threading\/(?:data|host-memory)-race$/.test(s.hazard)) return false;
  const sides = s.stacks.filter(
    (k) => ['fault', 'other-access', 'allocated'].includes(k.role) && !BOUND.test(k.title ?? ''),
  );
  const inside = (k: Stack): boolean => {
    const object = k.frames
      // Interpreter frames and generated code have no object; the frame that called them decides.
      .filter((f) => f.kind !== 'opaque')
      .map((f) => (f.kind === 'source' || f.kind === 'module' ? base(f.module ?? '') : ''))
      .find((m) => !PLUMBING.test(m));
    return object !== undefined && ATOMIC_HOST.test(object);
  };
  return sides.length > 0 && sides.every(inside);
};

/**
 * The dynamic loader compares strings a word at a time, past their ends, and has no other code beneath it.
 */
const isLoader = (f: Frame | undefined): boolean =>
  (f?.kind === 'module' || f?.kind === 'source') && /^ld-(?:linux|musl)/.test(base(f.module ?? ''));

/**
 * glibc's routines that take a whole vector at a time, also past the end of a block. Valgrind replaces most of them, but not all
 * (`wmemcmp`, with which CPython compares text).
 */
const VECTORS = /^__\w{1,40}_(?:sse\d\w*|avx\w*|evex\w*)$/;
const readsVectors = (s: Diagnostic): boolean => {
  const top = s.stacks[0]?.frames[0];
  return (
    s.rule.endsWith('/InvalidRead') &&
    (top?.kind === 'module' || top?.kind === 'source') &&
    PLUMBING.test(base(top.module ?? '')) &&
    VECTORS.test(frameName(top))
  );
};

/** CPython's tracemalloc, whose table records where each block was allocated. */
const TRACER = /^(?:tracemalloc_add_trace(?:_unlocked)?|traceback_new)$/;

/** PyO3's definitions of functions and classes, which Python refers to as long as the process lives. */
const PYO3_DEFINITION =
  /\bpyo3::(?:types::function::PyCFunction>?::internal_new|pyclass::create_type_object|impl_::pyclass::lazy_type_object)\b/;
const definesForPython = (f: Frame): boolean =>
  (f.kind === 'source' || f.kind === 'symbol' || f.kind === 'module') &&
  PYO3_DEFINITION.test(f.function ?? '');

/** A leaked block that the host allocated for itself when project code called it. */
const isHostsBlock = (s: Diagnostic, own: ProjectCode): boolean => {
  if (s.leak === undefined) return false;
  const frames = s.stacks.find((k) => k.role === 'allocated')?.frames ?? [];
  const first = frames.findIndex((f) => isProjectFrame(f, own));
  const inside = frames.slice(0, Math.max(first, 0));
  return (
    inside.some((f) => TRACER.test(frameName(f)) || definesForPython(f)) ||
    isRuntimesBlock(inside, functionOf)
  );
};

/** CPython reads the first digit of an integer before it knows whether there is one. */
const SMALL_INTEGER = /^_PyLong_New$/;

/**
 * A value that the host left unset in a block of its own and uses itself: the project only called. A block that it handed
 * out (`PyBytes_FromStringAndSize(NULL, n)`) was the project's to fill.
 */
const isHostsValue = (s: Diagnostic, own: ProjectCode): boolean => {
  const made = s.stacks.find((k) => k.role === 'origin')?.frames;
  if (s.tool !== 'memcheck' || made === undefined) return false;
  const object = (f: Frame): string =>
    f.kind === 'source' || f.kind === 'module' ? base(f.module ?? '') : '';
  const isInnermost = (frames: readonly Frame[]): boolean => {
    const first = frames.find((f) => !PLUMBING.test(object(f)));
    return first !== undefined && isProjectFrame(first, own);
  };
  if (isInnermost(s.stacks[0]?.frames ?? []) || isInnermost(made)) return false;
  const first = made.findIndex((f) => isProjectFrame(f, own));
  const inside = first < 0 ? made : made.slice(0, first);
  return (
    first < 0 || inside.some((f) => SMALL_INTEGER.test(frameName(f))) || isRuntimesBlock(inside, functionOf)
  );
};

/** The origin of a diagnostic. `noise` holds the keys of the lane's no-op run. */
export const originOf = (s: Diagnostic, own: ProjectCode, noise: ReadonlySet<string>): Origin => {
  if (isToolFailure(s.hazard)) return 'tool';
  if (isGoroutineStack(s) || isStackProbe(s) || isRaceInsideHost(s)) return 'runtime';
  if (isHostsBlock(s, own) || isHostsValue(s, own)) return 'runtime';
  // Every test has lines of its own that called: they tell nothing about the native side.
  const native = s.stacks.filter((k) => k.host === undefined);
  // The creator of a thread did not cause an error in it, unless the report is about the thread itself.
  const telling = native.filter((k) => k.role !== 'thread-created');
  if ((telling.length ? telling : native).some((k) => k.frames.some((f) => isProjectFrame(f, own))))
    return 'own';
  if (s.leak && s.stacks.some(isCgoBlock)) return 'host';
  if (s.tool === 'xcheck-jni') return managedOwn(s) ? 'own' : 'runtime';
  if (!WHOLE_PROCESS.has(s.tool)) return 'host';
  if (isLoader(s.stacks[0]?.frames[0]) || readsVectors(s)) return 'runtime';
  const named = (s.stacks[0]?.frames ?? []).slice(0, 2).some((f) => f.kind !== 'opaque');
  const inBlock =
    HEAP_ACCESS.test(s.rule) && s.stacks.some((k) => k.role === 'allocated' || k.role === 'freed');
  return (NEVER_NOISE.test(s.rule) || inBlock) && named && !noise.has(noiseKey(s)) ? 'host' : 'runtime';
};

/** For callers without a no-op run to compare with. */
export const NO_NOISE: ReadonlySet<string> = new Set();

/**
 * Whether only a comparison with the lane's no-op run can distinguish noise of the host from a report about
 * the project's code.
 */
export const isHabitOrHost = (s: Diagnostic, own: ProjectCode): boolean =>
  WHOLE_PROCESS.has(s.tool) && s.leak === undefined && originOf(s, own, NO_NOISE) === 'host';
