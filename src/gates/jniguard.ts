/** The rules of JNI, watched by an agent of the JVM (plugins/jniguard), which is compiled for the JDK that runs. */
import type { Gate } from './gate.js';
import { watched, watching } from './guard.js';

export const jniguard: Gate = {
  ...watching,
  id: 'jniguard',
  title: 'the rules of JNI, call by call',
  offer: { on: true, why: 'references, loans, threads and exceptions in calls of JNI' },
  limits: [
    {
      bindings: ['jni'],
      text: 'Sees calls that your own objects make. When local references end is known on x86-64 only. A reference is recognised as stale as long as it is among the last 8192 that ended. Memory lent by `Get…Chars` is counted, not guarded by pages.',
    },
  ],
  unfit: (b) => (b === 'jni' ? undefined : 'JNI exists only for jni'),
  agent: true,
  arm: (r) => ({
    prefix: [],
    env: { FFI_GATES_JNIGUARD: r.logDir },
    hostArgs: [],
    watched: watched('the tests call no native method of the project that calls JNI'),
  }),
};
