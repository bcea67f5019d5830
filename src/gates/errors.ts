/**
 * Functions of the project that report an error which did not happen, one call at a time: a host that goes on as though nothing
 * had happened ignores errors. `plugins/preload/errors.c` stands between the host and the library.
 */
import type { Gate } from './gate.js';
import { watching } from './guard.js';

/** Go ends without a last line, so the first call counts. */
const WATCHED = /^ffi-gates guard errors: (?:done, |note: watched )(\d+) /;

export const errors: Gate = {
  ...watching,
  id: 'errors',
  title: 'errors that the host ignores',
  offer: { on: false, why: 'makes functions report errors; say how they do with `errors` in a target' },
  limits: [
    {
      bindings: ['c', 'py', 'pyx', 'go', 'rs', 'jni', 'net', 'node'],
      text: 'Sees functions that a target names under `errors`, called from another object or found by name (ctypes, P/Invoke), on x86-64. A test that passes although its call reported an error is a finding, whatever else the host did with the error.',
    },
  ],
  unfit: () => undefined,
  asksErrors: true,
  preload: 'errors',
  fails: true,
  arm: (r) => ({
    prefix: [],
    env: {
      FFI_GATES_ERRORS: r.logDir,
      FFI_GATES_ERRORS_OF: Object.entries(r.errors ?? {})
        .map(([name, how]) => `${name}=${how}`)
        .join(','),
    },
    hostArgs: [],
    watched: {
      line: WATCHED,
      none: 'the tests call none of the functions that `errors` names, or these are linked statically',
    },
  }),
};
