/**
 * From where the project's functions are called: one that may run once at a time is entered again while it runs, or calls keep the
 * threads of a host's runtime. `plugins/preload/callguard.c` is told of each function that begins and ends.
 */
import { KEEPING_BINDINGS, type BindingId } from '../model/ids.js';
import type { Gate } from './gate.js';
import { watching } from './guard.js';
import { INSTRUMENTED, NOT_GOS_OWN, plainInstrument } from './toolchain.js';

/** Go ends without a last line, so the first call counts. */
const WATCHED = /^ffi-gates guard callguard: (?:done, |note: watched )(\d+) /;

/** Hosts of which a thread can be asked for its lines while native code runs on it. */
const ANSWERING: readonly BindingId[] = ['py', 'pyx', 'jni', 'net', 'node'];

export const callguard: Gate = {
  ...watching,
  id: 'callguard',
  title: 'functions that are entered twice at once, and calls that keep the host’s threads',
  offer: {
    on: false,
    why: 'functions entered again while they run; name them with `nonreentrant` in a target',
  },
  limits: [
    {
      bindings: ['c', 'py', 'pyx', 'go', 'jni', 'rs', 'net', 'node'],
      text: 'Sees functions of C and C++ that were compiled here and that a target names under `nonreentrant`. A second entry is reported when it happens: threads that missed each other in this run are not.',
    },
    {
      bindings: ['go', 'node'],
      text: 'Calls that sleep are listed when they keep Node’s event loop, or 32 threads of Go at once, for a tenth of a second; red with `strict` only. Not calls that compute.',
    },
  ],
  unfit: () => undefined,
  // An exception that passes a function of C ends it, too.
  instrument: (host, b, c) =>
    plainInstrument(host, c, [...INSTRUMENTED, '-fexceptions', ...NOT_GOS_OWN(b)], []),
  preload: 'callguard',
  watchesEntries: true,
  watchesAnyway: (b) => KEEPING_BINDINGS.includes(b),
  asksForLines: (b) => ANSWERING.includes(b),
  arm: (r) => ({
    prefix: [],
    env: {
      FFI_GATES_CALLS: r.logDir,
      FFI_GATES_CALLS_HOST: r.binding,
      FFI_GATES_NONREENTRANT: (r.nonreentrant ?? []).map((group) => group.join(',')).join(';'),
      ...(r.settings?.kept === undefined
        ? {}
        : { FFI_GATES_KEPT_MS: String(Math.round(r.settings.kept * 1000)) }),
      ...(r.settings?.strict ? { FFI_GATES_KEPT_STRICT: '1' } : {}),
    },
    hostArgs: [],
    watched: {
      line: WATCHED,
      none: 'the tests call no function of C that was compiled here',
    },
  }),
};
