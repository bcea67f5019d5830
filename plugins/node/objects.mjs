/**
 * Loaded with `--import`: copies the mappings of the process into FFI_GATES_OBJECTS when it ends, and when a
 * worker thread has loaded an addon. Sampling from outside misses objects that are loaded late. A process that
 * dies leaves no record.
 *
 * Node unloads an addon with its last thread. Where a runner has its tests in workers (FFI_GATES_KEEP_ADDONS), the
 * addon stays, since a report at the end of the process could name none of its functions otherwise.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';

const { FFI_GATES_OBJECTS: dir, FFI_GATES_KEEP_ADDONS: keep } = process.env;
const RTLD_NODELETE = 0x1000;

const record = (name) => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/maps.${name}`, readFileSync('/proc/self/maps'));
};

if (dir) process.on('exit', () => record(isMainThread ? process.pid : `${process.pid}.${threadId}`));
if (!isMainThread) {
  const dlopen = process.dlopen.bind(process);
  process.dlopen = function (module, file, flags = constants.dlopen.RTLD_LAZY) {
    const result = dlopen(module, file, keep ? flags | RTLD_NODELETE : flags);
    if (dir) record(`${process.pid}.${threadId}`);
    return result;
  };
}
