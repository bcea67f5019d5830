/** Whose fault: the user's objects, the host runtime, or the checker itself. Pure. */
import { frameName, functionOf } from '../model/function-name.js';
import { base, isProjectFrame, type ProjectCode } from '../model/project-code.js';
import type { Frame, Diagnostic, Stack } from '../model/diagnostic.js';
import { isToolFailure } from '../model/hazards.js';
import { isRuntimesBlock } from './host-allocations.js';
import type { Origin } from '../model/report.js';

const isJavaPlatform = (fn: string): boolean => /^(java|javax|jdk|sun|com\.sun)[./]/.test(fn);
const TESTING =
  /^(?:org\.junit|junit\.framework|org\.testng|org\.opentest4j|org\.apache\.maven\.surefire)[./]/;

/** What the JVM makes up for a lambda, whose printed name is an address. */
const HIDDEN = /^0x[0-9a-f]/;

/** A Java frame of the user's, or of a library that the user chose: neither of the platform nor of what runs the tests. */
export const isOwnManaged = (f: Frame): boolean =>
  (f.kind === 'symbol' || f.kind === 'source') &&
  ![HIDDEN, TESTING].some((r) => r.test(f.function)) &&
  !isJavaPlatform(f.function);

const managedOwn = (s: Diagnostic): boolean => {
  const frames = s.stacks.filter((k) => k.role === 'managed').flatMap((k) => k.frames);
  const top = frames.find((f) => f.kind === 'symbol' || f.kind === 'source');
  return !top || !isJavaPlatform(top.function);
};

/** Checkers that see the whole process, and so the host runtime's own habits. */
const WHOLE_PROCESS = new Set(['tsan', 'lsan', 'memcheck', 'helgrind', 'drd', 'valgrind']);
/** Errors that are never a habit of a healthy runtime, if the lane's no-op run does not show them too. */
const NEVER_NOISE = /\/(InvalidFree|MismatchedFree|fatal-signal|SIG[A-Z]+)$/;
/** Healthy runtimes do touch odd addresses on their stacks, but not blocks of the heap that they have freed or outgrown. */
const HEAP_ACCESS = /\/(InvalidRead|InvalidWrite)$/;

/**
 * Goroutine stacks are pieces of the Go heap, which the runtime switches and moves. Valgrind takes them for one stack and
 * thinks dead what another goroutine uses: such a report names a mapped segment, never a block, and Go code is on top.
 */
const isGoroutineStack = (s: Diagnostic): boolean => {
  if (s.tool !== 'memcheck' || !HEAP_ACCESS.test(s.rule) || !/\banonymous segment\b/.test(s.region ?? ''))
    return false;
  const top = s.stacks[0]?.frames[0];
  return (
    top !== undefined && top.kind === 'source' && (top.file.endsWith('.go') || CGO_STUB.test(top.function))
  );
};
/** The C functions that cgo writes into the package that makes a call. */
const CGO_STUB = /^_cgo_[0-9a-f]{12}_C2?func_/;
/** C memory that a Go package takes itself (C.malloc, C.CString): Go frames are not above it, but no runtime calls this. */
const isCgoBlock = (k: Stack): boolean =>
  k.frames
    .slice(0, 2)
    .some((f) => f.kind !== 'opaque' && /^_cgo_[0-9a-f]{12}_C2?func__Cmalloc$/.test(f.function ?? ''));

/** Identity of a diagnostic by function names only: compares host-only reports with the lane's no-op run. */
export const noiseKey = (s: Diagnostic): string =>
  `${s.rule} ${(s.stacks[0]?.frames ?? []).slice(0, 6).map(frameName).join(' < ')}`;

/** A virtual machine's generated code, which has no object, touches the pages of its own stack ahead of their use. */
const isStackProbe = (s: Diagnostic): boolean =>
  s.tool === 'memcheck' &&
  s.hazard === 'lifetime/stack-escape' &&
  (s.stacks[0]?.frames[0]?.kind ?? 'opaque') === 'opaque';

/** Runtimes that synchronise their own data by atomic instructions, which no race detector outside them can follow. */
const ATOMIC_HOST =
  /^(?:libjvm|libcoreclr|libclrjit|libmonosgen-.*|libnode)\.so(?:\.|$)|^(?:node|mono|mono-sgen)$/;
/** What stands between an access and the code that wanted it: the checker's replacements and the C library. */
const PLUMBING = /^(?:vgpreload_|lib[at]san|libclang_rt|libc\.so|libpthread|ld-linux)/;

