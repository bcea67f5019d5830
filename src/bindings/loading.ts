/**
 * Suites without tests: `with: {load: …}` loads the code instead, each module as one test. A first suite for a project that
 * ships none. It shows faults of what runs while code is loaded, and of nothing else.
 */
import type { PreparedSuite } from './binding.js';
import { list } from './link.js';

/** What to load: these modules, and whatever else the build holds if `built`. */
export type Load = { names: string[]; built: boolean };

/** What the suite loads, or undefined if it has tests. */
export const loadOf = (suite: PreparedSuite): Load | undefined => {
  const { load } = suite.with;
  if (load === undefined) return undefined;
  return load === true ? { names: [], built: true } : { names: list(suite, 'load'), built: false };
};
