/**
 * Loaded with `--import` into a file that is one test: writes the program's exit status beside
 * FFI_GATES_PROGRESS, because LeakSanitizer ends the process with a status of its own. Read after all
 * listeners of 'exit', which may change it.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const { FFI_GATES_PROGRESS: progress } = process.env;
const emit = process.emit.bind(process);

if (progress && isMainThread)
  process.emit = function (name, ...args) {
    const heard = emit(name, ...args);
    if (name === 'exit')
      writeFileSync(`${progress}.status.${process.pid}`, String(process.exitCode ?? args[0] ?? 0));
    return heard;
  };
