/** Which frame a finding is shown at, and what makes two findings one, when nothing is known but the log. */
import { createHash } from 'node:crypto';
import { plainName } from '../../model/function-name.js';
import type { Frame, Diagnostic, Stack } from '../../model/diagnostic.js';

/** Functions of checkers and runtimes that stand above the code that erred. */
const RUNTIME_NAMES =
  /^(?:_{2,3}(?:interceptor|asan|hwasan|lsan|msan|tsan|ubsan|sanitizer|interception)_|__libc_|__GI_|__pthread_|_start$|malloc$|calloc$|realloc$|free$|cfree$|memalign$|posix_memalign$|aligned_alloc$|strdup$|strndup$|mem(?:cpy|move|set|cmp|chr)$|str(?:cpy|ncpy|cat|len|nlen|cmp|chr)$|operator (?:new|delete)|std::|__cxx|core::|alloc::|rust_|__rust|runtime\.|panic$|abort$|raise$|gsignal$|wrap_|Interceptor)/;
/** Places of the same. */
const RUNTIME_FILES =
  /(?:^|[/\\])(?:compiler-rt|libsanitizer|sanitizer_common|vg_replace_malloc\.c|vg_replace_strmem\.c|hg_intercepts\.c|drd_pthread_intercepts\.c|rustc[/\\][0-9a-f]{8,}|rustlib|go[/\\]src[/\\]runtime)(?:[/\\]|$)/;
const RUNTIME_MODULES = /(?:^|[/\\])(?:lib(?:asan|ubsan|tsan|lsan|hwasan|clang_rt)|vgpreload_)/;

/** What is known of a function's name; names repeat, and judging one takes several regular expressions. */
type Name = { plain: string; runtime: boolean };
const names = new Map<string, Name>();
const MAX_NAMES = 20_000;

const nameOf = (name: string): Name => {
  let known = names.get(name);
  if (known === undefined) {
    if (names.size >= MAX_NAMES) names.clear();
    names.set(name, (known = { plain: plainName(name), runtime: RUNTIME_NAMES.test(name) }));
  }
  return known;
};

const isRuntime = (f: Frame): boolean => {
  if (f.kind === 'opaque') return true;
  if (f.function !== undefined && nameOf(f.function).runtime) return true;
  if (f.kind !== 'module' && f.file !== undefined) return RUNTIME_FILES.test(f.file);
  return f.kind === 'module' && RUNTIME_MODULES.test(f.module);
};

/** The frame at which a person should look first: the innermost that is not a runtime's. */
export const shownFrame = (s: Diagnostic): Frame | undefined => {
  for (const k of s.stacks) {
    const own = k.frames.find((f) => !isRuntime(f));
    if (own) return own;
  }
  return s.stacks.find((k) => k.frames.length > 0)?.frames[0];
};

const base = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** A frame without what changes from build to build; where there is no name, the place has to do. */
const keyOf = (f: Frame): string => {
  if (f.kind === 'opaque') return '?';
  if (f.function !== undefined && !/^\?+$/.test(f.function)) return nameOf(f.function).plain;
  if (f.kind === 'source') return `${base(f.file)}:${f.line}`;
  return f.kind === 'module' ? `${base(f.module)}+${f.offset ?? ''}` : '?';
};

/** Frames of a stack that identify it. */
const DEPTH = 3;

const sideOf = (k: Stack): string => {
  let side = '';
  let depth = 0;
  for (const f of k.frames) {
    if (isRuntime(f)) continue;
    side += `<${keyOf(f)}`;
    if (++depth === DEPTH) break;
  }
  return depth > 0 ? side : k.frames.slice(0, DEPTH).map(keyOf).join('<');
};

/**
 * Identity of a finding: what and where, without addresses, pids and build paths; lines only where the log names no
 * function. The two sides of a race are unordered.
 */
export const identityOf = (s: Diagnostic): string => {
  const leak = s.leak !== undefined;
  const sides = s.stacks.filter(
    (k) =>
      k.frames.length > 0 &&
      (k.role === 'fault' || k.role === 'other-access' || (leak && k.role === 'allocated')),
  );
  const telling = sides.length > 0 ? sides : s.stacks.filter((k) => k.frames.length > 0).slice(0, 1);
  const where = telling.map(sideOf).sort().join(' | ');
  const what = where === '' ? s.message.replace(/0x[0-9a-f]+|\d+/g, '#') : '';
  return createHash('sha256').update(`${s.hazard}\n${s.rule}\n${where}${what}`).digest('hex').slice(0, 16);
};
