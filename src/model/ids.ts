/**
 * Ids that matrices may use. The tables in `gates/`, `bindings/` and `builders/` must hold exactly these; a
 * test compares them.
 */
export const BINDING_IDS = ['c', 'py', 'pyx', 'go', 'jni', 'rs', 'net', 'node'] as const;
export const BUILDER_IDS = [
  'cc',
  'cmake',
  'make',
  'autotools',
  'meson',
  'cargo',
  'setuptools',
  'nodegyp',
  'command',
] as const;
export const GATE_IDS = [
  'plain',
  'asan',
  'ubsan',
  'tsan',
  'memcheck',
  'helgrind',
  'xcheck',
  'cgocheck',
  'cgocheck2',
  'gorace',
  'goasan',
  'rsasan',
  'rstsan',
  'miri',
  'pydebug',
  'declared',
  'fdguard',
  'ctguard',
  'pyrefs',
  'pyguard',
  'napiguard',
  'jniguard',
  'monoguard',
  'rslint',
  'values',
  'fuzz',
  'failing',
  'errors',
  'contain',
  'callguard',
] as const;
/** How a function says that it failed: by a negative result, NULL, a result other than zero, zero, or -1 and errno. */
export const ERROR_RESULTS = ['negative', 'null', 'nonzero', 'zero', 'errno'] as const;
export type ErrorResult = (typeof ERROR_RESULTS)[number];
/** Gates whose threads can be made to wait now and then (`perturb`). */
export const PERTURBED_GATES: readonly string[] = [
  'asan',
  'tsan',
  'helgrind',
  'rstsan',
] satisfies (typeof GATE_IDS)[number][];
/** Gates whose allocator can be told how much to put between blocks, and what to fill them with. */
export const HEAP_GATES: readonly string[] = [
  'asan',
  'goasan',
  'rsasan',
  'memcheck',
] satisfies (typeof GATE_IDS)[number][];
/** Bindings in whose hosts a call that sleeps keeps a thread from others: Node's event loop, and Go's threads. */
export const KEEPING_BINDINGS: readonly string[] = ['go', 'node'] satisfies (typeof BINDING_IDS)[number][];
/** Gates that make inputs until their time is over. */
export const FUZZING_GATES: readonly string[] = ['fuzz' satisfies (typeof GATE_IDS)[number]];
/** Gates that draw their schedules from a seed. `Gate.seeds` is the number of schedules. */
export const SEEDED_GATES: readonly string[] = ['miri' satisfies (typeof GATE_IDS)[number]];
export type GateId = (typeof GATE_IDS)[number];
export type BuilderId = (typeof BUILDER_IDS)[number];
export type BindingId = (typeof BINDING_IDS)[number];
