/**
 * Calls of the project's code that fail: an allocation, an open, a thread that does not start. `plugins/preload/failing.c` lists
 * them while the suite runs; then one at a time fails, under AddressSanitizer, in the test that reaches it first.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { jdkHome } from '../bindings/jni/jdk.js';
import type { BindingId } from '../model/ids.js';
import type { Gate } from './gate.js';
import { asan } from './sanitizers.js';
import { INSTRUMENTED, NOT_GOS_OWN, plainInstrument } from './toolchain.js';

/** Where LeakSanitizer looks for leaks. In other hosts it dies, never runs, or does not see what the host keeps. */
const LSAN: readonly BindingId[] = ['c', 'py', 'pyx'];

/** A host may end without a last line, so the first call counts. */
const WATCHED = /^ffi-gates guard failing: (?:done, |note: watched )(\d+) /;

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
      bindings: ['c', 'py', 'pyx', 'go', 'jni', 'rs', 'net', 'node'],
      text: 'Sees calls that your own C and C++ code makes when it was compiled here, and only leaks of blocks that were allocated in the call from the host in which something failed. A crash after the host has its result, a call that ends the process itself, and a test that fails are no findings.',
    },
  ],
  unfit: () => undefined,
  compilers: ['gcc'],
  instrument: (host, b, c) =>
    plainInstrument(
      host,
      c,
      ['-fsanitize=address', '-fsanitize-recover=address', ...INSTRUMENTED, ...NOT_GOS_OWN(b)],
      ['-fsanitize=address'],
    ),
  preload: 'failing',
  preloadInputs: (host) => {
    const include = host.tools['java'] && join(jdkHome(host.tools), 'include');
    return include !== undefined && existsSync(join(include, 'jvmti.h'))
      ? {
          facts: [include, host.tools['java']],
          flags: ['-DFAILING_JNI', `-I${include}`, `-I${join(include, 'linux')}`],
          commands: [],
        }
      : { facts: undefined, flags: [], commands: [] };
  },
  fails: true,
  arm: (r) => {
    const { atEnd, ...armed } = asan.arm(r);
    const scans = !LSAN.includes(r.binding);
    const env: Record<string, string> = { ...armed.env, FFI_GATES_FAILING: r.logDir };
    return {
      ...armed,
      env: scans
        ? { ...env, ASAN_OPTIONS: `${env['ASAN_OPTIONS']}:detect_leaks=0`, FFI_GATES_FAIL_SCAN: '1' }
        : env,
      ...(atEnd && !scans ? { atEnd } : {}),
      watched: { line: WATCHED, none: 'the tests reach no call of the project that can fail' },
    };
  },
};
