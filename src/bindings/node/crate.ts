/**
 * Addons in Rust (napi-rs, neon): Cargo builds the crate, with the gate's flags for what is compiled for this machine, and its
 * library is put where the package's loader looks. Where that loader is generated too, napi-rs's own program builds.
 */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Instrument, Step, Tools } from '../../model/launch.js';
import type { Request } from '../programs/place-addon.js';
import { rustcWrapper, triple } from '../rustc-wrapper.js';

const PLACE = fileURLToPath(new URL('../programs/place-addon.js', import.meta.url));

/** What of package.json says how the crate is built. */
export type CratePackage = {
  main?: string;
  scripts?: Record<string, string>;
  napi?: { name?: string; binaryName?: string };
  devDependencies?: object;
};

/** napi-rs's name for this machine. */
const platform = `linux-${process.arch}-gnu`;

/** Options of the package's own build by which the crate is another one. Those of optimisation and of targets are ours. */
const optionsOf = (scripts: Record<string, string> = {}): string[] => {
  const build = Object.values(scripts).find((s) => /\bnapi build\b|\bcargo (?:\+\w+ )?build\b/.test(s)) ?? '';
  const words = build
    .slice(build.search(/\bnapi build\b|\bcargo\b/))
    .split(/&&|;|\|/)[0]!
    .split(/\s+/);
  return words.flatMap((word, i) => {
    if (/^--(?:no-default-features|all-features|features=.+)$/.test(word)) return [word];
    return word === '--features' && words[i + 1] ? [word, words[i + 1]!.replaceAll(/["']/g, '')] : [];
  });
};

/** The program of napi-rs, if the package has it and no file yet that loads its addon. */
const generates = (suite: PreparedSuite, pkg: CratePackage): boolean =>
  '@napi-rs/cli' in { ...pkg.devDependencies } && !existsSync(join(suite.dir, pkg.main ?? 'index.js'));

/** Packages that building needs, though no source names them. */
export const buildTools = (suite: PreparedSuite, pkg: CratePackage): string[] =>
  generates(suite, pkg) ? ['@napi-rs/cli'] : [];

/** Steps that build the crate in `dir` of the copy in `project`. */
export const compileCrate = (
  suite: PreparedSuite,
  {
    project,
    dir,
    pkg,
    env,
  }: { project: string; dir: string; pkg: CratePackage; env: Record<string, string> },
  instrument: Instrument,
  tools: Tools,
): Step[] => {
  const rust = rustcWrapper(suite.dir, { out: suite.out, source: project }, instrument, tools);
  const target = join(suite.out, 'target');
  const all = { ...env, ...rust.env, ...suite.env };
  if (generates(suite, pkg)) {
    const words = ['--platform', '--target', triple ?? '', ...optionsOf(pkg.scripts)];
    const crate = relative(project, dir);
    const where = crate === '' ? [] : ['--manifest-path', join(crate, 'Cargo.toml'), '--output-dir', '.'];
    const napi = join('node_modules', '.bin', 'napi');
    return [...rust.steps, { argv: ['node', napi, 'build', ...words, ...where], cwd: project, env: all }];
  }
  const name = pkg.napi?.binaryName ?? pkg.napi?.name ?? 'index';
  const main = pkg.main?.endsWith('.node') ? [pkg.main] : [];
  const request: Request = {
    project,
    from: join(target, triple ?? '', 'debug'),
    ending: '.so',
    places: [`${name}.${platform}.node`, 'index.node', ...main],
  };
  return [
    ...rust.steps,
    {
      argv: ['cargo', 'build', '--lib', '--target-dir', target, ...optionsOf(pkg.scripts)],
      cwd: dir,
      env: all,
    },
    { argv: [process.execPath, PLACE, JSON.stringify(request)], cwd: project, env: {} },
  ];
};
