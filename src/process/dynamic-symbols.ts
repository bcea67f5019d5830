/** The dynamic symbols of shared objects, as `nm -D` prints them. */
import { runTool } from './run-tool.js';

/** The dynamic symbols of an object file, as text; empty when there are none, or it cannot be read. */
export type SymbolReader = (path: string) => Promise<string>;

/** A reader that asks for each object once. */
export const makeSymbolReader = (): SymbolReader => {
  const known = new Map<string, Promise<string>>();
  return (path) => {
    const requested = known.get(path) ?? runTool('nm', ['-D', path]).then((r) => r.stdout);
    known.set(path, requested);
    return requested;
  };
};
