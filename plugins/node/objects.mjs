/**
 * Loaded with `--import`: copies the mappings of the process into FFI_GATES_OBJECTS when it ends, because
 * sampling from outside misses objects that are loaded late. A process that dies leaves no record.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const { FFI_GATES_OBJECTS: dir } = process.env;

process.on('exit', () => {
  if (!dir) return;
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/maps.${process.pid}`, readFileSync('/proc/self/maps'));
});
