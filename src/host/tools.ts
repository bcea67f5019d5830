/** Finds the tools of this machine by asking each one itself: real executables, never shims. */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import which from 'which';
import type { Tools } from '../model/launch.js';
import { baseEnv } from './environment.js';
import { runTool } from '../process/run-tool.js';
import type { Depends, KeptAnswers } from './kept-answers.js';

/** Why there was no answer, by what was asked for: a tool (`gcc`), a runtime (`gcc/asan`), `miri`, … */
export type Unknown = Record<string, string>;

/** What is asked of tools that may not answer. */
export type Asking = {
  unknown: Unknown;
  /** Time limits in ms of the trials. A busy machine may need the second. */
  patience: readonly number[];
  /** Answers of earlier runs. Absent: every tool is asked. */
  kept?: KeptAnswers | undefined;
};

const ask = async (
  asking: Asking,
  name: string,
  cmd: string,
  args: readonly string[],
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

/**
 * The output of a command, if it succeeds. If it is not heard even with patience, `name` becomes unknown,
 * with the reason.
 */
export const out = (
  asking: Asking,
  name: string,
  cmd: string,
  args: string[],
  depends?: Depends,
): Promise<string | undefined> => {
  const fresh = (): Promise<string | undefined> => ask(asking, name, cmd, args);
  return asking.kept ? asking.kept.answer([cmd, ...args], fresh, depends) : fresh();
};

/** The first of these names on the PATH. */
export const firstOf = async (...names: string[]): Promise<string | undefined> => {
  for (const n of names) {
    const p = await which(n, { nothrow: true });
    if (p) return p;
  }
  return undefined;
};

/** Tools that only some repositories need. To ask all of them takes seconds on a busy machine. */
export const TOOLCHAINS = ['autotools', 'go', 'jvm', 'meson', 'mono', 'npm', 'rust'] as const;
export type Toolchain = (typeof TOOLCHAINS)[number];

type Probe = {
  names: string[];
  args: string[];
  pattern: RegExp;
  /** Asked only where this is needed. */
  of?: Toolchain;
};
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
  meson: { names: ['meson'], args: ['--version'], pattern: V, of: 'meson' },
  ninja: { names: ['ninja', 'ninja-build'], args: ['--version'], pattern: V },
  autoreconf: { names: ['autoreconf'], args: ['--version'], pattern: V, of: 'autotools' },
  libtoolize: { names: ['libtoolize'], args: ['--version'], pattern: V, of: 'autotools' },
  gdb: { names: ['gdb'], args: ['--version'], pattern: V },
  valgrind: { names: ['valgrind'], args: ['--version'], pattern: V },
  go: { names: ['go'], args: ['version'], pattern: /go(\d+\.\d+(?:\.\d+)?)/, of: 'go' },
  mvn: { names: ['mvn'], args: ['--version'], pattern: V, of: 'jvm' },
  cargo: { names: ['cargo'], args: ['--version'], pattern: V, of: 'rust' },
  rustc: { names: ['rustc'], args: ['--version'], pattern: V, of: 'rust' },
  // The `version` is the machine's target triple. Cargo knows `host-tuple` only since 1.91.
  rustHost: { names: ['rustc'], args: ['-vV'], pattern: /^host: (\S+)/m, of: 'rust' },
  clippy: { names: ['cargo-clippy'], args: ['--version'], pattern: V, of: 'rust' },
  rustup: { names: ['rustup'], args: ['--version'], pattern: V, of: 'rust' },
  mono: { names: ['mono'], args: ['--version'], pattern: V, of: 'mono' },
  mcs: { names: ['mcs'], args: ['--version'], pattern: V, of: 'mono' },
  dotnet: { names: ['dotnet'], args: ['--version'], pattern: V, of: 'mono' },
  npm: { names: ['npm'], args: ['--version'], pattern: V, of: 'npm' },
  nm: { names: ['nm'], args: ['--version'], pattern: V },
  setpriv: { names: ['setpriv'], args: ['--version'], pattern: V },
};

/** Those that are found in another way. */
const FURTHER: Partial<Record<Toolchain, readonly string[]>> = {
  jvm: ['java', 'javac'],
  mono: ['nunit'],
  rust: ['nightly'],
};

/** The tools of a toolchain. */
export const toolsOf = (toolchain: Toolchain): string[] => [
  ...Object.entries(PROBES).flatMap(([id, { of }]) => (of === toolchain ? [id] : [])),
  ...(FURTHER[toolchain] ?? []),
];

/**
 * Prints the interpreter's own path, its version, those of packages, and where it looks for modules. To import these would take longer than all the rest;
 * pytest is asked itself, since one that does not start runs no test.
 */
const ASK_PYTHON = `import os, sys
from importlib.metadata import PackageNotFoundError, version
print(os.path.realpath(sys.executable), sys.version.split()[0])
for name in ("setuptools", "hypothesis"):
    try:
        print(name, version(name))
    except PackageNotFoundError:
        pass
import site
for place in {*sys.path, site.getusersitepackages(), sys.prefix + "/pyvenv.cfg"}:
    print("place", place)`;

/** Where an interpreter finds packages, and what pytest reads before it starts. */
const pythonFiles = (text: string): string[] =>
  [
    ...text.split('\n').map((line) => line.replace(/^place /, '').replace(/^(\/\S+) \d[\d.]{0,20}$/, '$1')),
    ...['pytest.ini', '.pytest.ini', 'pyproject.toml', 'tox.ini', 'setup.cfg'].map((f) => resolve(f)),
  ].filter((path) => path.startsWith('/'));

/** Asks the interpreter itself for its path: `python3` may be a pyenv shim, which is a shell script. */
const python = async (asking: Asking): Promise<Tools> => {
  const shim = await firstOf('python3', 'python');
  const text = shim && (await out(asking, 'python', shim, ['-c', ASK_PYTHON], { files: pythonFiles }));
  const m = text && /^(\S+) (\S+)$/m.exec(text);
  if (!m) return {};
  const path = m[1]!;
  const pytest = await out(asking, 'pytest', path, ['-m', 'pytest', '--version'], {
    files: () => pythonFiles(text),
  });
  const packages = [...text.matchAll(/^(setuptools|hypothesis) (\S+)$/gm)];
  return {
    python: { path, version: m[2]! },
    pytest: pytest ? { path, version: V.exec(pytest)?.[1] ?? pytest } : undefined,
    ...Object.fromEntries(packages.map(([, name, version]) => [name, { path, version }])),
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

/**
 * All tools except those that depend on others, and those of toolchains that are not `wanted`. Missing tools are absent, those
 * not heard are in `unknown`.
 */
export const probeTools = async (asking: Asking, wanted: ReadonlySet<Toolchain>): Promise<Tools> => {
  const tools: Tools = { node: { path: process.execPath, version: process.versions.node } };
  await Promise.all([
    ...Object.entries(PROBES).map(async ([id, p]) => {
      if (p.of !== undefined && !wanted.has(p.of)) return;
      const path = await firstOf(...p.names);
      const text = path && (await out(asking, id, path, p.args));
      const version = text && p.pattern.exec(text)?.[1];
      if (path && version) tools[id] = { path, version };
    }),
    python(asking).then((t) => Object.assign(tools, t)),
    wanted.has('jvm') && jdk(asking).then((t) => Object.assign(tools, t)),
    firstOf('nunit-console4', 'nunit-console').then((path) => {
      if (path && wanted.has('mono')) tools['nunit'] = { path, version: 'found' };
    }),
  ]);
  return tools;
};
