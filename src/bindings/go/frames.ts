/**
 * Go callers in the stacks of C checkers: `plugins/go/frames.c` is compiled beside the tests and linked into them where a
 * checker unwinds by C's tables. Elsewhere than on x86-64 Go lays its frames out differently, and stacks end at the C side.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Instrument, Step } from '../../model/launch.js';

const SOURCE = fileURLToPath(new URL('../../../plugins/go/frames.c', import.meta.url));
/** No name of a shared object: it is the tool's, and not among those that a gate must see into. */
const NAME = 'ffi-gates-go-frames';

/** The checkers that take stacks by C's unwinder; ThreadSanitizer keeps its own, Valgrind reads other tables. */
const unwinds = ({ cflags }: Instrument): boolean =>
  process.arch === 'x64' && cflags.some((f) => f === '-fsanitize=address' || f === '-fsanitize=undefined');

/** Compiles the library; no step where nothing would use it. */
export const framesSteps = (place: PreparedSuite, instrument: Instrument): Step[] => {
  const how = ['-O2', '-g', '-fPIC', '-shared', '-shared-libgcc', `-Wl,-soname,${NAME}`];
  const argv: Step['argv'] = [instrument.cc, ...how, '-o', join(place.out, NAME), SOURCE];
  return unwinds(instrument) ? [{ argv, cwd: place.out, env: {} }] : [];
};

/** What links it into a test executable, although that names nothing of it. */
export const framesFlags = (place: PreparedSuite, instrument: Instrument): string[] =>
  unwinds(instrument)
    ? [`-L${place.out}`, `-Wl,-rpath,${place.out}`, '-Wl,--no-as-needed', `-l:${NAME}`, '-Wl,--as-needed']
    : [];
