/**
 * Go callers in the stacks of C checkers. `plugins/go/frames.c` is compiled beside the tests and linked into
 * them if a checker unwinds by C's tables. Only on x86-64: elsewhere Go lays out its frames differently, and
 * stacks end at the C side.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Instrument, Step } from '../../model/launch.js';

const SOURCE = fileURLToPath(new URL('../../../plugins/go/frames.c', import.meta.url));
/** Not named like a shared object: it belongs to the tool, and gates need not see into it. */
const NAME = 'ffi-gates-go-frames';

/**
 * Whether the checker unwinds by C's tables. ThreadSanitizer keeps stacks of its own, and Valgrind reads
 * other tables.
 */
const unwinds = ({ cflags }: Instrument): boolean =>
  process.arch === 'x64' && cflags.some((f) => f === '-fsanitize=address' || f === '-fsanitize=undefined');

/** Compiles the library. No steps if nothing would use it. */
export const framesSteps = (suite: PreparedSuite, instrument: Instrument): Step[] => {
  const how = ['-O2', '-g', '-fPIC', '-shared', '-shared-libgcc', `-Wl,-soname,${NAME}`];
  const argv: Step['argv'] = [instrument.cc, ...how, '-o', join(suite.out, NAME), SOURCE];
  return unwinds(instrument) ? [{ argv, cwd: suite.out, env: {} }] : [];
};

/** Flags that link it into a test executable, although nothing there refers to it. */
export const framesFlags = (suite: PreparedSuite, instrument: Instrument): string[] =>
  unwinds(instrument)
    ? [`-L${suite.out}`, `-Wl,-rpath,${suite.out}`, '-Wl,--no-as-needed', `-l:${NAME}`, '-Wl,--as-needed']
    : [];
