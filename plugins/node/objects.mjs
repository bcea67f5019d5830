/**
 * Loaded with `--import`: when the process ends, copies its mappings into FFI_GATES_OBJECTS, because looking from outside
 * misses what is loaded just before the end. A process that dies leaves none.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const { FFI_GATES_OBJECTS: dir } = process.env;

process.on('exit', () => {
  if (!dir) return;
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/maps.${process.pid}`, readFileSync('/proc/self/maps'));
});
