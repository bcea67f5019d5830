/**
 * Which frame `parse` shows for a finding, and which findings are the same. As in `run`, as far as the
 * project is known.
 */
import { resolve } from 'node:path';
import type { Matrix } from '../../config/matrix.js';
import { namedObjects } from '../../judge/instrumentation.js';
import { settleSources } from '../../build/source-files.js';
import { fingerprintOf } from '../../judge/fingerprint.js';
import { callerOf } from '../../judge/merge-findings.js';
import type { Diagnostic, Frame } from '../../model/diagnostic.js';
import { fingerprintBy, type FrameNamer } from '../../model/fingerprint.js';
import { frameName } from '../../model/function-name.js';
import { base, type ProjectCode } from '../../model/project-code.js';
import type { Caller } from '../../model/report.js';
import { makeCaches } from '../../process/caches.js';
import { guessCaller } from './caller.js';

/** Functions of checkers and runtimes, which are above the faulty code in a stack. */
const RUNTIME_NAMES =
  /^(?:_{2,3}(?:interceptor|asan|hwasan|lsan|msan|tsan|ubsan|sanitizer|interception)_|__libc_|__GI_|__pthread_|_start$|malloc$|calloc$|realloc$|free$|cfree$|memalign$|posix_memalign$|aligned_alloc$|strdup$|strndup$|mem(?:cpy|move|set|cmp|chr)$|str(?:cpy|ncpy|cat|len|nlen|cmp|chr)$|operator (?:new|delete)|(?:std|core|alloc)(?:\[[0-9a-f]{1,20}\])?::|__cxx|<&?(?:mut )?(?:std|core|alloc)(?:\[[0-9a-f]{1,20}\])?::|_\$LT\$(?:std|core|alloc)\.\.|rust_(?:begin_unwind|panic|eh_personality|oom)|__rust|runtime\.|panic$|abort$|raise$|gsignal$|tgkill$|pthread_kill$|malloc_vreport$|malloc_report$|scudo::|__assert|art::|uv_|_ZNK?3art|node::|v8(?:impl)?::|replace_(?:malloc|calloc|realloc|free|operator)|wrap_|Interceptor|mono_(?:dump|handle|post)_native_crash|sig(?:segv|abrt)_signal_handler|System\.Environment\.FailFast|(?:node_)?napi_(?!register)\w{2,60}\+\d{4,9}$|malloc_(?:printerr|consolidate)$|_int_(?:free|malloc|realloc|memalign)\b|sysmalloc$|__(?:fortify|stack_chk|chk)_fail|unlink_chunk|__gnu_cxx::__verbose|__cxxabiv1::)|(?:^|\.)_cgoCheck(?:Pointer|Result)/;
/** What compilers put before a function's name where they made a second entry to it. */
const THUNK = /^(?:non-virtual|virtual) thunk to /;
/** Source files and objects of the same. */
const RUNTIME_FILES =
  /(?:^|[/\\])(?:compiler-rt|libsanitizer|sanitizer_common|vg_replace_malloc\.c|vg_replace_strmem\.c|hg_intercepts\.c|drd_pthread_intercepts\.c|rustc[/\\][0-9a-f]{8,}|rustlib|go[/\\]src[/\\]runtime|library[/\\](?:std|core|alloc)[/\\]src|src[/\\]lib(?:std|core|alloc))(?:[/\\]|$)|^(?:std|core|alloc)[/\\]src[/\\].{1,300}\.rs$/;
const RUNTIME_MODULES =
  /(?:^|[/\\])(?:lib(?:mono|asan|ubsan|tsan|lsan|hwasan|clang_rt)|vgpreload_|libsystem_(?:kernel|c|malloc|platform|pthread)\.dylib$|bionic[/\\]libc\.so$|libart\.so$|libc(?:-\d\.\d+)?\.so(?:\.\d)?$|node(?:\.exe)?$|mono(?:-sgen(?:\d\d)?)?$)/;

