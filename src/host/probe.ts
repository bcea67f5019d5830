/**
 * This machine, probed once per command: its tools (real executables, never shims) and what the kernel
 * allows.
 */
import { runTool } from '../process/run-tool.js';
import { existsSync } from 'node:fs';
import { access, constants, mkdtemp, open, readFile, realpath, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Tools } from '../model/launch.js';
import { baseEnv } from './environment.js';
import type { Depends, KeptAnswers } from './kept-answers.js';
import {
  firstOf,
  nightlyVersion,
  out,
  probeTools,
  TOOLCHAINS,
  type Asking,
  type Toolchain,
  type Unknown,
} from './tools.js';

export type Host = {
  tools: Tools;
  /** What gave no answer, and so may be there. */
  unknown: Unknown;
  cores: number;
  memoryGiB: number;
  os: { id: string; name: string };
  /** `vm.mmap_rnd_bits`. Sanitizers of older runtimes need at most 28, or `setarch -R`. */
  mmapRndBits?: number;
  /** True if `setarch -R` (personality) is allowed here. */
  setarch: boolean;
  /**
   * True if a process may ptrace its child, as LeakSanitizer must. Tried with a leak-checked program if gcc
   * has one.
   */
  ptrace: boolean;
  /** True if a seccomp filter applies to this process, as in most containers. */
  seccomp: boolean;
  /** Scripts on the PATH that wrap a real interpreter (pyenv, asdf), by tool. */
  shims: Record<string, string>;
  /**
   * Default directory of reports, and whether files can be created there or in its nearest existing parent.
   */
  logs: { dir: string; writable: boolean };
  openFiles?: number;
  /** Sanitizer runtimes by `compiler/name`: `gcc/asan`, `clang/tsan`, `gcc/stdcxx`, … */
  runtimes: Record<string, string>;
  symbolizer?: string;
  /** Whether there is a nightly Rust toolchain. */
  nightly: boolean;
  miri: boolean;
  /** Whether nightly has the sources of the standard library (`-Zbuild-std`). */
  rustSrc: boolean;
};

/** A machine without any tools. A plan for it contains all cell ids of a matrix, all skipped. */
export const NO_HOST: Host = {
  tools: {},
  unknown: {},
  cores: 1,
  memoryGiB: 1,
  os: { id: 'none', name: 'none' },
  setarch: false,
  ptrace: false,
  seccomp: false,
  shims: {},
  logs: { dir: '.', writable: false },
  runtimes: {},
  nightly: false,
  miri: false,
  rustSrc: false,
};

/** Path of the sources installed by `rustup component add rust-src`, below a toolchain's root. */
const RUST_SRC = 'lib/rustlib/src/rust/library/Cargo.lock';

const RUNTIME_FILES: [key: string, compiler: 'gcc' | 'clang', file: string][] = [
  ['gcc/asan', 'gcc', 'libasan.so'],
  ['gcc/tsan', 'gcc', 'libtsan.so'],
  ['gcc/ubsan', 'gcc', 'libubsan.so'],
  ['gcc/stdcxx', 'gcc', 'libstdc++.so.6'],
  ['clang/asan', 'clang', `libclang_rt.asan-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so`],
  ['clang/tsan', 'clang', `libclang_rt.tsan-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so`],
  [
    'clang/ubsan',
    'clang',
    `libclang_rt.ubsan_standalone-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so`,
  ],
  ['clang/stdcxx', 'clang', 'libstdc++.so.6'],
];

/** A file that the compiler has not found may be installed. */
const PRINTED: Depends = { keeps: (path) => path.startsWith('/'), files: (path) => [path] };

const runtimes = async (tools: Tools, asking: Asking): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  await Promise.all(
    RUNTIME_FILES.map(async ([key, compiler, file]) => {
      const cc = tools[compiler]?.path;
      const p = cc && (await out(asking, key, cc, [`-print-file-name=${file}`], PRINTED));
      if (!p || !p.startsWith('/')) return;
      // gcc's lib*.so may be a link, and the loader needs the real file. A GNU ld script cannot be loaded.
      const real = await realpath(p).catch(() => undefined);
      if (real) found[key] = real;
    }),
  );
  return found;
};

const number = async (path: string): Promise<number | undefined> => {
  const n = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
  return Number.isNaN(n) ? undefined : n;
};

const osRelease = async (): Promise<{ id: string; name: string }> => {
  const t = await readFile('/etc/os-release', 'utf8').catch(() => '');
  // regexes: built from the three keys below
  const get = (k: string): string | undefined => new RegExp(`^${k}="?([^"\\n]*)`, 'm').exec(t)?.[1];
  return {
    id: [get('ID'), get('ID_LIKE')].filter(Boolean).join(' ') || process.platform,
    name: get('PRETTY_NAME') ?? process.platform,
  };
};

const openFileLimit = async (): Promise<number | undefined> => {
  const t = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const m = /^Max open files\s+(\d+)/m.exec(t);
  return m ? Number(m[1]) : undefined;
};

/**
 * Whether LeakSanitizer's tracer works. Yama's scope 3 forbids ptrace altogether. A container's filter shows
 * only in a trial: an empty program is leak-checked and fails at exit if its tracer cannot attach.
 */