/**
 * Titles of stacks that only bound the time of the other access: helgrind's under `--history-level=approx` and drd's. What a
 * thread did before or after says nothing about what it accessed.
 */
const BOUND = /, after$|^but before|^Other segment/;

/**
 * Whether both sides of a race touch memory of such a runtime from within it. Own frames further out only called it, as
 * a thread does that attaches and detaches, or that calls back: an interpreter polls what other threads of the runtime
 * write. What they allocated themselves, or touch themselves, stays theirs.
 */
const isRaceInsideHost = (s: Diagnostic): boolean => {
  if (s.tool !== 'helgrind' && s.tool !== 'drd' && s.tool !== 'tsan') return false;
  if (!/^threading\/(?:data|host-memory)-race$/.test(s.hazard)) return false;
  const sides = s.stacks.filter(
    (k) => ['fault', 'other-access', 'allocated'].includes(k.role) && !BOUND.test(k.title ?? ''),
  );
  const inside = (k: Stack): boolean => {
    const object = k.frames
      // A virtual machine's interpreter and the code that it generates have no object; what called them is their owner.
      .filter((f) => f.kind !== 'opaque')
      .map((f) => (f.kind === 'source' || f.kind === 'module' ? base(f.module ?? '') : ''))
      .find((m) => !PLUMBING.test(m));
    return object !== undefined && ATOMIC_HOST.test(object);
  };
  return sides.length > 0 && sides.every(inside);
};

/** The dynamic loader compares strings a word at a time, past their ends; nobody's code is beneath it. */
const isLoader = (f: Frame | undefined): boolean =>
  (f?.kind === 'module' || f?.kind === 'source') && /^ld-(?:linux|musl)/.test(base(f.module ?? ''));

/** The table in which CPython's tracemalloc keeps where each block came from. */
const TRACER = /^(?:tracemalloc_add_trace(?:_unlocked)?|traceback_new)$/;

/** A leaked block that the host itself made, for a value or a table of its own, when the user's code called it. */
const isHostsBlock = (s: Diagnostic, own: ProjectCode): boolean => {
  if (s.leak === undefined) return false;
  const frames = s.stacks.find((k) => k.role === 'allocated')?.frames ?? [];
  const first = frames.findIndex((f) => isProjectFrame(f, own));
  const inside = frames.slice(0, Math.max(first, 0));
  return inside.some((f) => TRACER.test(frameName(f))) || isRuntimesBlock(inside, functionOf);
};

/** Whose a diagnostic is. `noise` holds the keys of the lane's no-op run. */
export const originOf = (s: Diagnostic, own: ProjectCode, noise: ReadonlySet<string>): Origin => {
  if (isToolFailure(s.hazard)) return 'tool';
  if (isGoroutineStack(s) || isStackProbe(s) || isRaceInsideHost(s) || isHostsBlock(s, own)) return 'runtime';
  // Who created a thread says nothing about who erred in it, unless the thread itself is the matter.
  const telling = s.stacks.filter((k) => k.role !== 'thread-created');
  if ((telling.length ? telling : s.stacks).some((k) => k.frames.some((f) => isProjectFrame(f, own))))
    return 'own';
  if (s.leak && s.stacks.some(isCgoBlock)) return 'host';
  if (s.tool === 'xcheck-jni') return managedOwn(s) ? 'own' : 'runtime';
  if (!WHOLE_PROCESS.has(s.tool)) return 'host';
  if (isLoader(s.stacks[0]?.frames[0])) return 'runtime';
  const named = (s.stacks[0]?.frames ?? []).slice(0, 2).some((f) => f.kind !== 'opaque');
  const inBlock =
    HEAP_ACCESS.test(s.rule) && s.stacks.some((k) => k.role === 'allocated' || k.role === 'freed');
  return (NEVER_NOISE.test(s.rule) || inBlock) && named && !noise.has(noiseKey(s)) ? 'host' : 'runtime';
};

/** For those who have no no-op run to compare with. */
export const NO_NOISE: ReadonlySet<string> = new Set();

/** Whether only a comparison with the lane's no-op run can tell the host's habit from its complaint about the user's code. */
export const isHabitOrHost = (s: Diagnostic, own: ProjectCode): boolean =>
  WHOLE_PROCESS.has(s.tool) && s.leak === undefined && originOf(s, own, NO_NOISE) === 'host';
