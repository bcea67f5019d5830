/**
 * Sanitizers for Rust code (nightly `-Zsanitizer`), and Miri. Source: the Rust unstable book, `sanitizer`.
 */
import type { BindingId } from '../model/ids.js';
import { type Compiler, type Missing, NO_ARM } from '../model/launch.js';
import { type ArmRequest, type Gate } from './gate.js';
import { asanEnv, LEAKS_SOUGHT, missingCompiler, options, plainInstrument } from './toolchain.js';
import type { Host } from '../host/probe.js';

const onlyRust = (b: BindingId): string | undefined => (b === 'rs' ? undefined : 'exists only for Rust');

/** The executable exports the runtime, so that the C library's calls into it are resolved at load time. */
const EXPORTING = ['-Zexport-executable-symbols', '-Clink-arg=-Wl,--allow-shlib-undefined'];

const needNightly = (host: Host, _b: BindingId, c: Compiler): Missing | undefined =>
  missingCompiler(host, c) ??
  (host.nightly
    ? undefined
    : {
        what: 'Rust nightly',
        why: '-Zsanitizer needs a nightly toolchain',
        remedy: 'rustup toolchain install nightly',
      });

const symbolizer = (r: ArmRequest): Record<string, string> =>
  r.host.symbolizer ? { external_symbolizer_path: r.host.symbolizer } : {};

/**
 * ASan in Rust and C code. The runtime is in the Rust executable, which exports it. The C library is linked
 * without one (clang's default for shared objects).
 */
export const rsasan: Gate = {
  id: 'rsasan',
  title: 'Rust -Zsanitizer=address, C code included',
  offer: { on: false, why: 'Rust code under ASan; needs a nightly toolchain' },
  limits: [{ bindings: ['rs'], text: 'Needs a nightly toolchain.' }],
  unfit: onlyRust,
  compilers: ['clang'],
  missing: needNightly,
  instrument: (host, _b, c) => ({
    ...plainInstrument(host, c, ['-fsanitize=address'], []),
    rust: { toolchain: 'nightly', rustflags: ['-Zsanitizer=address', ...EXPORTING] },
  }),
  arm: (r) => ({ ...NO_ARM, env: asanEnv(r, symbolizer(r)), atEnd: LEAKS_SOUGHT }),
  exitCodes: [99],
  tools: ['nightly'],
  halts: true,
  heavy: false,
  hook: /\b__asan_/,
  memory: 1,
};

/**
 * TSan in Rust and C code. The standard library is recompiled with TSan. In the shipped one, locks and
 * channels are invisible to TSan, and everything they protect would look like a race in the project's frames.
 */
export const rstsan: Gate = {
  ...rsasan,
  id: 'rstsan',
  title: 'Rust -Zsanitizer=thread, standard library and C code included',
  offer: { on: false, why: 'Rust code under TSan; needs a nightly toolchain and rust-src' },
  limits: [
    {
      bindings: ['rs'],
      text: 'Needs a nightly toolchain and `rust-src`, because the standard library is compiled with TSan: the locks of the shipped one would be invisible, and everything that they protect would look like a race.',
    },
  ],
  missing: (host, b, c) =>
    needNightly(host, b, c) ??
    (host.rustSrc
      ? undefined
      : {
          what: 'rust-src',
          why: 'locks of a standard library without TSan look like races',
          remedy: 'rustup +nightly component add rust-src',
        }),
  instrument: (host, _b, c) => ({
    ...plainInstrument(host, c, ['-fsanitize=thread'], []),
    rust: {
      toolchain: 'nightly',
      rustflags: ['-Zsanitizer=thread', ...EXPORTING],
      std: true,
    },
  }),
  arm: (r) => ({
    ...NO_ARM,
    prefix: r.host.setarch ? ['setarch', '-R'] : [],
    env: {
      TSAN_OPTIONS: options({
        exitcode: 66,
        log_path: `${r.logDir}/tsan`,
        atexit_sleep_ms: 0,
        ...symbolizer(r),
      }),
    },
  }),
  exitCodes: [66],
  halts: false,
  hook: /\b__tsan_/,
  memory: 2,
};

/**
 * Default number of Miri's schedules. One schedule in four misses the planted race, so sixteen miss it once
 * in 4 * 10^9.
 */
const SEEDS = 16;

/**
 * Interprets Rust code. A foreign call is an "unsupported operation", which is a failure of the tool and no
 * hazard. Isolation stays on: with the host's clock and files, a seed would not reproduce its schedule.
 */
export const miri: Gate = {
  id: 'miri',
  unfit: onlyRust,
  heavy: false,
  memory: 1,
  title: 'Miri (cargo miri test)',
  offer: { on: false, why: 'Rust rules; cannot call C' },
  limits: [
    {
      bindings: ['rs'],
      text: 'Interprets Rust only. A call into C is an unsupported operation and counts as neither clean nor hazard. If the component cannot be installed, the lane is _unavailable_ and says the `rustup` line. One schedule proves nothing, so each test runs from sixteen seeds, isolated from this machine, so that a seed shows again what it showed. A suite that reads files, the clock or the environment says `with: { isolation: false }`.',
    },
  ],
  compilers: ['gcc'],
  missing: (host) =>
    host.miri
      ? undefined
      : {
          what: 'Miri',
          why: 'cargo miri is not installed',
          remedy:
            'rustup toolchain install nightly && rustup +nightly component add miri rust-src && cargo +nightly miri setup',
        },
  instrument: (host, _b, c) => ({
    ...plainInstrument(host, c),
    rust: { toolchain: 'nightly', rustflags: [], miri: true },
  }),
  arm: (r) => ({ ...NO_ARM, env: { MIRIFLAGS: `-Zmiri-seed=${r.seed ?? 0}` } }),
  exitCodes: [],
  tools: ['nightly'],
  halts: true,
  seeds: SEEDS,
  remedy: (s) =>
    /when isolation is enabled/.test(s.message)
      ? "a suite that needs this machine's files, clock or environment says so in the matrix: with: { isolation: false }"
      : undefined,
};
