/**
 * References that native code never releases, found by repeating each test (plugins/pytest/ffi_gates_pyrefs.py). After
 * `python -m test -R` of CPython, for an interpreter that does not count references.
 */
import type { Gate } from './gate.js';
import { watched, watching } from './guard.js';

export const pyrefs: Gate = {
  ...watching,
  id: 'pyrefs',
  title: 'each test repeated, for lost references',
  offer: {
    on: false,
    why: 'references to Python objects that are never released; runs each test several times',
  },
  limits: [
    {
      bindings: ['py', 'pyx'],
      text: 'Runs each passing test twice more, and eight times where memory grows. Sees lost references to what the test makes, not to constants and modules. A test that fails when it is repeated is not proven, and counted beside the verdict. Tests in which memory grows and for which there was no time run again in processes of their own, up to `looks`.',
    },
  ],
  unfit: (b) => (b === 'py' || b === 'pyx' ? undefined : 'references of Python'),
  arm: (r) => ({
    prefix: [],
    env: { FFI_GATES_PYREFS: r.logDir },
    hostArgs: [],
    watched: watched('no test passes twice'),
  }),
  // For its time limit: each test runs several times.
  heavy: true,
};
