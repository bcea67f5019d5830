/** The interpreter's lock in calls of extensions, watched by a plugin (plugins/pytest/ffi_gates_pyguard.py). */
import type { Gate } from './gate.js';
import { watched, watching } from './guard.js';

export const pyguard: Gate = {
  ...watching,
  id: 'pyguard',
  title: 'the interpreter’s lock in calls of extensions',
  offer: { on: true, why: 'extensions that wait while they hold the interpreter’s lock' },
  limits: [
    {
      bindings: ['pyx'],
      text: 'Sees calls of functions and methods of the extension, not what its types do by operators, while no further thread of Python runs. A call that computes long with the lock is listed, and makes no cell red.',
    },
  ],
  unfit: (b) => (b === 'pyx' ? undefined : 'ctypes and cffi release the lock; others have none'),
  arm: (r) => ({
    prefix: [],
    env: { FFI_GATES_PYGUARD: r.logDir },
    hostArgs: [],
    watched: watched('the tests call no function of an extension that was built here'),
  }),
};
