/** Checks that are built into a host runtime. They need no compiler flags; the host itself gets a switch. */
import type { BindingId } from '../model/ids.js';
import { type Compiler, type Instrument, type Missing, NO_ARM } from '../model/launch.js';
import { type Gate } from './gate.js';
import {
  asanEnv,
  LEAKS_SOUGHT,
  missingCompiler,
  missingRuntime,
  optionValue,
  plainInstrument,
} from './toolchain.js';
import type { Host } from '../host/probe.js';

const only =
  (wanted: readonly BindingId[], what: string) =>
  (b: BindingId): string | undefined =>
    wanted.includes(b) ? undefined : `${what} exists only for ${wanted.join(', ')}`;

const base = {
  compilers: ['gcc'],
  missing: (host: Host, _b: BindingId, c: Compiler) => missingCompiler(host, c),
  instrument: (host: Host, _b: BindingId, c: Compiler): Instrument => plainInstrument(host, c),
  exitCodes: [],
  halts: true,
  heavy: false,
  memory: 0.5,
} as const;

/** No checker: only the operating system, the allocator and the host runtime report errors. */
export const plain: Gate = {
  ...base,
  id: 'plain',
  title: 'no checker: crashes and aborts only',
  offer: { on: true, why: 'no checker: crashes, and tests that fail without any gate' },
  unfit: () => undefined,
  seesLoading: true,
  arm: () => NO_ARM,
};

/** `java -Xcheck:jni`: HotSpot src/hotspot/share/prims/jniCheck.cpp. */
export const xcheck: Gate = {
  ...base,
  id: 'xcheck',
  title: 'JVM -Xcheck:jni',
  offer: { on: true, why: 'the JVM checks its callers' },
  unfit: only(['jni'], '-Xcheck:jni'),
  seesLoading: true,
  arm: () => ({ ...NO_ARM, hostArgs: ['-Xcheck:jni'] }),
};

/**
 * cgo pointer checks at call time: Go src/runtime/cgocall.go. On by default; set explicitly so that GODEBUG
 * cannot disarm it.
 */
export const cgocheck: Gate = {
  ...base,
  id: 'cgocheck',
  title: 'cgo pointer checks (cgocheck=1)',
  offer: { on: true, why: 'Go pointers that C must not keep' },
  unfit: only(['go'], 'cgocheck'),
  arm: () => ({ ...NO_ARM, env: { GODEBUG: 'cgocheck=1' } }),
};

const goOlderThan = (host: Host, minor: number): Missing | undefined => {
  const version = host.tools['go']?.version ?? '';
  const [major = 0, have = 0] = version.split('.').map(Number);
  if (major > 1 || have >= minor) return undefined;
  const why = `needs Go 1.${minor} or newer, found ${version || 'none'}`;
  return { what: 'go', why, remedy: 'install a newer Go (https://go.dev/dl)' };
};

/** Compiled-in checks of Go pointers stored into C memory. A build experiment since Go 1.21. */
export const cgocheck2: Gate = {
  ...base,
  id: 'cgocheck2',
  title: 'cgo pointer store checks (GOEXPERIMENT=cgocheck2)',
  offer: { on: false, why: 'the same, compiled in; slower' },
  limits: [{ bindings: ['go'], text: 'Needs Go 1.21 or newer.' }],
  missing: (host, b, c) => base.missing(host, b, c) ?? goOlderThan(host, 21),
  unfit: only(['go'], 'cgocheck2'),
  instrument: (host, _b, c) => ({
    ...plainInstrument(host, c),
    go: { flags: [], env: { GOEXPERIMENT: 'cgocheck2' } },
  }),
  arm: () => NO_ARM,
};

/** The race detector of Go code. C code is invisible to it and must not be compiled with TSan. */
export const gorace: Gate = {
  ...base,
  id: 'gorace',
  title: 'go test -race',
  offer: { on: true, why: 'races in Go code' },
  limits: [{ bindings: ['go'], text: 'Sees Go code only.' }],
  unfit: only(['go'], 'the Go race detector'),
  instrument: (host, _b, c) => ({ ...plainInstrument(host, c), go: { flags: ['-race'], env: {} } }),
  arm: (r) => ({
    ...NO_ARM,
    env: { GORACE: `log_path=${optionValue(`${r.logDir}/gorace`)} exitcode=66 halt_on_error=0` },
  }),
  exitCodes: [66],
  halts: false,
  memory: 2,
};

/**
 * ASan in Go and C code together. Before Go 1.25 there is no leak check at exit, and `asan` sees errors in C
 * code as well.
 */
export const goasan: Gate = {
  ...base,
  id: 'goasan',
  title: 'go test -asan',
  offer: { on: true, why: 'Go’s own ASan, which sees leaks' },
  limits: [{ bindings: ['go'], text: 'Needs Go 1.25 or newer, which looks for leaks at exit.' }],
  unfit: only(['go'], 'go -asan'),
  missing: (host, _b, c) => missingRuntime(host, c, 'asan') ?? goOlderThan(host, 25),
  instrument: (host, _b, c) => ({
    ...plainInstrument(host, c, ['-fsanitize=address']),
    go: { flags: ['-asan'], env: {} },
  }),
  // Memory that Go's heap points to is no leak, and copies that cgo leaves there survive as garbage. A heap
  // profile, even to /dev/null, makes Go collect and poison garbage after the last test (testing.go,
  // `writeProfiles`).
  arm: (r) => ({
    ...NO_ARM,
    env: asanEnv(r),
    hostArgs: ['-test.memprofile=/dev/null'],
    atEnd: LEAKS_SOUGHT,
  }),
  exitCodes: [99],
  hook: /\b__asan_/,
  memory: 1,
};

/**
 * CPython's development mode with the debug allocator: guard bytes, mixed allocator APIs, calls without the
 * GIL.
 */
export const pydebug: Gate = {
  ...base,
  id: 'pydebug',
  title: 'Python -X dev with PYTHONMALLOC=malloc_debug',
  offer: { on: true, why: 'Python’s development mode' },
  unfit: only(['py', 'pyx'], 'Python development mode'),
  seesLoading: true,
  arm: () => ({ prefix: [], env: { PYTHONMALLOC: 'malloc_debug' }, hostArgs: ['-X', 'dev'] }),
};