const isRuntime = (f: Frame): boolean => {
  if (f.kind === 'opaque') return true;
  if (f.function !== undefined && RUNTIME_NAMES.test(f.function.replace(THUNK, ''))) return true;
  if (f.kind !== 'module' && f.file !== undefined) return RUNTIME_FILES.test(f.file);
  return f.kind === 'module' && RUNTIME_MODULES.test(f.module);
};

/** The frame to look at first: the innermost one outside checkers and runtimes. */
export const shownFrame = (s: Diagnostic): Frame | undefined => {
  // Stacks of other threads only say what else went on.
  const stacks = [
    ...s.stacks.filter((k) => k.role !== 'related'),
    ...s.stacks.filter((k) => k.role === 'related'),
  ];
  for (const k of stacks) {
    // Above a panic of Go's stand the deferred functions that it has run.
    const panic = k.frames.findLastIndex((f) => f.kind === 'source' && f.function === 'panic');
    const own = k.frames.slice(panic + 1).find((f) => !isRuntime(f));
    if (own) return own;
  }
  return stacks.find((k) => k.frames.length > 0)?.frames[0];
};

/** The name of a frame, or its place if the log has no name. */
const nameOrPlace: FrameNamer = (f) => {
  if (f.kind === 'opaque' || (f.function !== undefined && !/^\?+$/.test(f.function))) return frameName(f);
  if (f.kind === 'source') return `${base(f.file)}:${f.line}`;
  return f.kind === 'module' ? `${base(f.module)}+${f.offset ?? ''}` : '?';
};

/** Computes the fingerprint of a diagnostic. */
export type Fingerprinter = (d: Diagnostic) => string;

/** Without a matrix: all code outside checkers and runtimes counts as the project's. */
export const guessFingerprint: Fingerprinter = (d) =>
  fingerprintBy(d, [(frames) => frames.filter((f) => !isRuntime(f))], nameOrPlace);

/** A copy whose frames can be changed. */
const copyOf = (d: Diagnostic): Diagnostic => ({
  ...d,
  stacks: d.stacks.map((k) => ({ ...k, frames: k.frames.map((f) => ({ ...f })) })),
});

/** What `parse` says of a diagnostic besides what the log says. */
export type Identity = { fingerprint: Fingerprinter; caller: (d: Diagnostic) => Caller | undefined };

/** Without a matrix. */
export const GUESSED: Identity = { fingerprint: guessFingerprint, caller: guessCaller };

/** As in `run`: the matrix defines the project's code, and a path that leads out of it is none of it. */
export const identityFor = (m: Matrix): Identity => {
  const shared = Object.values(m.targets).map((t) => resolve(m.root, t.dir));
  const inputs = m.suites.flatMap((s) => [s.dir, ...s.inputs]);
  const named = [...m.own, ...Object.values(m.targets).flatMap((t) => t.produces)];
  const own: ProjectCode = {
    shared,
    dirs: [...shared, ...[...inputs, ...m.own.filter((o) => o.includes('/'))].map((d) => resolve(m.root, d))],
    objects: new Set(named.filter((o) => !o.includes('/'))),
  };
  const caches = makeCaches();
  const settledOf = (d: Diagnostic): Diagnostic => {
    const settled = copyOf(d);
    settleSources(settled, own.dirs, [], caches);
    return settled;
  };
  return {
    fingerprint: (d) => {
      const objects = new Set([...own.objects, ...namedObjects(named, [], [d])]);
      return fingerprintOf(settledOf(d), { ...own, objects });
    },
    caller: (d) =>
      d.stacks.some((k) => k.role === 'managed') ? callerOf(settledOf(d).stacks, own) : undefined,
  };
};

/** The fingerprints of `run`. */
export const fingerprinterFor = (m: Matrix): Fingerprinter => identityFor(m).fingerprint;
