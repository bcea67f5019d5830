/**
 * Targets of libFuzzer in C and C++. A source that defines `LLVMFuzzerTestOneInput` is one; other sources that the suite names are
 * linked to each. Their names are paths without an extension.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { globSync } from 'tinyglobby';
import type { Instrument, Step } from '../model/launch.js';
import type { PreparedSuite } from './binding.js';
import { directoryOf } from './fuzz-targets.js';
import { list } from './link.js';

const SOURCES = '**/*.{c,cc,cpp,cxx}';
const IGNORED = ['**/node_modules/**', '**/build/**', '**/.*/**'];
const ENTRY = /\bLLVMFuzzerTestOneInput\s{0,8}\(/;

const isTarget = (path: string): boolean => ENTRY.test(readFileSync(path, 'utf8'));
const nameOf = (source: string): string => source.replace(/\.\w+$/, '');

/** The sources that the suite names, else all below it, relative to it: targets and others. */
const sourcesOf = (suite: PreparedSuite): { targets: string[]; others: string[] } => {
  const named = list(suite, 'sources');
  const all = globSync(named.length > 0 ? named : SOURCES, { cwd: suite.dir, ignore: IGNORED }).sort();
  const targets = all.filter((source) => isTarget(join(suite.dir, source)));
  return { targets, others: named.length > 0 ? all.filter((source) => !targets.includes(source)) : [] };
};

/** The names of the suite's targets. */
export const targetNames = (suite: PreparedSuite): string[] => sourcesOf(suite).targets.map(nameOf);

/** The program of a target. */
export const targetProgram = (suite: PreparedSuite, name: string): string =>
  join(suite.out, directoryOf(name));

/** Directories in which the repository keeps inputs of a target. */
export const seedsOf = (suite: PreparedSuite, name: string): string[] => {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const beside = dirname(join(suite.dir, name));
  return [
    join(beside, 'corpus', base),
    join(beside, `${base}_seed_corpus`),
    join(beside, `${base}_corpus`),
  ].filter((dir) => existsSync(dir));
};

/** Compiles each target with libFuzzer, which is a part of clang. */
export const compileTargets = (
  suite: PreparedSuite,
  { cc, cxx, cflags, ldflags }: Instrument,
  include: readonly string[],
): Step[] => {
  const { targets, others } = sourcesOf(suite);
  const dirs = Object.values(suite.targets).flatMap((d) => [`-L${d}`, `-Wl,-rpath,${d}`]);
  const libs = list(suite, 'libs').map((l) => `-l${l}`);
  return targets.map((source): Step => {
    const files = [source, ...others].map((f) => join(suite.dir, f));
    const compiler = files.some((f) => !f.endsWith('.c')) ? cxx : cc;
    return {
      argv: [
        compiler,
        ...cflags,
        ...include,
        ...['-fsanitize=fuzzer', '-o', targetProgram(suite, nameOf(source))],
        ...files,
        ...ldflags,
        ...dirs,
        ...libs,
        ...['-pthread', '-lm'],
      ],
      cwd: suite.out,
      env: suite.env,
    };
  });
};
