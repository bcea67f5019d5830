/** A report with one of everything, for the tests of reporters. Names are invented; the shapes are what a run makes. */
import type { Frame } from '../../src/model/diagnostic.js';
import type { HazardId } from '../../src/model/hazard.js';
import type { BindingId } from '../../src/model/ids.js';
import type { CellReport, FindingReport, LaneReport, Report, ReportedFrame } from '../../src/model/report.js';
import type { Role } from '../../src/model/role.js';
import type { Verdict } from '../../src/model/verdict.js';

export const src = (fn: string, file: string, line: number): ReportedFrame => ({
  kind: 'source',
  function: fn,
  file,
  line,
  ...(/^(\/|\.\.\/)/.test(file) ? {} : { own: true }),
});
const mod = (fn: string, module: string, offset = '0x1f2c'): Frame => ({
  kind: 'module',
  module,
  offset,
  function: fn,
});

export const cell = (
  suite: string,
  binding: BindingId,
  lane: string,
  verdict: Verdict,
  more: Partial<CellReport> = {},
): CellReport => {
  const [builder = '', gate = ''] = lane.split('-');
  const id = `${suite}-${binding}_${lane}`;
  return {
    id,
    suite,
    binding,
    builder,
    gate,
    role: 'subject',
    verdict,
    tests: { passed: 41, failed: 0, skipped: 1 },
    ms: 3412.6789,
    failedTests: [],
    diedIn: [],
    logs: [`cells/${id}/output.log`, `cells/${id}/${gate}.1234.log`],
    unread: [],
    ...more,
  };
};

const PY_HOST: Frame[] = [
  mod('ffi_call_unix64', '/usr/lib/x86_64-linux-gnu/libffi.so.8', '0x7e2d'),
  mod('ffi_call', '/usr/lib/x86_64-linux-gnu/libffi.so.8', '0x7b43'),
  src('_ctypes_callproc', '/usr/src/python3.11/Modules/_ctypes/callproc.c', 1262),
  mod('_PyEval_EvalFrameDefault', '/usr/bin/python3.11', '0x51a2b1'),
  mod('Py_RunMain', '/usr/bin/python3.11', '0x62f100'),
  mod('__libc_start_main', '/lib/x86_64-linux-gnu/libc.so.6', '0x271c9'),
];

const SOURCE = {
  file: 'native/src/ledger.c',
  line: 88,
  lines: [
    { no: 86, text: 'int ledger_balance(struct ledger *l, const char *name) {' },
    { no: 87, text: '  struct entry *e = find(l, name);' },
    { no: 88, text: '  return e->amount + e->pending;' },
    { no: 89, text: '}' },
  ],
};

export const useAfterFree: FindingReport = {
  fingerprint: '8d31c0ffee12',
  hazard: 'ownership/use-after-free',
  rule: 'asan/heap-use-after-free',
  origin: 'own',
  message: 'heap-use-after-free: READ of size 4 in ledger_balance, 16 bytes inside of a 48-byte region',
  complete: true,
  stacks: [
    {
      role: 'fault',
      thread: 'T0',
      title: 'READ of size 4 at thread T0',
      access: { kind: 'read', size: 4 },
      frames: [
        src('ledger_balance', 'native/src/ledger.c', 88),
        src('ledger_report', 'native/src/report.c', 31),
        ...PY_HOST,
      ],
      source: SOURCE,
    },
    {
      role: 'freed',
      title: 'freed by thread T0 here:',
      frames: [
        src('free', '../../../../src/libsanitizer/asan/asan_malloc_linux.cpp', 52),
        src('entry_release', 'native/src/entry.c', 19),
        src('ledger_close', 'native/src/ledger.c', 52),
        ...PY_HOST,
      ],
      source: {
        file: 'native/src/entry.c',
        line: 19,
        lines: [
          { no: 18, text: '  e->name = NULL;' },
          { no: 19, text: '  free(e);' },
        ],
      },
    },
    {
      role: 'allocated',
      title: 'previously allocated by thread T0 here:',
      frames: [
        src('malloc', '../../../../src/libsanitizer/asan/asan_malloc_linux.cpp', 69),
        src('entry_new', 'native/src/entry.c', 8),
        src('ledger_post', 'native/src/ledger.c', 40),
        ...PY_HOST,
      ],
    },
  ],
  boundary: { stack: 0, frame: 1, function: 'ledger_report' },
  planted: false,
  witnesses: [
    {
      cell: 'ledger-py_cmake-asan',
      log: 'cells/ledger-py_cmake-asan/asan.1234.log',
      line: 14,
      gate: 'asan',
      binding: 'py',
      test: 'tests/test_close.py::test_balance_after_close',
      count: 1,
    },
    {
      cell: 'ledger-py_cmake-memcheck',
      log: 'cells/ledger-py_cmake-memcheck/memcheck.77.xml',
      line: 230,
      gate: 'memcheck',
      binding: 'py',
      test: 'tests/test_close.py::test_balance_after_close',
      count: 3,
    },
    {
      cell: 'ledger-go_cmake-asan',
      log: 'cells/ledger-go_cmake-asan/asan.91.log',
      line: 9,
      gate: 'asan',
      binding: 'go',
      test: 'TestBalanceAfterClose',
      count: 1,
    },
  ],
  repro: "ffi-gates run --only ledger-py_cmake-asan --test 'tests/test_close.py::test_balance_after_close'",
};

