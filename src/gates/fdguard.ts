/**
 * Descriptors, streams, sockets and the like that the project's code opens and nobody closes, whatever closes them: the host,
 * the library, the test. `plugins/preload/fdguard.c` keeps a journal of each process.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LeftOpenSpec } from './programs/left-open.js';
import type { Gate } from './gate.js';
import { missingCompiler, plainInstrument } from './toolchain.js';

const PROGRAM = fileURLToPath(new URL('./programs/left-open.js', import.meta.url));
const LOG = 'fdguard.log';

export const fdguard: Gate = {
  id: 'fdguard',
  title: 'descriptors, maps, threads and temporary files left',
  offer: {
    on: true,
    why: 'files, sockets, pipes, maps and threads that native code opens and nobody closes',
  },
  limits: [
    {
      bindings: ['c', 'py', 'pyx', 'go', 'jni', 'rs', 'net', 'node'],
      text: 'Sees what your own objects open in a test through the C library: files, streams, directories, sockets, pipes, events, temporary files that are still there, threads that ended and that nobody joined, and eight or more memory maps of one place. Not what they open while they are loaded, nor random numbers. A process that is killed is not judged.',
    },
    {
      bindings: ['go'],
      text: "Go closes by system calls of its own, which are noticed when the number is used again. A descriptor that C opens and Go's `syscall.Close` closes at the very end of a process looks left open. Threads and maps are not judged.",
    },
  ],
  unfit: () => undefined,
  compilers: ['gcc'],
  missing: (host, _b, c) => missingCompiler(host, c),
  instrument: (host, _b, c) => plainInstrument(host, c),
  preload: 'fdguard',
  arm: (r) => {
    const journal = join(r.logDir, 'fdguard');
    const settings: LeftOpenSpec = { journal, log: join(r.logDir, LOG), ends: r.binding !== 'go' };
    return {
      prefix: [],
      env: { FFI_GATES_FD_JOURNAL: journal },
      hostArgs: [],
      // A process that ran tests and was not watched, or did not come to its end, is not clean. Go ends without a word.
      atEnd: settings.ends ? /^ffi-gates fdguard: ended$/ : /^ffi-gates fdguard: watching$/,
      after: { argv: [process.execPath, PROGRAM], settings, log: LOG },
    };
  },
  exitCodes: [],
  halts: false,
  heavy: false,
  memory: 0.1,
};
