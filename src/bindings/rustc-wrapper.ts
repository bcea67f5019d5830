/**
 * Rust that Cargo compiles, for tests of Rust and in other hosts' builds (maturin, napi-rs, neon). A wrapper around rustc adds the gate's
 * flags to whatever Cargo's settings say (RUSTFLAGS, `.cargo/config.toml`), and only to what is compiled for the target:
 * build scripts and procedural macros run inside the compiler. C code below is compiled by our compilers as in any package.
 */
import { join } from 'node:path';
import type { Instrument, Step, Tools } from '../model/launch.js';

/** Rust's sanitizers by the C compiler's flag. Not among them: TSan, for which the standard library must be compiled too. */
const SANITIZERS: Record<string, string> = { '-fsanitize=address': '-Zsanitizer=address' };

const TRIPLES: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'x86_64-unknown-linux-gnu',
  arm64: 'aarch64-unknown-linux-gnu',
};

/** Rust's name of this machine, if the gates know one. */
export const triple = TRIPLES[process.arch];

const wrapperText = (flags: readonly string[]): string => `#!/bin/sh
for word do
  case $word in
    --target | --target=*) exec "$@" ${flags.map((f) => `'${f.replaceAll("'", `'\\''`)}'`).join(' ')} ;;
  esac
done
exec "$@"
`;

/** A step that writes the wrapper into `out`, and the variable by which Cargo uses it. */
export const wrapping = (
  out: string,
  flags: readonly string[],
): { steps: Step[]; env: Record<string, string> } => {
  const wrapper = join(out, 'bin', 'rustc-wrapper');
  const script = 'mkdir -p "$1" && printf %s "$3" > "$2" && chmod +x "$2"';
  return {
    steps: [
      {
        argv: ['sh', '-c', script, 'sh', join(out, 'bin'), wrapper, wrapperText(flags)],
        cwd: out,
        env: {},
      },
    ],
    env: { RUSTC_WRAPPER: wrapper },
  };
};

/**
 * The same for a crate that another host's build compiles. Frames show the files below `from`, of which `source` is a copy.
 * Nothing where Rust has no name for this machine.
 */
export const rustcWrapper = (
  from: string,
  { out, source }: { out: string; source: string },
  instrument: Pick<Instrument, 'cflags'>,
  tools: Tools,
): { steps: Step[]; env: Record<string, string> } => {
  if (triple === undefined) return { steps: [], env: {} };
  const sanitizers = instrument.cflags.flatMap((flag) => SANITIZERS[flag] ?? []);
  const nightly = sanitizers.length > 0 && tools['nightly'] !== undefined;
  const { steps, env } = wrapping(out, [
    ...(nightly ? sanitizers : []),
    ...['-Cforce-frame-pointers=yes', '-Cdebuginfo=1', '-Cstrip=none'],
    `--remap-path-prefix=${source}=${from}`,
  ]);
  return {
    steps,
    env: { ...env, CARGO_BUILD_TARGET: triple, ...(nightly ? { RUSTUP_TOOLCHAIN: 'nightly' } : {}) },
  };
};
