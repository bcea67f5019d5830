/**
 * A report with one of everything, in which every text that comes from outside begins with a given one: from logs, from
 * names of files and tests, from the matrix and from what people write into their files. Words of our own (kinds, roles,
 * reasons) stay, since no log can change them.
 */

/** Stands behind the hostile text, so that a test sees that the text was written, and not dropped. */
export const MARK = 'behind-it';

const HAZARD = 'ownership/use-after-free';

/** Frames of every kind. */
const framesOf = (t) => [
  {
    kind: 'source',
    function: t('fn'),
    file: t('file.c'),
    line: 7,
    column: 3,
    module: t('lib.so'),
    own: true,
  },
  { kind: 'module', module: t('lib.so'), offset: t('0x10'), function: t('fn') },
  { kind: 'module', module: t('lib.so') },
  { kind: 'symbol', function: t('Class.method'), file: t('Class.java') },
  { kind: 'opaque', text: t('0x1234') },
];

const stacksOf = (t) => [
  {
    role: 'fault',
    thread: t('T0'),
    title: t('title'),
    access: { kind: 'read', size: 4 },
    locks: [t('M1')],
    frames: framesOf(t),
    source: { file: t('file.c'), line: 7, lines: [{ no: 7, text: t('  free(p);') }] },
  },
  { role: 'allocated', frames: framesOf(t).reverse() },
  { role: 'managed', frames: [] },
];

/** Every kind of verdict. */
const verdictsOf = (t) => [
  { kind: 'clean' },
  { kind: 'hazard', findings: 2, fresh: 2, known: 0, why: t('why') },
  { kind: 'hazard', findings: 1, fresh: 0, known: 1 },
  { kind: 'as-declared', caught: 1, why: t('why') },
  { kind: 'missed', missed: [t('case')], why: t('why') },
  { kind: 'suite-failed', why: t('why') },
  { kind: 'build-failed', why: t('why\ncompiler says') },
  { kind: 'skipped', why: t('why') },
  { kind: 'inconclusive', doubt: 'unread-report', why: t('why') },
];

const cellOf = (t, verdict, i) => ({
  id: t(`suite${i}-py_cmake-asan`),
  suite: t(`suite${i}`),
  binding: 'py',
  builder: t('cmake'),
  gate: 'asan',
  role: 'subject',
  verdict,
  tests: { passed: 1, failed: 1, skipped: 0 },
  ms: 12.5,
  failedTests: [
    { test: t('test_a'), message: t('message\nsecond line'), plain: 'passed' },
    { test: t('test_b'), flaky: true },
  ],
  diedIn: [t('test_c')],
  logs: [t('logs/a.log')],
  unread: [{ log: t('logs/a.log'), line: 3, text: t('==1== unread') }],
  objects: { instrumented: [t('a.so')], runtime: [t('b.so')], opaque: [t('c.so')], blind: [t('d.so')] },
});

const findingOf = (t, i, more) => ({
  fingerprint: t(`f${i}`),
  hazard: HAZARD,
  rule: t('asan/heap-use-after-free'),
  origin: 'own',
  scope: 'core',
  message: t('message'),
  complete: i !== 1,
  stacks: stacksOf(t),
  boundary: { stack: 0, frame: 0, function: t('crossing') },
  leak: { bytes: 8, objects: 1 },
  planted: false,
  witnesses: [0, 1].map((n) => ({
    cell: t('suite1-py_cmake-asan'),
    log: t('logs/a.log'),
    line: n + 1,
    lines: [5, 6],
    gate: 'asan',
    binding: 'py',
    test: t('test_a'),
    count: 2,
  })),
  repro: t('cd /repo && run'),
  seed: 4,
  ...more,
});

