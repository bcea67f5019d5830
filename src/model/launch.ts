/** Words of the seams that every stage passes on: a process to start, what to compile with, what to run with. Plain data. */

/** One process to start. Never a shell string. */
export type Launch = { argv: [string, ...string[]]; cwd: string; env: Record<string, string> };

/** One command of a compile step; stops the lane as `build-failed` when it exits non-zero. */
export type Step = Launch;

/** What to compile with. Flags reach the user's objects, never the toolchain's own. */
export type Instrument = {
  compiler: 'gcc' | 'clang';
  cc: string;
  cxx: string;
  cflags: string[];
  ldflags: string[];
  /** Extra `go build`/`go test` flags (`-race`, `-asan`) and environment (`GOEXPERIMENT`). */
  go?: { flags: string[]; env: Record<string, string> };
  /** Rust: toolchain (`nightly`), RUSTFLAGS; `miri` runs `cargo miri test`. */
  rust?: {
    toolchain?: string;
    rustflags: string[];
    env?: Record<string, string>;
    miri?: true;
    /** Compile the standard library with the same flags (cargo's unstable `build-std`). */
    std?: true;
  };
};

/** What to run with: placed directly around the process that loads the native code, never around a launcher or shell. */
export type Arm = {
  /** Words before the host executable: `setarch -R`, `valgrind …`. */
  prefix: string[];
  /** Environment of the host process: `LD_PRELOAD`, `ASAN_OPTIONS`, … */
  env: Record<string, string>;
  /** Switches of the host runtime itself, after its executable: `-Xcheck:jni`, `-X dev`, `--expose-gc`. */
  hostArgs: string[];
  /** A line that the checker writes into the log of each process that it examines at its end. Where it is absent, what is
   * looked for then (leaks) was not looked for: `_exit` and its like leave without it. */
  atEnd?: RegExp;
};

/** What a missing thing is called and how to get it. */
export type Missing = {
  what: string;
  why: string;
  remedy: string;
  /** How `--provision` installs it; absent for shared tools, which are in `setup/recipes.ts`. */
  install?: Install;
};

/** Debian packages, then commands that need no root. */
export type Install = { packages: string[]; commands: [string, ...string[]][] };

/** What a binding needs to know of this machine. Paths are of real executables, never shims. */
export type Tools = Record<string, { path: string; version: string } | undefined>;

export type Compiler = 'gcc' | 'clang';

export const NO_ARM: Arm = { prefix: [], env: {}, hostArgs: [] };
