import { baselineJsonSchema } from '../../src/config/baseline.js';
import { suppressionsJsonSchema } from '../../src/config/suppressions.js';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.js';
import { loadMatrix, matrixJsonSchema, parseMatrix } from '../../src/config/matrix.js';
import { BINDING_IDS, GATE_IDS } from '../../src/model/ids.js';
import { GATES } from '../../src/gates/index.js';
import { BINDINGS } from '../../src/bindings/index.js';

const GOOD = `version: 1
root: sub
targets:
  lib: { builder: cmake, dir: native, produces: [liba.so] }
suites:
  - { id: ledger, binding: py, dir: tests, targets: [lib] }
gates:
  asan: { compilers: [gcc] }
  plain:
`;
const failure = (text: string): Failure => {
  try {
    parseMatrix(text, 'm.yaml');
  } catch (e) {
    if (e instanceof Failure) return e;
    throw e;
  }
  throw new Error('no failure');
};

test('defaults are filled in and the root is absolute', () => {
  const m = parseMatrix(GOOD, '/repo/m.yaml');
  expect(m).toMatchObject({ root: '/repo/sub', timeout: 180, canaries: true, exclude: [], own: [] });
  expect(m.suites[0]).toMatchObject({ role: 'subject', env: {}, with: {} });
});

test.each<[string, (text: string) => string, RegExp, string]>([
  [
    'a key that is near a known one',
    (t) => t.replace('targets: [lib]', 'target: [lib]'),
    /unknown key 'target'\. Did you mean 'targets'/,
    'm.yaml:6:44',
  ],
  [
    'a gate that is near a known one',
    (t) => t.replace('asan:', 'assan:'),
    /Did you mean 'asan'/,
    'm.yaml:8:3',
  ],
  [
    'a binding that there is not',
    (t) => t.replace('binding: py', 'binding: pyy'),
    /'pyy' is not one of .*Did you mean 'py'/,
    'm.yaml:6:28',
  ],
  [
    'a target that is not declared',
    (t) => t.replace('[lib]', '[lob]'),
    /target 'lob', which is not declared\. Did you mean 'lib'/,
    'm.yaml:6:54',
  ],
  [
    'an id that cannot be in a cell id',
    (t) => t.replace('id: ledger', 'id: Led-ger'),
    /lower-case letters and digits/,
    'm.yaml:6:11',
  ],
  ['YAML that is none', (t) => t.replace('[lib]', '[lib'), /not valid YAML/, 'm.yaml:'],
  [
    'cc without sources',
    (t) => t.replace('builder: cmake', 'builder: cc'),
    /must list its 'sources'/,
    'm.yaml:4:8',
  ],
])('%s is refused with its place', (_name, spoil, message, at) => {
  const e = failure(spoil(GOOD));
  expect(e.message).toMatch(message);
  expect(e.at).toContain(at);
  expect(e.exitCode).toBe(2);
});

test('two suites with one name in one binding are refused; in two bindings they are not', () => {
  const line = '  - { id: ledger, binding: py, dir: tests, targets: [lib] }\n';
  expect(failure(GOOD.replace(line, line + line)).message).toMatch(/cell ids must be unique/);
  expect(
    parseMatrix(GOOD.replace(line, line + line.replace('binding: py', 'binding: go')), 'm.yaml').suites,
  ).toHaveLength(2);
});

test('a matrix that is not there is a failure with a place, not a crash', async () => {
  await expect(loadMatrix('/no/such/matrix.yaml')).rejects.toMatchObject({
    exitCode: 2,
    at: '/no/such/matrix.yaml',
  });
});

test.each(['fixtures', 'canaries'])(
  'matrices/%s.yaml is valid and has a suite for every binding',
  async (name) => {
    const m = await loadMatrix(new URL(`../../matrices/${name}.yaml`, import.meta.url).pathname);
    expect([...new Set(m.suites.map((s) => s.binding))].sort()).toEqual([...BINDING_IDS].sort());
  },
);

test.each([
  ['schema.json', matrixJsonSchema],
  ['baseline.schema.json', baselineJsonSchema],
  ['suppressions.schema.json', suppressionsJsonSchema],
] as const)(
  'matrices/%s is what the code says (else: npm run build && node scripts/schema.mjs)',
  (name, made) => {
    const file = JSON.parse(
      readFileSync(new URL(`../../matrices/${name}`, import.meta.url), 'utf8'),
    ) as unknown;
    expect(file).toEqual(made());
  },
);

test('the tables hold exactly the names that matrices may use', () => {
  expect(Object.keys(BINDINGS).sort()).toEqual([...BINDING_IDS].sort());
  expect(Object.keys(GATES).sort()).toEqual([...GATE_IDS].sort());
  for (const id of BINDING_IDS) expect(BINDINGS[id].id).toBe(id);
  for (const id of GATE_IDS) expect(GATES[id].id).toBe(id);
});
