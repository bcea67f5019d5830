/**
 * Loaded with `--import` into a file that is one test: leaves the status with which the program means to end beside
 * FFI_GATES_PROGRESS, because LeakSanitizer ends the process with a status of its own. Listeners of 'exit' may still change
 * it, so it is read when all of them are done.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const { FFI_GATES_PROGRESS: progress } = process.env;
const { emit } = process;

if (progress && isMainThread)
  process.emit = function (name, ...args) {
    const heard = emit.call(this, name, ...args);
    if (name === 'exit')
      writeFileSync(`${progress}.status.${process.pid}`, String(process.exitCode ?? args[0] ?? 0));
    return heard;
  };
