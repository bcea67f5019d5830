/** Valgrind's memcheck and helgrind: no rebuild, XML per process (docs/internals/xml-output-protocol4.txt of Valgrind). */
import type { BindingId } from '../model/ids.js';
import type { Arm } from '../model/launch.js';
import { type ArmRequest, type Gate } from './gate.js';
import { missingCompiler, plainInstrument } from './toolchain.js';

const COMMON = ['--trace-children=yes', '--error-limit=no', '--keep-debuginfo=yes', '--xml=yes'];

/**
 * A JVM under Valgrind: interpreter only and a small serial heap start four times faster than the defaults. What the
 * plain gate's JVM has verified is not verified again (measured, JUnit and 80 tests: 55 s of processor time for 72).
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

/** Mono's interpreter instead of its compiler: half the processor time of a short run (measured: 6 s for 13 s). */
const MONO = ['--interpreter'];

const HOST_ARGS: Partial<Record<BindingId, string[]>> = { jni: JVM, net: MONO };

/** Hosts that run a program of their own between the process's start and the user's code. */
const MANAGED: ReadonlySet<BindingId> = new Set(['py', 'pyx', 'jni', 'net']);

const arm = (r: ArmRequest, tool: string[]): Arm => ({
  prefix: [
    r.host.tools['valgrind']?.path ?? 'valgrind',
    ...tool,
    ...COMMON,
    // Each block and each access remembers its stack: frames far out are those of the host, and cost time.
    `--num-callers=${MANAGED.has(r.binding) ? 16 : 24}`,
    ...(r.binding === 'jni' ? ['--smc-check=all-non-file'] : []),
    `--child-silent-after-fork=${r.forks ? 'no' : 'yes'}`,
    `--xml-file=${r.logDir}/vg.%p.xml`,
  ],
  env: r.binding === 'py' || r.binding === 'pyx' ? { PYTHONMALLOC: 'malloc' } : {},
  hostArgs: HOST_ARGS[r.binding] ?? [],
});

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
  unfit: never,
  arm: (r) =>
    arm(r, [
      '--tool=memcheck',
      '--leak-check=full',
      '--show-leak-kinds=definite',
      '--errors-for-leak-kinds=definite',
      // Where a host branches on a value that native code left unset, the origin is all that leads to the native code. It costs
      // a third of the processor time (measured over all bindings: 554 s for 352 s).
      `--track-origins=${r.skipExplanations ? 'no' : 'yes'}`,
    ]),
};

/** Go and Rust's standard library synchronise by futex, which helgrind cannot see: every hand-over would be a race. */
const futexHosts = (b: BindingId): string | undefined =>
  b === 'go' || b === 'rs' ? 'helgrind does not see the futexes by which this host synchronises' : undefined;

/**
 * A host's own accesses are most of those that are watched. A smaller memory of old ones keeps the second stack of races
 * whose sides are near each other, as those of a test are, and the host's stacks are left to it (measured: together half
 * the time). In a JVM the second side is given as the stacks between which it lies: 46 s of processor time for 76 s.
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
