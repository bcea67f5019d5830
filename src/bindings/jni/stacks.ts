/** What is preloaded into a JVM under memcheck: it leaves the stacks of threads unwatched, and says why (`stacks.c`). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Arm, Instrument, Step, Tools } from '../../model/launch.js';

const SOURCE = fileURLToPath(new URL('../../../plugins/jni/stacks.c', import.meta.url));

/** Named as Valgrind names its own, so that it is taken for a part of the tool in stacks and among the mapped objects. */
const preloaded = (place: PreparedSuite): string => join(place.out, 'vgpreload_ffi-gates-stacks');

/** Compiles it where Valgrind may run: not with a sanitizer's objects, whose gates bring a runtime of their own. */
export const compileStacks = (place: PreparedSuite, { cc, cflags }: Instrument, tools: Tools): Step[] => {
  if (!tools['valgrind'] || cflags.some((f) => f.startsWith('-fsanitize'))) return [];
  const argv: Step['argv'] = [
    cc,
    '-O1',
    '-fPIC',
    '-shared',
    '-o',
    preloaded(place),
    SOURCE,
    '-ldl',
    '-lpthread',
  ];
  return [{ argv, cwd: place.dir, env: {} }];
};

/** The same arm, with the object before what is preloaded already. */
export const withStacks = (place: PreparedSuite, arm: Arm): Arm => {
  if (!arm.prefix.includes('--tool=memcheck') || !existsSync(preloaded(place))) return arm;
  const before = arm.env['LD_PRELOAD'] ?? place.env['LD_PRELOAD'];
  return {
    ...arm,
    env: { ...arm.env, LD_PRELOAD: [preloaded(place), ...(before ? [before] : [])].join(':') },
  };
};
