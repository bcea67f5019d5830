/** The environment of our child processes. */
import { dirname } from 'node:path';
import type { Tools } from '../model/launch.js';

/** Variables that would arm, disarm or redirect a checker, a compiler or a test runner unnoticed. */
// regexes: built from the literal below, one gap per name
const UNWANTED = new RegExp(
  `^(?:${[
    'LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|GLIBC_TUNABLES|MALLOC_.*|BASH_ENV',
    '.*SAN_OPTIONS|VALGRIND_OPTS|MIRIFLAGS',
    'PYTHONMALLOC|PYTHONPATH|PYTHONOPTIMIZE|PYTEST_ADDOPTS|PYTEST_PLUGINS',
    'GODEBUG|GORACE|GOEXPERIMENT|GOFLAGS',
    'RUSTFLAGS|CARGO_ENCODED_RUSTFLAGS',
    'JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS',
    'NODE_OPTIONS|NODE_ENV|VITEST.*',
    'CC|CXX|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS',
    'FFI_GATES_.*',
  ].join('|')})$`,
);

/** `env` without variables that could disarm a gate. Used for tests, builds and probes. */
export const baseEnv = (env: NodeJS.ProcessEnv = process.env): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((e): e is [string, string] => e[1] !== undefined && !UNWANTED.test(e[0])),
  );

/**
 * The same for builds. JAVA_HOME names the JDK that runs the tests, for CMake's FindJNI, makefiles and Maven.
 */
export const buildEnv = (tools: Tools, env: NodeJS.ProcessEnv = process.env): Record<string, string> => ({
  ...baseEnv(env),
  ...(tools['java'] ? { JAVA_HOME: dirname(dirname(tools['java'].path)) } : {}),
});

/** Variables that differ from terminal to terminal and say nothing of a child. */
// regexes: built from the literal below
const PASSING = new RegExp(
  `^(?:${[
    '_|SHLVL|PWD|OLDPWD|TERM|TERM_.*|COLORTERM|COLUMNS|LINES|TMUX.*|STY|WINDOWID|DISPLAY|XDG_SESSION_.*',
    'SSH_.*|INVOCATION_ID|JOURNAL_STREAM|npm_.*|INIT_CWD',
  ].join('|')})$`,
);

/** `env` without what differs from terminal to terminal, for keys of what is kept between runs. */
export const lasting = (env: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !PASSING.test(name)));
