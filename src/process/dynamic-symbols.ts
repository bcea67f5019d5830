/** Dynamic symbols of shared objects, as printed by `nm -D`. */
import type { Caches } from './caches.js';
import { runTool } from './run-tool.js';

/** The dynamic symbols of an object file as text. Empty if there are none or the file cannot be read. */
export type SymbolReader = (path: string) => Promise<string>;

/** A symbol reader that reads each object once. */
export const makeSymbolReader =
  (caches: Caches): SymbolReader =>
  (path) =>
    caches.once('symbols', path, async () => (await runTool('nm', ['-D', path])).stdout);
