/**
 * An object that is preloaded into a JVM under memcheck and excludes the stacks of threads from its checks.
 * `stacks.c` says why.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Arm, Instrument, Step, Tools } from '../../model/launch.js';

const SOURCE = fileURLToPath(new URL('../../../plugins/jni/stacks.c', import.meta.url));

/**
 * Named like Valgrind's own objects, so that it counts as part of the tool in stacks and among mapped
 * objects.
 */
const preloaded = (suite: PreparedSuite): string => join(suite.out, 'vgpreload_ffi-gates-stacks');

/**
 * Compiles it for builds that Valgrind may run, not for those with a sanitizer, which has a runtime of its
 * own.
 */
export const compileStacks = (suite: PreparedSuite, { cc, cflags }: Instrument, tools: Tools): Step[] => {
  if (!tools['valgrind'] || cflags.some((f) => f.startsWith('-fsanitize'))) return [];
  const argv: Step['argv'] = [
    cc,
    '-O1',
    '-fPIC',
    '-shared',
    '-o',
    preloaded(suite),
    SOURCE,
    '-ldl',
    '-lpthread',
  ];
  return [{ argv, cwd: suite.dir, env: {} }];
};

/** The same arm, with the object before everything that is already preloaded. */
export const withStacks = (suite: PreparedSuite, arm: Arm): Arm => {
  if (!arm.prefix.includes('--tool=memcheck') || !existsSync(preloaded(suite))) return arm;
  const before = arm.env['LD_PRELOAD'] ?? suite.env['LD_PRELOAD'];
  return {
    ...arm,
    env: { ...arm.env, LD_PRELOAD: [preloaded(suite), ...(before ? [before] : [])].join(':') },
  };
};
