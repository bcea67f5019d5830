/**
 * Counts steps instead of measuring time: how often V8 runs each block of code, libraries included. Import this before
 * the code that is to be counted: V8 counts the blocks of functions that it compiles after the import.
 */
import { Session } from 'node:inspector/promises';

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** Blocks that ran since the last call. */
const taken = async (): Promise<number> =>
  (await session.post('Profiler.takePreciseCoverage')).result
    .flatMap((script) => script.functions)
    .flatMap((f) => f.ranges)
    .reduce((sum, range) => sum + range.count, 0);

/** The number of blocks that run while `act` does. `act` must have run before. */
export const countSteps = async (act: () => unknown): Promise<number> => {
  await taken();
  act();
  return taken();
};
