/**
 * A report with so many findings, for benchmarks. As in a real run, a finding is told apart by the project's function at
 * its top, each function is called along its own path, a test reaches the same functions each time, and a process writes
 * one log from its beginning to its end. The same for the same number.
 */
import { createHash } from 'node:crypto';

/** mulberry32 */
function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const KINDS = [
  [
    'ownership/use-after-free',
    'asan/heap-use-after-free',
    'heap-use-after-free: READ of size 8',
    ['fault', 'freed', 'allocated'],
  ],
  ['ownership/leak', 'lsan/leak', 'direct leak', ['allocated']],
  [
    'bounds/heap-overflow',
    'asan/heap-buffer-overflow',
    'heap-buffer-overflow: WRITE of size 4',
    ['fault', 'allocated'],
  ],
  ['threading/data-race', 'tsan/data-race', 'data race', ['fault', 'other-access', 'thread-created']],
  [
    'init/uninitialised-read',
    'memcheck/UninitCondition',
    'Conditional jump or move depends on uninitialised value(s)',
    ['fault', 'origin'],
  ],
];
const GATES = ['asan', 'tsan', 'memcheck'];
const BINDINGS = ['c', 'py', 'jni', 'go'];
const HOST = Array.from({ length: 12 }, (_, i) => ({
  kind: 'module',
  module: '/opt/jdk-17/lib/server/libjvm.so',
  offset: `0x${(0x8a3000 + i * 977).toString(16)}`,
  function: `JavaCalls::step_${i}(JavaValue*, Thread*)`,
}));

/** Functions that call those in which bugs are, and the tests that reach them. */
const CALLERS = 2000;
const TESTS = 600;
const PROCESSES = 40;

/** The report. */
export function manyFindings(n) {
  const next = random(7);
  const int = (below) => Math.floor(next() * below);
  const functionOf = (name, mod, line) => ({
    kind: 'source',
    function: `mod_${mod}_${name}(struct ctx*, int)`,
    file: `native/src/mod_${mod}.c`,
    line,
    own: true,
  });
  // Each caller has one path to the outermost frames.
  const paths = [];
  for (let i = 0; i < CALLERS; i++) {
    const host = HOST.slice(int(4));
    const above = i < 20 ? host : paths[int(i)].slice(0, 24);
    paths.push([functionOf(`call_${i}`, i % 97, 10 + int(900)), ...above]);
  }
  const cells = BINDINGS.flatMap((binding) =>
    GATES.map((gate) => ({
      id: `suite-${binding}_cmakegcc-${gate}`,
      suite: 'suite',
      binding,
      builder: 'cmakegcc',
      gate,
      role: 'subject',
      verdict: { kind: 'hazard', findings: n, fresh: n, known: 0 },
      tests: { passed: 400, failed: 0, skipped: 0 },
      ms: 60_000,
      failedTests: [],
      diedIn: [],
      logs: [`logs/suite-${binding}_cmakegcc-${gate}/1/output.log`],
      unread: [],
    })),
  );
  const ends = new Map();
  const findings = Array.from({ length: n }, (_, i) => {
    const [hazard, rule, message, roles] = KINDS[int(KINDS.length)];
    const { id, gate, binding } = cells[int(cells.length)];
    const top = functionOf(`op_${i}`, i % 97, 1000 + Math.floor(i / 97));
    const caller = int(CALLERS);
    const test = `tests/test_${caller % 60}.py::test_${caller % TESTS}`;
    const log = `logs/${id}/1/gate/log.${1000 + (caller % PROCESSES)}`;
    const line = (ends.get(log) ?? 0) + 40 + int(20);
    ends.set(log, line);
    const path = (k) => paths[(caller + k * 7) % CALLERS];
    return {
      fingerprint: createHash('sha256').update(String(i)).digest('hex').slice(0, 16),
      hazard,
      rule,
      origin: 'own',
      message,
      complete: true,
      stacks: roles.map((role, k) => ({ role, frames: [...(k === 0 ? [top] : []), ...path(k)] })),
      planted: false,
      witnesses: [{ cell: id, log, line, gate, binding, test, count: 1 }],
      repro: `(cd /build/${binding} && env ASAN_OPTIONS=log_path=/out/logs/${id}/1/repro/${caller % TESTS}/gate/asan /usr/bin/python3 -m pytest ${test})`,
    };
  });
  return {
    version: 1,
    started: '2026-01-02T03:04:05.000Z',
    ms: 3_600_000,
    matrix: 'ffi-gates.yaml',
    host: { os: 'Linux', cores: 2, tools: {} },
    exitCode: 1,
    cells,
    lanes: cells.map(({ binding, builder, gate }) => ({
      binding,
      builder,
      gate,
      proven: true,
      canaries: [{ class: 'heap', seen: true }],
    })),
    findings,
    runtimeBucket: [],
    unavailable: [],
    unseenHazards: [],
    builds: [],
  };
}
