/**
 * Valgrind's memcheck and helgrind: no rebuild, XML per process. Format:
 * docs/internals/xml-output-protocol4.txt of Valgrind.
 */
import type { BindingId } from '../model/ids.js';
import type { Arm } from '../model/launch.js';
import { type ArmRequest, type Gate } from './gate.js';
import { missingCompiler, plainInstrument, withoutPool } from './toolchain.js';

const COMMON = ['--trace-children=yes', '--error-limit=no', '--keep-debuginfo=yes', '--xml=yes'];

/**
 * A JVM under Valgrind: with the interpreter only and a small serial heap it starts four times faster than by
 * default. Bytecode verification is off, since the plain gate's JVM has done it (measured with JUnit and 80
 * tests: 55 s of processor time instead of 72).
 */
const JVM = [
  '-Xint',
  '-XX:+UnlockDiagnosticVMOptions',
  '-XX:-BytecodeVerificationRemote',
  '-XX:-UseLibmIntrinsic',
  '-XX:UseAVX=0',
  '-XX:+UseSerialGC',
  '-Xmx64m',
];

/**
 * Mono's interpreter instead of its compiler: half the processor time of a short run (measured: 6 s instead
 * of 13).
 */
const MONO = ['--interpreter'];

const HOST_ARGS: Partial<Record<BindingId, string[]>> = {
  jni: JVM,
  net: MONO,
  node: withoutPool('node'),
};

/** Hosts that run a program of their own before the project's code. */
const MANAGED: ReadonlySet<BindingId> = new Set(['py', 'pyx', 'jni', 'net']);

const arm = (r: ArmRequest, tool: string[]): Arm => ({
  prefix: [
    r.host.tools['valgrind']?.path ?? 'valgrind',
    ...tool,
    ...COMMON,
    // Each block and each access remembers its stack. The outermost frames are the host's and cost time.
    `--num-callers=${MANAGED.has(r.binding) ? 16 : 24}`,
    ...(r.binding === 'jni' ? ['--smc-check=all-non-file'] : []),
    `--child-silent-after-fork=${r.forks ? 'no' : 'yes'}`,
    // A percent sign begins a format of Valgrind's.
    `--xml-file=${r.logDir.replaceAll('%', '%%')}/vg.%p.xml`,
  ],
  env: r.binding === 'py' || r.binding === 'pyx' ? { PYTHONMALLOC: 'malloc' } : {},
  hostArgs: HOST_ARGS[r.binding] ?? [],
});

/** What the matrix says about the heap. Valgrind writes bytes in hexadecimal digits. */
const heapOptions = ({ settings }: ArmRequest): string[] => {
  const byte = settings?.fill === undefined ? undefined : `0x${settings.fill.toString(16)}`;
  return [
    ...(settings?.redzone === undefined ? [] : [`--redzone-size=${settings.redzone}`]),
    ...(byte === undefined ? [] : [`--malloc-fill=${byte}`, `--free-fill=${byte}`]),
  ];
};

const base = {
  compilers: ['gcc'],
  missing: (host, _b, c) =>
    missingCompiler(host, c) ??
    (host.tools['valgrind']
      ? undefined
      : {
          what: 'valgrind',
          why: 'valgrind is not installed',
          remedy: 'apt-get install -y valgrind libc6-dbg',
          install: { packages: ['valgrind', 'libc6-dbg'], commands: [] },
        }),
  instrument: (host, _b, c) => plainInstrument(host, c),
  exitCodes: [],
  tools: ['valgrind'],
  halts: false,
  heavy: true,
  memory: 2,
} as const satisfies Partial<Gate>;

const NOISE =
  'The host has noise of its own under Valgrind. It is attributed by object and compared with a run that does nothing. Valgrind does not see overflows of stack or global arrays.';

const never = (): undefined => undefined;

export const memcheck: Gate = {
  ...base,
  id: 'memcheck',
  title: 'Valgrind memcheck',
  offer: { on: true, why: 'uninitialised values, and objects that were not rebuilt; slow' },
  limits: [{ bindings: ['py', 'pyx', 'go', 'jni', 'net'], text: NOISE }],
  noisyHosts: true,
  seesLoading: true,
  unfit: never,
  arm: (r) =>
    arm(r, [
      '--tool=memcheck',
      '--leak-check=full',
      '--show-leak-kinds=definite',
      '--errors-for-leak-kinds=definite',
      // If a host branches on a value that native code left uninitialised, only the origin leads back to
      // native code. Origins take a third of the processor time (measured over all bindings: 554 s instead of
      // 352).
      `--track-origins=${r.skipExplanations ? 'no' : 'yes'}`,
      ...heapOptions(r),
    ]),
};

/**
 * Go and Rust's standard library synchronise by futex, which helgrind cannot see, so every hand-over would
 * look like a race.
 */
const futexHosts = (b: BindingId): string | undefined =>
  b === 'go' || b === 'rs' ? 'helgrind does not see the futexes by which this host synchronises' : undefined;

/**
 * Most recorded accesses are the host's own. A smaller memory of old accesses still keeps the second stack of
 * races whose sides are close in time, as in a test. References on stacks are not checked (measured: together
 * half the time). In a JVM the second side is only bounded by two stacks: 46 s of processor time instead of
 * 76.
 */
const HOSTED = ['--conflict-cache-size=200000', '--check-stack-refs=no'];
const HISTORY: Record<string, string[]> = { c: [], jni: ['--history-level=approx', '--check-stack-refs=no'] };

export const helgrind: Gate = {
  ...base,
  id: 'helgrind',
  title: 'Valgrind helgrind',
  offer: { on: false, why: 'races in objects that were not rebuilt; very slow' },
  limits: [
    { bindings: ['py', 'pyx', 'jni', 'net', 'node'], text: NOISE },
    {
      bindings: ['go', 'rs'],
      text: "Go and Rust's standard library synchronise by futex, which helgrind cannot see: every hand-over would be a race.",
    },
  ],
  unfit: futexHosts,
  arm: (r) => arm(r, ['--tool=helgrind', ...(HISTORY[r.binding] ?? HOSTED)]),
};