/** The report. `text` is put before everything that is foreign. */
export const hostileReport = (text) => {
  const t = (name) => `${text}${name} ${MARK}`;
  const accepted = { reason: t('reason'), owner: t('owner'), expires: '2030-01-01' };
  const row = (name) => ({ fingerprint: t(name), hazard: HAZARD, where: t('file.c:7'), ...accepted });
  return {
    version: 1,
    started: '2026-01-02T03:04:05.000Z',
    ms: 1234,
    matrix: t('ffi-gates.yaml'),
    host: {
      os: t('Linux'),
      cores: 2,
      tools: { gcc: t('12.2'), [t('tool')]: '1' },
      load: { start: 1, end: 2 },
    },
    exitCode: 5,
    cells: verdictsOf(t).map((v, i) => cellOf(t, v, i)),
    lanes: [
      {
        binding: 'py',
        builder: t('cmake'),
        gate: 'asan',
        proven: false,
        canaries: [
          { class: t('heap'), seen: false, why: t('why') },
          { class: 'leak', seen: true },
        ],
      },
    ],
    findings: [
      findingOf(t, 0),
      findingOf(t, 1, { known: accepted }),
      findingOf(t, 2, { planted: true }),
      findingOf(t, 3, { hazard: t('family/of-a-later-version') }),
      findingOf(t, 5, { tier: 'warning', effect: t('effect'), mend: t('mend') }),
    ],
    runtimeBucket: [findingOf(t, 4, { origin: 'runtime' })],
    fixtures: {
      blame: { who: 'gate', says: t('says'), remedy: t('remedy') },
      declared: 2,
      caught: 1,
      missed: [{ cell: t('cell'), case: t('case'), hazard: HAZARD, gate: 'asan', at: t('file.c:7') }],
      twins: 1,
      noisyTwins: [{ cell: t('cell'), finding: t('f0'), test: t('test') }],
      blind: [{ case: t('case'), hazard: HAZARD, bindings: ['py'], seenBy: ['asan'] }],
      hostLines: [{ binding: 'py', gate: 'asan', seen: 2, shown: 1, leaks: 1 }],
      hostLinesLost: [{ cell: t('cell'), case: t('case'), at: t('t.py:7'), instead: t('u.py:8') }],
      detection: [{ hazard: HAZARD, bindings: { py: ['asan'] }, blind: ['c'] }],
    },
    baseline: {
      file: t('baseline.yaml'),
      known: 1,
      fresh: 1,
      gone: [row('g')],
      expired: [row('e')],
      unchecked: [row('u')],
    },
    suppressions: [
      { name: t('lsan in f'), matched: 2, unused: false, hides: [], ...accepted },
      { name: t('lsan in g'), unused: true, hides: [HAZARD], expired: true, ...accepted },
    ],
    unavailable: [{ lane: t('net_cmake-asan'), why: t('why'), remedy: t('apt-get install it') }],
    unseenHazards: [{ hazard: HAZARD, title: t('title'), bindings: ['py'] }],
    builds: [
      { id: t('cmake-asan'), ms: 5, reused: false, failed: t('file.c:1: error') },
      { id: t('cmake-plain'), ms: 5, reused: true },
    ],
  };
};

/** A diagnostic of a log, likewise. */
export const hostileDiagnostic = (text) => {
  const t = (name) => `${text}${name} ${MARK}`;
  return {
    tool: 'asan',
    rule: t('asan/heap-use-after-free'),
    hazard: HAZARD,
    message: t('message'),
    stacks: stacksOf(t).map(({ source: _source, ...k }) => k),
    access: { kind: 'read', size: 4 },
    address: t('0x10'),
    memory: 'heap',
    region: t('8 bytes after 16-byte region'),
    leak: { kind: 'direct', bytes: 8, objects: 1 },
    pid: 1,
    thread: t('T0'),
    count: 3,
    complete: false,
    missing: t('its summary'),
    log: { line: 1, endLine: 2, offset: 0 },
  };
};

/** One event of each kind, likewise. */
export const hostileEvents = (text) => {
  const t = (name) => `${text}${name} ${MARK}`;
  return [
    { kind: 'plan', cells: 9 },
    { kind: 'build-started', id: t('cmake-asan') },
    { kind: 'build-finished', id: t('cmake-asan'), ms: 5, reused: false },
    { kind: 'build-started', id: t('cmake-tsan') },
    { kind: 'build-finished', id: t('cmake-tsan'), ms: 5, reused: false, failed: t('file.c:1: error') },
    ...verdictsOf(t).flatMap((verdict, i) => [
      { kind: 'cell-started', id: t(`cell${i}`) },
      { kind: 'cell-waits', id: t(`cell${i}`), ms: 5 },
      { kind: 'cell-finished', id: t(`cell${i}`), verdict, ms: 5 },
    ]),
    { kind: 'cell-started', id: t('cell-that-runs') },
    { kind: 'left', ms: 60_000 },
    { kind: 'note', text: t('note') },
  ];
};
