/** Finds the tools of this machine by asking each one itself: real executables, never shims. */
import { realpath } from 'node:fs/promises';
import which from 'which';
import type { Tools } from '../model/launch.js';
import { baseEnv } from './environment.js';
import { runTool } from '../process/run-tool.js';

/** Why there was no answer, by what was asked for: a tool (`gcc`), a runtime (`gcc/asan`), `miri`, … */
export type Unknown = Record<string, string>;

/** What is asked of tools that may not answer. */
export type Asking = {
  unknown: Unknown;
  /** Time limits in ms of the trials. A busy machine may need the second. */
  patience: readonly number[];
};

/**
 * The output of a command, if it succeeds. If it is not heard even with patience, `name` becomes unknown,
 * with the reason.
 */
export const out = async (
  asking: Asking,
  name: string,
  cmd: string,
  args: string[],
): Promise<string | undefined> => {
  let why: string | undefined;
  for (const timeoutMs of asking.patience) {
    const r = await runTool(cmd, args, { timeoutMs, env: baseEnv() });
    if (r.code === 0) return r.all.trim();
    why = r.unheard;
    if (why === undefined) return undefined;
  }
  asking.unknown[name] = `${[cmd, ...args].join(' ').slice(0, 200)}: ${why}`;
  return undefined;
};

/** The first of these names on the PATH. */
export const firstOf = async (...names: string[]): Promise<string | undefined> => {
  for (const n of names) {
    const p = await which(n, { nothrow: true });
    if (p) return p;
  }
  return undefined;
};

type Probe = { names: string[]; args: string[]; pattern: RegExp };
const NEWEST_CLANG = [
  'clang-22',
  'clang-21',
  'clang-20',
  'clang-19',
  'clang-18',
  'clang-17',
  'clang-16',
  'clang',
];
const V = /(\d{1,9}(?:\.\d{1,9}){1,9})/;
const PROBES: Record<string, Probe> = {
  gcc: { names: ['gcc'], args: ['-dumpfullversion'], pattern: V },
  'g++': { names: ['g++'], args: ['-dumpfullversion'], pattern: V },
  clang: { names: NEWEST_CLANG, args: ['--version'], pattern: V },
  'clang++': {
    names: NEWEST_CLANG.map((n) => n.replace('clang', 'clang++')),
    args: ['--version'],
    pattern: V,
  },
  cmake: { names: ['cmake'], args: ['--version'], pattern: V },
  make: { names: ['make'], args: ['--version'], pattern: V },
  meson: { names: ['meson'], args: ['--version'], pattern: V },
  ninja: { names: ['ninja', 'ninja-build'], args: ['--version'], pattern: V },
  autoreconf: { names: ['autoreconf'], args: ['--version'], pattern: V },
  libtoolize: { names: ['libtoolize'], args: ['--version'], pattern: V },
  gdb: { names: ['gdb'], args: ['--version'], pattern: V },
  valgrind: { names: ['valgrind'], args: ['--version'], pattern: V },
  go: { names: ['go'], args: ['version'], pattern: /go(\d+\.\d+(?:\.\d+)?)/ },
  mvn: { names: ['mvn'], args: ['--version'], pattern: V },
  cargo: { names: ['cargo'], args: ['--version'], pattern: V },
  rustc: { names: ['rustc'], args: ['--version'], pattern: V },
  // The `version` is the machine's target triple. Cargo knows `host-tuple` only since 1.91.
  rustHost: { names: ['rustc'], args: ['-vV'], pattern: /^host: (\S+)/m },
  clippy: { names: ['cargo-clippy'], args: ['--version'], pattern: V },
  rustup: { names: ['rustup'], args: ['--version'], pattern: V },
  mono: { names: ['mono'], args: ['--version'], pattern: V },
  mcs: { names: ['mcs'], args: ['--version'], pattern: V },
  dotnet: { names: ['dotnet'], args: ['--version'], pattern: V },
  npm: { names: ['npm'], args: ['--version'], pattern: V },
  nm: { names: ['nm'], args: ['--version'], pattern: V },
  setpriv: { names: ['setpriv'], args: ['--version'], pattern: V },
};

/** Asks the interpreter itself for its path: `python3` may be a pyenv shim, which is a shell script. */
const python = async (asking: Asking): Promise<Tools> => {
  const shim = await firstOf('python3', 'python');
  const line =
    shim &&
    (await out(asking, 'python', shim, [
      '-c',
      'import sys,os;print(os.path.realpath(sys.executable), sys.version.split()[0])',
    ]));
  const m = line && /^(\S+) (\S+)$/m.exec(line);
  if (!m) return {};
  const path = m[1]!;
  const [pytest, setuptools, hypothesis] = await Promise.all([
    out(asking, 'pytest', path, ['-m', 'pytest', '--version']),
    out(asking, 'setuptools', path, ['-c', 'import setuptools; print(setuptools.__version__)']),
    // To import it would take longer than all the rest.
    out(asking, 'hypothesis', path, [
      '-c',
      'from importlib.metadata import version; print(version("hypothesis"))',
    ]),
  ]);
  return {
    python: { path, version: m[2]! },
    pytest: pytest ? { path, version: V.exec(pytest)?.[1] ?? pytest } : undefined,
    setuptools: setuptools ? { path, version: V.exec(setuptools)?.[1] ?? setuptools } : undefined,
    hypothesis: hypothesis ? { path, version: V.exec(hypothesis)?.[1] ?? hypothesis } : undefined,
  };
};

/** The JDK of JAVA_HOME if there is one, else that of `javac` on the PATH. */
const jdk = async (asking: Asking): Promise<Tools> => {
  const home = process.env['JAVA_HOME'];
  const javac = (home && (await firstOf(`${home}/bin/javac`))) || (await firstOf('javac'));
  if (!javac) return {};
  const real = await realpath(javac);
  const version = V.exec((await out(asking, 'javac', real, ['-version'])) ?? '')?.[1];
  const java = real.replace(/javac$/, 'java');
  return version ? { javac: { path: real, version }, java: { path: java, version } } : {};
};

/**
 * Rust's nightly with its date, since it changes daily: `1.101.0 (2026-10-29)`. Miri comes with it and has no
 * version of its own that changes.
 */
export const nightlyVersion = async (asking: Asking): Promise<Tools[string]> => {
  const text = await out(asking, 'nightly', 'rustc', ['+nightly', '--version']);
  const path = text && (await firstOf('rustc'));
  const m = text && /^rustc (\d[\d.]{1,20})\S{0,20}(?: \(\w{1,40} (\d{4}-\d\d-\d\d)\))?/.exec(text);
  return path && m ? { path, version: m[2] ? `${m[1]} (${m[2]})` : m[1]! } : undefined;
};

/** All tools except those that depend on others. Missing tools are absent, those not heard are in `unknown`. */
export const probeTools = async (asking: Asking): Promise<Tools> => {
  const tools: Tools = { node: { path: process.execPath, version: process.versions.node } };
  await Promise.all([
    ...Object.entries(PROBES).map(async ([id, p]) => {
      const path = await firstOf(...p.names);
      const text = path && (await out(asking, id, path, p.args));
      const version = text && p.pattern.exec(text)?.[1];
      if (path && version) tools[id] = { path, version };
    }),
    python(asking).then((t) => Object.assign(tools, t)),
    jdk(asking).then((t) => Object.assign(tools, t)),
    firstOf('nunit-console4', 'nunit-console').then((path) => {
      if (path) tools['nunit'] = { path, version: 'found' };
    }),
  ]);
  return tools;
};
