/** The dynamic symbols of shared objects, as `nm -D` prints them. */
import type { Caches } from './caches.js';
import { runTool } from './run-tool.js';

/** The dynamic symbols of an object file, as text; empty when there are none, or it cannot be read. */
export type SymbolReader = (path: string) => Promise<string>;

/** A reader that asks for each object once. */
export const makeSymbolReader =
  (caches: Caches): SymbolReader =>
  (path) =>
    caches.once('symbols', path, async () => (await runTool('nm', ['-D', path])).stdout);