export const race: FindingReport = {
  fingerprint: '77aa01f3b9d0',
  hazard: 'threading/data-race',
  rule: 'tsan/data-race',
  origin: 'own',
  message: 'data race on global counter: write of size 8 by T2, read of size 8 by T1',
  complete: true,
  stacks: [
    {
      role: 'fault',
      thread: 'T2',
      title: 'Write of size 8 by thread T2',
      access: { kind: 'write', size: 8 },
      locks: ['M5'],
      frames: [
        src('stats_bump', 'native/src/stats.c', 14),
        src('Java_org_example_Ledger_post', 'jni/ledger_jni.c', 72),
        mod('~InterpreterRuntime', '/opt/jdk-17/lib/server/libjvm.so'),
      ],
    },
    {
      role: 'other-access',
      thread: 'T1',
      title: 'Previous read of size 8 by thread T1',
      access: { kind: 'read', size: 8 },
      frames: [
        src('stats_get', 'native/src/stats.c', 22),
        src('Java_org_example_Ledger_stats', 'jni/ledger_jni.c', 90),
        mod('~InterpreterRuntime', '/opt/jdk-17/lib/server/libjvm.so'),
      ],
    },
    {
      role: 'managed',
      host: 'jvm',
      thread: 'pool-1-thread-2',
      frames: [
        src('org.example.Ledger.post', 'jni/org/example/Ledger.java', 31),
        { kind: 'symbol', function: 'org.example.LedgerTest.concurrentPosts', file: 'LedgerTest.java' },
        { kind: 'symbol', function: 'java.util.concurrent.ThreadPoolExecutor.runWorker' },
      ],
    },
  ],
  boundary: { stack: 0, frame: 1, function: 'Java_org_example_Ledger_post' },
  caller: { function: 'org.example.Ledger.post', file: 'jni/org/example/Ledger.java', line: 31 },
  planted: false,
  witnesses: [
    {
      cell: 'ledger-jni_clang-tsan',
      log: 'cells/ledger-jni_clang-tsan/tsan.88.log',
      line: 3,
      gate: 'tsan',
      binding: 'jni',
      test: 'LedgerTest#concurrentPosts',
      caller: { function: 'org.example.Ledger.post', file: 'jni/org/example/Ledger.java', line: 31 },
      count: 12,
    },
  ],
  repro: "ffi-gates run --only ledger-jni_clang-tsan --test 'LedgerTest#concurrentPosts'",
};

const leak: FindingReport = {
  fingerprint: '0be1c2d3e4f5',
  hazard: 'ownership/leak-on-error-path',
  rule: 'lsan/direct-leak',
  origin: 'own',
  message: 'direct leak of 96 bytes in 2 objects',
  complete: false,
  stacks: [
    {
      role: 'allocated',
      frames: [
        src('entry_new', 'native/src/entry.c', 8),
        src('ledger_parse', 'native/src/parse.c', 117),
        { kind: 'opaque', text: '0x7f33a1 (<unknown module>)' },
      ],
    },
  ],
  leak: { bytes: 96, objects: 2 },
  planted: false,
  witnesses: [
    {
      cell: 'ledger-rs_cargo-asan',
      log: 'cells/ledger-rs_cargo-asan/asan.5.log',
      line: 40,
      gate: 'asan',
      binding: 'rs',
      count: 1,
    },
  ],
  repro: 'ffi-gates run --only ledger-rs_cargo-asan',
};

