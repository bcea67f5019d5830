/**
 * Targets of cargo-fuzz: the programs of a package, usually `fuzz/`, that libfuzzer-sys gives a `main`. They are built with the
 * flags of cargo-fuzz (its `src/project.rs`), which stable rustc knows, too. C behind them is instrumented as in any suite.
 */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Instrument, Tools } from '../../model/launch.js';
import { isFuzzing } from '../../model/fuzz-plan.js';
import type { PreparedSuite } from '../binding.js';
import { list } from '../link.js';

/** The package of the targets: `fuzz` in the suite, if there is one, else the suite itself. */
export const fuzzDir = (suite: Pick<PreparedSuite, 'dir'>): string => {
  const usual = join(suite.dir, 'fuzz');
  return existsSync(join(usual, 'Cargo.toml')) ? usual : suite.dir;
};

const COVERAGE = [
  '-Cpasses=sancov-module',
  ...['level=4', 'inline-8bit-counters', 'pc-table', 'trace-compares'].map(
    (how) => `-Cllvm-args=-sanitizer-coverage-${how}`,
  ),
  '-Cllvm-args=-simplifycfg-branch-fold-threshold=0',
  '-Ccodegen-units=1',
  '--cfg=fuzzing',
];

/** Optimised, but with lines and with what is asserted in tests. */
export const PROFILE: Record<string, string> = {
  CARGO_PROFILE_RELEASE_DEBUG: 'true',
  CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS: 'true',
  CARGO_PROFILE_RELEASE_LTO: 'false',
  CARGO_PROFILE_RELEASE_STRIP: 'none',
};

/**
 * libFuzzer as clang ships it, where there is one: to compile that of libfuzzer-sys takes minutes, and under a sanitizer it is
 * slow.
 */
export const shippedLibFuzzer = (tools: Tools): Record<string, string> => {
  const clang = tools['clang']?.path;
  if (clang === undefined || !existsSync(clang)) return {};
  const versions = join(dirname(realpathSync(clang)), '..', 'lib', 'clang');
  const files = (existsSync(versions) ? readdirSync(versions) : []).flatMap((version) => {
    const lib = join(versions, version, 'lib');
    const arch = process.arch === 'x64' ? 'x86_64' : 'aarch64';
    return [
      join(lib, 'linux', `libclang_rt.fuzzer-${arch}.a`),
      join(lib, `${arch}-unknown-linux-gnu`, 'libclang_rt.fuzzer.a'),
    ];
  });
  const found = files.find((file) => existsSync(file));
  return found === undefined
    ? {}
    : { CUSTOM_LIBFUZZER_PATH: realpathSync(found), CUSTOM_LIBFUZZER_STD_CXX: 'stdc++' };
};

/** The instrument with what tells libFuzzer which code an input reaches. */
export const instrumented = (suite: PreparedSuite, instrument: Instrument): Instrument =>
  isFuzzing(suite)
    ? {
        ...instrument,
        rust: { ...instrument.rust, rustflags: [...(instrument.rust?.rustflags ?? []), ...COVERAGE] },
      }
    : instrument;

/** Programs below `out/target/TRIPLE/release`, by name. */
const programs = (suite: PreparedSuite): Map<string, string> => {
  const root = join(suite.out, 'target');
  const dirs = existsSync(root) ? readdirSync(root).map((triple) => join(root, triple, 'release')) : [];
  const found = dirs
    .filter((dir) => existsSync(dir))
    .flatMap((dir) => readdirSync(dir, { withFileTypes: true }).map((e) => ({ dir, e })))
    .filter(({ e }) => e.isFile() && /^[\w-]+$/.test(e.name))
    .map(({ dir, e }) => [e.name, join(dir, e.name)] as const);
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** The names of the targets, or of those that `with.test` names. */
export const targetNames = (suite: PreparedSuite): string[] => {
  const named = list(suite, 'test');
  return [...programs(suite).keys()].filter((name) => named.length === 0 || named.includes(name));
};

/** The program of a target. */
export const targetProgram = (suite: PreparedSuite, name: string): string =>
  programs(suite).get(name) ?? join(suite.out, name);

/** Directories in which the repository keeps inputs of a target. */
export const seedsOf = (suite: PreparedSuite, name: string): string[] =>
  [join(fuzzDir(suite), 'corpus', name)].filter((dir) => existsSync(dir));
