/** Callbacks and errno of ctypes and cffi, watched by a plugin in the test process (plugins/pytest/ffi_gates_ctguard.py). */
import type { Gate } from './gate.js';
import { watched, watching } from './guard.js';

export const ctguard: Gate = {
  ...watching,
  id: 'ctguard',
  title: 'callbacks and errno of ctypes and cffi',
  offer: { on: true, why: 'callbacks that Python collects while the library may call them' },
  limits: [
    {
      bindings: ['py'],
      text: 'Sees callbacks of ctypes and of `cffi.FFI().callback`, not those of FFIs that cffi has compiled.',
    },
  ],
  unfit: (b) => (b === 'py' ? undefined : 'ctypes and cffi are called from Python'),
  arm: (r) => ({
    prefix: [],
    env: { FFI_GATES_CTGUARD: r.logDir },
    hostArgs: [],
    watched: watched('the tests call nothing by way of ctypes or cffi'),
  }),
};
