/**
 * Every gate has a canary in every binding that it fits: a planted bug that it must see, or its lane could never be proven. Read
 * from the canary suites' own sources; that the bugs are seen is shown by runs.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';
import { BINDINGS } from '../../src/bindings/index.js';
import { caseOf, readAnnotations, type Expectation } from '../../src/config/annotations.js';
import { loadMatrix, parseMatrix } from '../../src/config/matrix.js';
import { isFuzzing } from '../../src/model/fuzz-plan.js';
import { GATES } from '../../src/gates/index.js';
import { expected } from '../../src/judge/expectations.js';
import { BINDING_IDS, type BindingId } from '../../src/model/ids.js';
import type { Tools } from '../../src/model/launch.js';
import { canaryCells, makePlan } from '../../src/plan/plan.js';
import { madeHost } from '../helpers/made-host.js';

const canaries = await loadMatrix(fileURLToPath(new URL('../../matrices/canaries.yaml', import.meta.url)));

/** How a suite declares a test, by binding. */
const TEST: Record<BindingId, RegExp> = {
  c: /\bTEST\((\w+)\)/g,
  py: /^def (test_\w+)/gm,
  pyx: /^def (test_\w+)/gm,
  go: /^func (Test\w+)/gm,
  rs: /#\[test\]\s+(?:#\[[^\n]*\]\s+)*fn (\w+)/g,
  jni: /@Test\s+(?:public )?void (\w+)/g,
  net: /\[Test\] public void (\w+)/g,
  node: /'([a-z]\w+)'/g,
};

