/** All chapters. */
import type { Chapter } from './chapter.js';
import { DECLARED } from './declared.js';
import { CHECKERS } from './checkers.js';
import { CRASHES } from './crashes.js';
import { GO } from './go.js';
import { GUARDS } from './guards.js';
import { PYTHON_GUARDS } from './python-guards.js';
import { JVM } from './jvm.js';
import { NEWER } from './newer.js';
import { RUNTIMES } from './runtimes.js';
import { RUST } from './rust.js';
import { SANITIZERS } from './sanitizers.js';
import { THREADS } from './threads.js';
import { UBSAN } from './ubsan.js';
import { VALGRIND } from './valgrind.js';

export const CHAPTERS: readonly Chapter[] = [
  ...SANITIZERS,
  ...THREADS,
  ...UBSAN,
  ...NEWER,
  ...VALGRIND,
  ...GO,
  ...JVM,
  ...RUST,
  ...RUNTIMES,
  ...DECLARED,
  ...GUARDS,
  ...CRASHES,
  ...CHECKERS,
  ...PYTHON_GUARDS,
];
