/** Python that loads libraries: from its sources, or with the environment that pip makes for it once for all gates. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { py } from '../../src/bindings/python/py.js';
import type { PreparedSuite, RunPlan } from '../../src/bindings/binding.js';
import { NO_ARM, type Instrument, type Tools } from '../../src/model/launch.js';

const made = mkdtempSync(join(tmpdir(), 'ffi-gates-py-'));
afterAll(() => rmSync(made, { recursive: true, force: true }));
const file = (path: string): void => {
  mkdirSync(dirname(join(made, path)), { recursive: true });
  writeFileSync(join(made, path), '');
};
for (const path of ['p/tests/test_a.py', 'p/src/mag.py', 'q/tests/test_a.py', 'base/lib/mag.py']) file(path);

const TOOLS: Tools = { python: { path: '/usr/bin/python3', version: '3.11' } };
const instrument = (...cflags: string[]): Instrument => ({
  compiler: 'gcc',
  cc: 'gcc',
  cxx: 'g++',
  cflags,
  ldflags: cflags,
});
const suite = (project: string, settings: PreparedSuite['with'], base?: string): PreparedSuite => ({
  dir: join(made, project, 'tests'),
  out: join(made, 'out'),
  targets: {},
  env: {},
  with: settings,
  ...(base ? { base: join(made, base) } : {}),
});
const PLAN: RunPlan = { tests: 'all', isolate: false, arm: NO_ARM, scratch: made, logDir: made };

describe('without a package', () => {
  test('nothing is installed, and the interpreter is the machine’s', () => {
    const s = suite('p', { path: '../src' });
    expect(py.base!(s, instrument(), TOOLS)).toBeUndefined();
    expect(py.copied!(s)).toBeUndefined();
    const { argv, env } = py.run(s, instrument(), TOOLS, PLAN);
    expect(argv[0]).toBe('/usr/bin/python3');
    expect(env['PYTHONPATH']?.split(':')).toContain(join(made, 'p/src'));
  });
});

test('modules that are only loaded, without a package or a path, are found in the suite', () => {
  const loads = (settings: PreparedSuite['with']): string[] =>
    py
      .run(suite('p', { load: ['mag'], ...settings }), instrument(), TOOLS, PLAN)
      .env['PYTHONPATH']!.split(':');
  expect(loads({})).toContain(join(made, 'p/tests'));
  expect(loads({ path: ['../src'] })).not.toContain(join(made, 'p/tests'));
});

describe('with a package', () => {
  const PACKAGE = { package: '..', extras: ['test'], requires: ['cffi'] };

  test('pip installs it once for all gates, with what its tests need, and without the flags of any', () => {
    const s = suite('p', PACKAGE);
    const [one, two] = [instrument('-fsanitize=address'), instrument()].map((i) => py.base!(s, i, TOOLS)!);
    expect(one).toEqual(two);
    const words = one!.steps.flatMap((step) => step.argv);
    expect(words.map((w) => basename(w))).toEqual(
      expect.arrayContaining(['environment.py', 'wheel', 'pytest', 'cffi']),
    );
    expect(JSON.stringify(one)).not.toContain('sanitize');
    expect(one!.sources).toBe(true);
    expect(py.prepare(s, instrument(), TOOLS)).toEqual([]);
  });

  test.each([
    ['below src', 'p', 'p/src'],
    ['beside its tests', 'q', 'q'],
  ])('it runs there, and what is found in it is shown where it was written: %s', (_, project, from) => {
    const s = suite(project, PACKAGE, 'base');
    const { argv, env } = py.run(s, instrument(), TOOLS, PLAN);
    expect(argv[0]).toBe(join(made, 'base/.venv/bin/python'));
    expect(env['PYTHONPATH']?.split(':')[0]).toBe(join(made, 'base/lib'));
    expect(py.copied!(s)).toEqual({ from: join(made, from), to: join(made, 'base/lib') });
  });

  test('what it loads instead of tests is imported from there', () => {
    const s = suite('p', { package: '..', load: ['mag'] }, 'base');
    const { argv, cwd, env } = py.run(s, instrument(), TOOLS, PLAN);
    expect(JSON.parse(env['FFI_GATES_LOAD']!)).toEqual({ names: ['mag'], built: [] });
    expect(env['FFI_GATES_TESTS_IN']).toBeUndefined();
    expect(cwd).toMatch(/plugins\/pytest\/loading$/);
    expect(argv).toContain(`--confcutdir=${cwd}`);
  });
});