/** How a suite of fuzz targets declares one, by binding. */
const TARGETS: Partial<Record<BindingId, RegExp>> = {
  c: /^int LLVMFuzzerTestOneInput\(.*\{$/gm,
  py: TEST.py,
  pyx: TEST.py,
  go: /^func (Fuzz\w+)/gm,
  rs: /^\[\[bin\]\]\nname = "(\w+)"/gm,
  node: TEST.node,
};

type CanarySuite = (typeof canaries.suites)[number];

/** The names of the tests that a canary suite declares. */
const testsOf = (suite: CanarySuite): string[] => {
  const files = globSync('**/*.{c,py,go,rs,java,cs,js,toml}', {
    cwd: join(canaries.root, suite.dir),
    absolute: true,
    ignore: ['**/node_modules/**', '**/target/**', '**/build/**'],
  });
  return files.flatMap((f) =>
    [...readFileSync(f, 'utf8').matchAll((isFuzzing(suite) ? TARGETS : TEST)[suite.binding] ?? TEST.c)].map(
      (m) => m[1] ?? basename(f, '.c'),
    ),
  );
};

const TARGET =
  'targets: { any: { builder: cmake, dir: ., produces: [a.so], errors: { f: negative }, nonreentrant: [f] } }\n';

/** The canary cell of every lane that there can be. */
const lanes = (() => {
  const suites = BINDING_IDS.map(
    (b) =>
      `  - { id: any, binding: ${b}, dir: ., targets: [any], contain: {}, values: { functions: ['int f(int a)'] }, with: {} }`,
  )
    // Gates that do not fit every suite of a binding.
    .concat([
      '  - { id: foreign, binding: node, dir: ., gates: [declared], with: { foreign: koffi } }',
      '  - { id: jna, binding: jni, dir: ., targets: [any], gates: [declared], with: { foreign: jna } }',
      '  - { id: both, binding: jni, dir: ., targets: [any], gates: [declared], with: { foreign: both } }',
    ])
    .concat(
      Object.keys(TARGETS).map(
        (b) => `  - { id: fuzzed, binding: ${b}, dir: ., targets: [any], with: { fuzz: true } }`,
      ),
    )
    .join('\n');
  const gates = Object.values(GATES).map((g) => `  ${g.id}: { compilers: [${g.compilers.join(', ')}] }`);
  const matrix = parseMatrix(
    `version: 1\n${TARGET}suites:\n${suites}\ngates:\n${gates.join('\n')}\n`,
    '/repo/m.yaml',
  );
  const { cells, skipped } = makePlan(matrix, madeHost());
  return canaryCells([...cells, ...skipped.map((s) => s.cell)], canaries);
})();

/** The annotations of each canary suite by its directory, for these versions of tools. */
const annotationsOf = async (tools: Tools): Promise<Map<string, Expectation[]>> =>
  new Map(
    await Promise.all(
      canaries.suites.map(
        async (s) => [s.dir, await readAnnotations(canaries.root, s.annotations, tools)] as const,
      ),
    ),
  );
const TESTS = new Map(canaries.suites.map((s) => [s.dir, testsOf(s)]));

test('the walk leaves out no gate, no binding and no compiler', () => {
  const wanted = Object.values(GATES).flatMap((g) =>
    BINDING_IDS.filter((b) => g.unfit(b) === undefined).flatMap((b) =>
      g.compilers.map((c) => `${b} ${g.id} ${c}`),
    ),
  );
  // A variant of a binding has lanes of its own.
  const usual = lanes.filter((c) => !isFuzzing(c.suite));
  const walked = new Set(usual.map((c) => `${c.suite.binding} ${c.gate.id} ${c.compiler}`));
  expect([...walked].sort()).toEqual(wanted.sort());
  expect(lanes.filter((c) => c.gate.id === 'declared').map((c) => c.suite.dir)).toEqual(
    expect.arrayContaining(['jni', 'jna', 'koffi']),
  );
  expect([...new Set(lanes.filter((c) => isFuzzing(c.suite)).map((c) => c.suite.binding))].sort()).toEqual(
    BINDING_IDS.filter((b) => BINDINGS[b].variant?.({ fuzz: true })?.name === 'targets').sort(),
  );
  expect(Object.keys(BINDINGS).sort()).toEqual([...BINDING_IDS].sort());
});

const OF_TESTS = canaries.suites.filter((s) => !isFuzzing(s)).map((s) => s.dir);

test.each([...TESTS].filter(([dir]) => OF_TESTS.includes(dir)))(
  'the suite in %s has the case that does nothing, and each case once',
  (_, tests) => {
    const cases = tests.map(caseOf);
    expect(cases).toContain('noop');
    expect(cases).toEqual([...new Set(cases)]);
  },
);

/** Annotations may end with a version of a tool: a gate needs a canary with the newest ones, too. */
const NEWEST: Tools = new Proxy({}, { get: () => ({ path: '/usr/bin/new', version: '9999' }) });

test.each([
  ['the tools of any version', {}],
  ['the newest tools', NEWEST],
])('every lane has a planted bug that its gate must see, with %s', async (_, tools) => {
  const blind: string[] = [];
  const annotations = await annotationsOf(tools);
  for (const cell of lanes) {
    const tests = TESTS.get(cell.suite.dir) ?? [];
    const due = expected(cell, annotations.get(cell.suite.dir) ?? [], tests);
    const cases = tests.map(caseOf);
    if (!due.some((e) => cases.includes(caseOf(e.case)))) blind.push(cell.lane);
  }
  expect(blind).toEqual([]);
});

test('every planted bug is a test of each suite that must show it', async () => {
  const lost: string[] = [];
  const annotations = await annotationsOf({});
  for (const cell of lanes) {
    const tests = TESTS.get(cell.suite.dir) ?? [];
    const cases = tests.map(caseOf);
    for (const e of expected(cell, annotations.get(cell.suite.dir) ?? [], tests))
      if (!cases.includes(caseOf(e.case))) lost.push(`${cell.lane}: ${e.case}`);
  }
  expect(lost).toEqual([]);
});

test('every planted bug of the shared library is a test of every suite that may show it', async () => {
  const lost: string[] = [];
  for (const suite of canaries.suites) {
    const all = (await annotationsOf({})).get(suite.dir) ?? [];
    const cases = (TESTS.get(suite.dir) ?? []).map(caseOf);
    for (const e of all.filter((x) => x.file.startsWith(join(canaries.root, 'native'))))
      if ((e.bindings.length === 0 || e.bindings.includes(suite.binding)) && !cases.includes(caseOf(e.case)))
        lost.push(`${suite.dir}: ${e.case}`);
  }
  expect(lost).toEqual([]);
});