const plant = (n: number, hazard: HazardId, gates: string[], binding: BindingId): FindingReport => ({
  fingerprint: `f1a7${n.toString(16).padStart(8, '0')}`,
  hazard,
  rule: `${gates[0]}/${hazard.split('/')[1]}`,
  origin: 'own',
  message: `${hazard.split('/')[1]?.replaceAll('-', ' ')} in demo_${n}`,
  complete: true,
  stacks: [{ role: 'fault', frames: [src(`demo_${n}`, 'fixtures/src/demo.c', 10 + n), ...PY_HOST] }],
  planted: true,
  witnesses: gates.map((gate) => ({
    cell: `hazards-${binding}_cmake-${gate}`,
    log: `cells/hazards-${binding}_cmake-${gate}/${gate}.log`,
    line: 7 + n,
    gate,
    binding,
    test: `test_${hazard.replace(/\W/g, '_')}`,
    count: 1,
  })),
  repro: `ffi-gates run --only hazards-${binding}_cmake-${gates[0]}`,
});

const noise = (n: number): FindingReport => ({
  fingerprint: `dead${n.toString(16).padStart(8, '0')}`,
  hazard: 'init/uninitialised-read',
  rule: 'memcheck/UninitCondition',
  origin: 'runtime',
  message: 'Conditional jump or move depends on uninitialised value(s)',
  complete: true,
  stacks: [
    {
      role: 'fault',
      frames: [
        mod('JVM_handle_linux_signal', '/opt/jdk-17/lib/server/libjvm.so', `0x${n}00`),
        { kind: 'opaque', text: '0x84C2B1F' },
      ],
    },
  ],
  planted: false,
  witnesses: [
    {
      cell: 'ledger-jni_cmake-memcheck',
      log: 'cells/ledger-jni_cmake-memcheck/memcheck.9.xml',
      line: 40 * n,
      gate: 'memcheck',
      binding: 'jni',
      count: 58,
    },
  ],
  repro: 'ffi-gates run --only ledger-jni_cmake-memcheck',
});

const CLEAN: Verdict = { kind: 'clean' };
const roles = (role: Role, cells: CellReport[]): CellReport[] => cells.map((c) => ({ ...c, role }));

const subjects = (): CellReport[] => [
  cell('ledger', 'c', 'cmake-asan', CLEAN, {
    objects: {
      instrumented: ['build/libledger.so', 'build/driver'],
      runtime: ['libc.so.6', 'libasan.so.8'],
      opaque: ['libz.so.1'],
      blind: [],
    },
  }),
  cell('ledger', 'c', 'clang-tsan', CLEAN),
  cell('ledger', 'c', 'cmake-memcheck', CLEAN),
  cell(
    'ledger',
    'py',
    'cmake-asan',
    { kind: 'hazard', findings: 1, fresh: 1, known: 0 },
    {
      objects: {
        instrumented: ['build/libledger.so'],
        runtime: ['python3.11', 'libffi.so.8', 'libasan.so.8'],
        opaque: ['_numpy_core.so', 'libopenblas.so.0'],
        blind: ['_ledger_accel.so'],
      },
    },
  ),
  cell('ledger', 'py', 'cmake-ubsan', CLEAN, { failing: { found: 61, driven: 50, lost: 2 } }),
  cell('ledger', 'py', 'clang-tsan', {
    kind: 'inconclusive',
    doubt: 'gate-not-armed',
    why: 'the canary of class race was not seen in this lane',
  }),
  cell(
    'ledger',
    'py',
    'cmake-memcheck',
    { kind: 'hazard', findings: 1, fresh: 1, known: 0, why: 'a test died too' },
    {
      diedIn: ['tests/test_close.py::test_balance_after_close'],
      tests: { passed: 17, failed: 1, skipped: 0 },
    },
  ),
  cell('ledger', 'go', 'cmake-asan', { kind: 'hazard', findings: 1, fresh: 1, known: 0 }),
  cell(
    'ledger',
    'go',
    'cmake-race',
    { kind: 'suite-failed', why: '2 of 30 tests failed' },
    {
      tests: { passed: 28, failed: 2, skipped: 0 },
      failedTests: [
        {
          test: 'TestRefund',
          message: 'ledger_test.go:41: balance = 12, want 10\n    goroutine 7 [running]:',
        },
        { test: 'TestOrder' },
      ],
    },
  ),
  cell(
    'ledger',
    'go',
    'cmake-cgocheck',
    { kind: 'skipped', why: 'cgocheck2 needs GOEXPERIMENT, which this toolchain refuses' },
    { tests: { passed: 0, failed: 0, skipped: 0 }, ms: 0, logs: [] },
  ),
  cell('ledger', 'jni', 'clang-tsan', { kind: 'hazard', findings: 1, fresh: 1, known: 0 }),
  cell(
    'ledger',
    'jni',
    'cmake-memcheck',
    {
      kind: 'inconclusive',
      doubt: 'unread-report',
      why: '2 lines smell of a checker and were not understood',
    },
    {
      unread: [
        {
          log: 'cells/ledger-jni_cmake-memcheck/output.log',
          line: 812,
          text: '==9== Warning: set address range perms: large range',
        },
        {
          log: 'cells/ledger-jni_cmake-memcheck/output.log',
          line: 991,
          text: 'WARNING in native method: JNI call made without checking exceptions',
        },
      ],
    },
  ),
  cell('ledger', 'jni', 'cmake-xcheckjni', CLEAN),
  cell('ledger', 'rs', 'cargo-asan', { kind: 'hazard', findings: 1, fresh: 1, known: 0 }),
  cell('ledger', 'rs', 'cargo-miri', {
    kind: 'inconclusive',
    doubt: 'timed-out',
    why: 'no output for 120 s',
  }),
  cell(
    'ledger',
    'net',
    'cmake-asan',
    {
      kind: 'build-failed',
      why: 'cmake --build ended with 2: native/src/report.c:12: unknown type name ssize_t',
    },
    { tests: { passed: 0, failed: 0, skipped: 0 } },
  ),
  cell('ledger', 'node', 'cmake-asan', CLEAN),
];

