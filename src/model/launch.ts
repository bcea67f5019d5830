/** Plain data passed between the stages: a process to start, what to compile with, what to run with. */

/** One process to start. Never a shell string. */
export type Launch = { argv: [string, ...string[]]; cwd: string; env: Record<string, string> };

/** One command of a build. If it exits with non-zero, the cells that need it are `build-failed`. */
export type Step = Launch;

/** What to compile with. Flags reach the project's objects, never the toolchain's own. */
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

/**
 * What to run with. It goes directly around the process that loads the native code, never around a launcher
 * or a shell.
 */
export type Arm = {
  /** Arguments before the host executable: `setarch -R`, `valgrind …`. */
  prefix: string[];
  /** Environment of the host process: `LD_PRELOAD`, `ASAN_OPTIONS`, … */
  env: Record<string, string>;
  /** Switches of the host runtime itself, after its executable: `-Xcheck:jni`, `-X dev`, `--expose-gc`. */
  hostArgs: string[];
  /**
   * A line that the checker writes at the end of each process that it examines. A log without it had no check
   * for leaks: the process left by `_exit` or the like.
   */
  atEnd?: RegExp;
  /** Text files that the launch reads, by their absolute paths. */
  files?: Record<string, string>;
  /** For a guard. A cell in which it watched nothing proves nothing. */
  watched?: Watched;
  /**
   * A program that runs after each launch and writes a checker's report into the log directory. Its argument is
   * a JSON file with `settings` and what the binding says about its declarations. `log` is the report's name.
   */
  after?: { argv: [string, ...string[]]; settings: Record<string, unknown>; log: string };
};

/** How a guard says that it watched: see `Arm.watched`. */
export type Watched = {
  /** The last line of each process; its group is a number of things that were watched. */
  line: RegExp;
  /** Why nothing may have been watched although the guard was there. */
  none: string;
};

/** Tests of which a guard that repeats them says that they prove nothing. */
export type Unproven = {
  /** They passed once, and failed when they were repeated. */
  readonly once: readonly string[];
  /** They have to be looked at closely, for which there was no time. */
  readonly open: readonly string[];
};

/** A missing tool or package, why it is needed, and how to get it. */
export type Missing = {
  what: string;
  why: string;
  remedy: string;
  /** How `--provision` installs it. Absent for shared tools, which are in `setup/recipes.ts`. */
  install?: Install;
  /** It may be there: it was asked for and gave no answer. */
  unknown?: true;
};

/** Debian packages, and commands that need no root. */
export type Install = { packages: string[]; commands: [string, ...string[]][] };

/** Tools of this machine that a binding needs. Paths are of real executables, never of shims. */
export type Tools = Record<string, { path: string; version: string } | undefined>;

export type Compiler = 'gcc' | 'clang';

export const NO_ARM: Arm = { prefix: [], env: {}, hostArgs: [] };
