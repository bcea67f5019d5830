/**
 * Warnings that depend on the optimiser and change with instrumentation. A project without such warnings
 * would otherwise fail to compile with `-Werror` under a gate. `-Wno-error=X` applies wherever it is on the
 * command line ("more specific options have priority over less specific ones", gcc, "Options to Request or
 * Suppress Warnings").
 */
import type { Compiler } from '../model/launch.js';

/**
 * By compiler: names of warnings, with the oldest version that knows them, since an unknown name is an error.
 */
const OPTIMISERS: Record<Compiler, readonly (readonly [since: number, names: readonly string[]])[]> = {
  gcc: [
    [
      0,
      ['maybe-uninitialized', 'uninitialized', 'array-bounds', 'null-dereference', 'nonnull', 'return-type'],
    ],
    [
      0,
      ['free-nonheap-object', 'aggressive-loop-optimizations', 'frame-larger-than=', 'stack-usage=', 'cpp'],
    ],
    [8, ['stringop-overflow', 'stringop-truncation', 'format-overflow', 'format-truncation', 'restrict']],
    [11, ['stringop-overread', 'mismatched-new-delete', 'tsan']],
    [12, ['dangling-pointer', 'use-after-free']],
  ],
  clang: [[0, ['frame-larger-than', 'cpp', 'pass-failed']]],
};

/** Flags that keep these warnings from being errors. `version` is the compiler's, as it prints it. */
export const noErrors = (compiler: Compiler, version: string): string[] => {
  const major = Number(version.split('.')[0]) || 0;
  return OPTIMISERS[compiler]
    .filter(([since]) => since <= major)
    .flatMap(([, names]) => names.map((n) => `-Wno-error=${n}`));
};