const planted = (): CellReport[] => [
  ...roles('hazard', [
    cell('hazards', 'py', 'cmake-asan', { kind: 'as-declared', caught: 9 }),
    cell('hazards', 'py', 'cmake-memcheck', {
      kind: 'missed',
      missed: ['bounds_stack_overflow'],
      why: '1 of 9 declared hazards was not seen',
    }),
    cell('hazards', 'jni', 'cmake-asan', {
      kind: 'as-declared',
      caught: 6,
      why: 'the process died as declared',
    }),
    cell('hazards', 'go', 'cmake-asan', { kind: 'as-declared', caught: 7 }),
  ]),
  ...roles('twin', [
    cell('twins', 'py', 'cmake-asan', CLEAN),
    cell('twins', 'py', 'cmake-memcheck', CLEAN),
    cell('twins', 'jni', 'cmake-asan', { kind: 'hazard', findings: 1, fresh: 1, known: 0 }),
    cell('twins', 'go', 'cmake-asan', CLEAN),
  ]),
  ...roles('canary', [
    cell('canary', 'py', 'cmake-asan', { kind: 'as-declared', caught: 3 }),
    cell('canary', 'jni', 'cmake-asan', { kind: 'as-declared', caught: 3 }),
  ]),
];

const lane = (
  binding: BindingId,
  builder: string,
  gate: string,
  canaries: LaneReport['canaries'],
): LaneReport => ({
  binding,
  builder,
  gate,
  proven: canaries.every((c) => c.seen),
  canaries,
});

const lanes = (): LaneReport[] => [
  lane('c', 'cmake', 'asan', [
    { class: 'heap', seen: true },
    { class: 'leak', seen: true },
  ]),
  {
    ...lane('jni', 'cmake', 'asan', [
      { class: 'heap', seen: true },
      { class: 'leak', seen: true },
    ]),
    noHostLines: 'the JDK has no jvmti.h',
  },
  lane('py', 'clang', 'tsan', [
    {
      class: 'race',
      seen: false,
      why: 'the process started without the runtime: LD_PRELOAD was dropped by a launcher',
    },
    { class: 'lock-order', seen: true },
  ]),
  lane('py', 'cmake', 'asan', [
    { class: 'heap', seen: true },
    { class: 'leak', seen: true },
  ]),
];