const ptraceAllowed = async (gcc: string | undefined, kept: KeptAnswers | undefined): Promise<boolean> => {
  if ((await number('/proc/sys/kernel/yama/ptrace_scope')) === 3) return false;
  if (gcc === undefined) return true;
  const tried = (): Promise<string | undefined> => tryPtrace(gcc);
  const said = kept
    ? await kept.answer([gcc, 'ptrace'], tried, { keeps: (answer) => answer === 'yes' })
    : await tried();
  return said !== 'no';
};

/** Undefined if it could not be tried. */
const tryPtrace = async (gcc: string): Promise<'yes' | 'no' | undefined> => {
  const dir = await mkdtemp(join(tmpdir(), 'ffi-gates-probe-'));
  try {
    const exe = join(dir, 'empty');
    const compile = ['-fsanitize=address', '-x', 'c', '-', '-o', exe];
    const cc = await runTool(gcc, compile, { input: 'int main(void) { return 0; }\n', env: baseEnv() });
    if (cc.code !== 0) return undefined;
    const env = { ...baseEnv(), ASAN_OPTIONS: 'detect_leaks=1' };
    const run = await runTool(exe, [], { timeoutMs: 20_000, env });
    if (/LeakSanitizer has encountered a fatal error|failed to (?:attach|fork)/i.test(run.all)) return 'no';
    return run.code === 0 ? 'yes' : undefined;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

const seccompFilter = async (): Promise<boolean> =>
  /^Seccomp:\s+[12]/m.test(await readFile('/proc/self/status', 'utf8').catch(() => ''));

/** `python3` on the PATH if it is a script. The interpreter that it starts is asked for its own path. */
const pythonShim = async (): Promise<Record<string, string>> => {
  const path = await firstOf('python3', 'python');
  const file = path && (await open(path).catch(() => undefined));
  if (!path || !file) return {};
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('latin1') === '#!' ? { python: path } : {};
  } finally {
    await file.close();
  }
};

/** Tries to create a directory at `dir`, or at its nearest existing parent. */
const writable = async (dir: string): Promise<boolean> => {
  for (let d = dir; ; d = dirname(d)) {
    const created = await mkdtemp(join(d, '.ffi-gates-probe-')).then(
      async (m) => rm(m, { recursive: true }).then(() => true),
      (e: NodeJS.ErrnoException) => (e.code === 'ENOENT' && d !== dirname(d) ? undefined : false),
    );
    if (created !== undefined) return created;
  }
};

const PATIENCE_MS = [30_000, 90_000];

export type ProbeOptions = {
  /** Time limits in ms of the trials. */
  patience?: readonly number[];
  /** The only toolchains to look for. Default: all. */
  wanted?: ReadonlySet<Toolchain>;
  /** Answers of an earlier run, and where those of this one go. Default: everything is asked, and nothing kept. */
  kept?: KeptAnswers | undefined;
};

/**
 * Probes the machine, which takes about a second. Missing tools are absent in the result; tools that do not
 * answer in time are unknown. `reports` is the directory for reports.
 */
export const probeHost = async (
  reports = 'reports/latest',
  { patience, wanted, kept }: ProbeOptions = {},
): Promise<Host> => {
  const unknown: Unknown = {};
  const asking = { unknown, patience: patience ?? PATIENCE_MS, kept };
  const tools = await probeTools(asking, wanted ?? new Set(TOOLCHAINS));
  const dir = resolve(reports);
  const nightly = async (name: string, ...command: [string, ...string[]]) =>
    tools['rustup'] ? out(asking, name, command[0], command.slice(1)) : undefined;
  const [rt, bits, setarch, ptrace, os, openFiles, night, miri, sysroot, seccomp, shims, canWrite] =
    await Promise.all([
      runtimes(tools, asking),
      number('/proc/sys/vm/mmap_rnd_bits'),
      out(asking, 'setarch', 'setarch', ['-R', 'true']).then((o) => o !== undefined),
      ptraceAllowed(tools['gcc']?.path, kept),
      osRelease(),
      openFileLimit(),
      tools['rustup'] ? nightlyVersion(asking) : undefined,
      nightly('miri', 'cargo', '+nightly', 'miri', '--version'),
      nightly('rustSrc', 'rustc', '+nightly', '--print', 'sysroot'),
      seccompFilter(),
      pythonShim(),
      writable(dir),
    ]);
  if (night) tools['nightly'] = night;
  await kept?.save();
  const rustSrc = sysroot !== undefined && existsSync(join(sysroot.trim(), RUST_SRC));
  const clangDir = tools['clang'] && (await realpath(tools['clang'].path)).replace(/\/[^/]+$/, '');
  const symbolizer = clangDir && `${clangDir}/llvm-symbolizer`;
  const hasSymbolizer =
    symbolizer &&
    (await access(symbolizer, constants.X_OK).then(
      () => true,
      () => false,
    ));
  return {
    tools,
    unknown,
    cores: availableParallelism(),
    memoryGiB: totalmem() / 2 ** 30,
    os,
    ...(bits === undefined ? {} : { mmapRndBits: bits }),
    setarch,
    ptrace,
    seccomp,
    shims,
    logs: { dir, writable: canWrite },
    ...(openFiles === undefined ? {} : { openFiles }),
    runtimes: rt,
    ...(hasSymbolizer ? { symbolizer } : {}),
    nightly: night !== undefined,
    miri: night !== undefined && miri !== undefined,
    rustSrc,
  };
};
