/**
 * Calls of the project's code that fail: an allocation, an open, a thread that does not start. `plugins/preload/failing.c` lists
 * them while the suite runs; then one at a time fails, under AddressSanitizer, in the test that reaches it first.
 */
import type { BindingId } from '../model/ids.js';
import type { Gate } from './gate.js';
import { watched } from './guard.js';
import { asan } from './sanitizers.js';
import { plainInstrument } from './toolchain.js';

const BINDINGS: readonly BindingId[] = ['c', 'py', 'pyx'];

export const failing: Gate = {
  ...asan,
  id: 'failing',
  title: 'calls that fail: allocations, files, threads',
  offer: {
    on: false,
    why: 'leaks and crashes where an allocation fails; takes a launch for each call that the tests reach',
  },
  limits: [
    {
      bindings: BINDINGS,
      text: 'Sees calls that your own C and C++ code makes when it was compiled here, and only leaks of blocks that were allocated in the call from the host in which something failed. A crash after the host has its result, a call that ends the process itself, and a test that fails are no findings.',
    },
  ],
  unfit: (b) => (BINDINGS.includes(b) ? undefined : 'calls of this binding are not made to fail'),
  compilers: ['gcc'],
  // Functions tell when they begin and end: plugins/preload/crossings.h.
  instrument: (host, _b, c) =>
    plainInstrument(
      host,
      c,
      ['-fsanitize=address', '-fsanitize-recover=address', '-finstrument-functions'],
      ['-fsanitize=address'],
    ),
  preload: 'failing',
  fails: true,
  arm: (r) => {
    const armed = asan.arm(r);
    return {
      ...armed,
      env: { ...armed.env, FFI_GATES_FAILING: r.logDir },
      watched: watched('the tests reach no call of the project that can fail'),
    };
  },
};