/** One of everything. */
export const sampleReport = (): Report => ({
  version: 1,
  started: '2026-03-04T05:06:07.000Z',
  ms: 754321.4,
  matrix: 'matrices/ledger.yaml',
  host: {
    os: 'Debian GNU/Linux 12 x86_64',
    cores: 2,
    tools: {
      'clang-19': '19.1.7',
      gcc: '12.2.0',
      go: '1.26.0',
      java: '17.0.16',
      python: '3.11.7',
      valgrind: '3.19.0',
    },
  },
  exitCode: 5,
  cells: [...subjects(), ...planted()],
  lanes: lanes(),
  findings: [
    useAfterFree,
    race,
    leak,
    plant(1, 'bounds/heap-overflow', ['asan', 'memcheck'], 'py'),
    plant(2, 'ownership/double-free', ['asan', 'memcheck'], 'py'),
    plant(3, 'ub/integer-overflow', ['ubsan'], 'py'),
    plant(4, 'rules/jni-bad-reference', ['xcheckjni'], 'jni'),
    plant(5, 'rules/cgo-pointer-to-pointer', ['cgocheck'], 'go'),
  ],
  runtimeBucket: [1, 2, 3, 4, 5, 6].map(noise),
  fixtures: {
    declared: 23,
    caught: 22,
    missed: [
      {
        cell: 'hazards-py_cmake-memcheck',
        case: 'bounds_stack_overflow',
        hazard: 'bounds/stack-overflow',
        gate: 'memcheck',
        at: 'fixtures/src/demo.c:31',
      },
    ],
    twins: 22,
    noisyTwins: [{ cell: 'twins-jni_cmake-asan', finding: '0be1c2d3e4f5', test: 'LeakTwinTest#leak' }],
    blind: [
      { case: 'bounds_redzone_jump', hazard: 'bounds/redzone-jump', bindings: ['c', 'py'], seenBy: [] },
      { case: 'abi_wrong_width', hazard: 'abi/wrong-width', bindings: ['py'], seenBy: ['ubsan'] },
    ],
    hostLines: [
      { binding: 'jni', gate: 'asan', seen: 12, shown: 12, leaks: 0 },
      { binding: 'py', gate: 'asan', seen: 20, shown: 19, leaks: 3 },
    ],
    hostLinesLost: [
      {
        cell: 'hazards-py_cmake-asan',
        case: 'null_dereference',
        at: 'test_demo.py:9',
        instead: 'helper.py:3',
      },
    ],
    detection: [
      {
        hazard: 'bounds/heap-overflow',
        bindings: { c: ['asan', 'memcheck'], py: ['asan', 'memcheck'], go: ['asan'], jni: ['asan/gcc'] },
        blind: [],
      },
      {
        hazard: 'ownership/double-free',
        bindings: { c: ['asan', 'memcheck'], py: ['asan', 'memcheck'], rs: ['asan', 'miri'] },
        blind: [],
      },
      {
        hazard: 'threading/data-race',
        bindings: { c: ['tsan', 'helgrind', 'drd'], jni: ['tsan'], py: [] },
        blind: ['py'],
      },
      {
        hazard: 'ub/integer-overflow',
        bindings: { c: ['ubsan'], py: ['ubsan'], go: ['ubsan/clang'] },
        blind: [],
      },
      { hazard: 'rules/jni-bad-reference', bindings: { jni: ['xcheckjni'] }, blind: [] },
      { hazard: 'bounds/redzone-jump', bindings: {}, blind: ['c', 'py'] },
    ],
  },
  unavailable: [
    { lane: 'net_cmake-tsan', why: 'dotnet is not installed', remedy: 'apt-get install dotnet-sdk-8.0' },
    {
      lane: 'py_cmake-msan',
      why: 'the interpreter is not instrumented',
      remedy: 'build CPython with --with-memory-sanitizer, or drop the lane',
    },
  ],
  unseenHazards: [
    { hazard: 'errno/clobbered', title: 'errno is read too late', bindings: ['py', 'jni', 'net'] },
    {
      hazard: 'threading/gil-not-held',
      title: 'Python objects are touched without the GIL',
      bindings: ['py'],
    },
  ],
  builds: [
    { id: 'cmake-asan', ms: 12034, reused: false },
    { id: 'cmake-memcheck', ms: 210, reused: true },
    {
      id: 'net-cmake-asan',
      ms: 3300,
      reused: false,
      failed: 'native/src/report.c:12: unknown type name ssize_t',
    },
  ],
});

/** The sample with `n` further findings, each with its own place, all seen in one cell. */
export const manyFindings = (n: number): Report => {
  const report = sampleReport();
  const more = Array.from({ length: n }, (_, i): FindingReport => ({
    ...useAfterFree,
    fingerprint: i.toString(16).padStart(12, '0'),
    message: `${useAfterFree.message} (variant ${i})`,
    stacks: useAfterFree.stacks.map((s) => ({
      ...s,
      frames: [src(`f${i}`, `native/src/gen${i % 97}.c`, i + 1), ...s.frames],
    })),
  }));
  return { ...report, findings: [...report.findings, ...more] };
};
