/** Hosts as `probeHost` would describe them: one that has everything, and changes to it. */
import type { Tools } from '../../src/model/launch.js';
import type { Host } from '../../src/host/probe.js';

const version = (path: string, v = '1.2.3'): { path: string; version: string } => ({ path, version: v });

/** Tools that no binding looks for on disk; a JDK, Node's headers and NUnit are looked for and so depend on the machine. */
export const TOOLS: Tools = {
  gcc: version('/usr/bin/gcc', '12.2.0'),
  'g++': version('/usr/bin/g++', '12.2.0'),
  clang: version('/usr/bin/clang-19', '19.1.7'),
  'clang++': version('/usr/bin/clang++-19', '19.1.7'),
  cmake: version('/usr/bin/cmake'),
  make: version('/usr/bin/make'),
  valgrind: version('/usr/bin/valgrind', '3.19.0'),
  python: version('/usr/bin/python3.11', '3.11.2'),
  pytest: version('/usr/bin/python3.11', '7.2.1'),
  setuptools: version('/usr/bin/python3.11', '66.1.1'),
  hypothesis: version('/usr/bin/python3.11', '6.67.1'),
  go: version('/usr/bin/go', '1.24.0'),
  cargo: version('/usr/bin/cargo', '1.95.0'),
  rustc: version('/usr/bin/rustc', '1.95.0'),
  rustHost: version('/usr/bin/rustc', 'x86_64-unknown-linux-gnu'),
  node: version(process.execPath, process.versions.node),
};

const RUNTIMES = ['gcc', 'clang'].flatMap((c) =>
  ['asan', 'tsan', 'ubsan', 'stdcxx'].map((r) => [`${c}/${r}`, `/usr/lib/${c}/lib${r}.so`]),
);

export const madeHost = (changes: Partial<Host> = {}): Host => ({
  tools: TOOLS,
  unknown: {},
  cores: 2,
  memoryGiB: 8,
  os: { id: 'debian', name: 'Debian GNU/Linux 12' },
  mmapRndBits: 28,
  setarch: true,
  ptrace: true,
  seccomp: false,
  shims: {},
  logs: { dir: '/repo/reports/latest', writable: true },
  openFiles: 1024,
  runtimes: Object.fromEntries(RUNTIMES) as Record<string, string>,
  symbolizer: '/usr/lib/llvm-19/bin/llvm-symbolizer',
  nightly: true,
  miri: true,
  rustSrc: true,
  ...changes,
});

/** The host without some of its tools. */
export const without = (...names: string[]): Host =>
  madeHost({ tools: Object.fromEntries(Object.entries(TOOLS).filter(([n]) => !names.includes(n))) });
