/** The line of the host that `parse` names in the headline of a finding. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { guessCaller } from '../../src/cli/parse/caller.js';
import { identityFor } from '../../src/cli/parse/identity.js';
import { found, prettyPrinter } from '../../src/cli/parse/print.js';
import { parseMatrix } from '../../src/config/matrix.js';
import type { Frame, Stack } from '../../src/model/diagnostic.js';
import { parseText } from '../../src/parsers/index.js';
import { at, diagnostic } from '../helpers/evidence.js';

const log = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../logs/${path}`, import.meta.url)), 'utf8');
const callers = (path: string): (string | undefined)[] =>
  parseText(log(path)).diagnostics.map((d) => {
    const c = guessCaller(d);
    return c && `${c.function} ${c.file}:${c.line}`;
  });

test.each([
  ['lsan/host-lines.gcc.log', ['test_room /p/s2.py:6', 'test_room /p/s2.py:6', 'test_name /p/s2.py:5']],
  ['lsan/host-lines.clang.log', ['test_room /p/s2.py:6', 'test_room /p/s2.py:6', 'test_name /p/s2.py:5']],
  ['xcheck-jni/bad-release.log', ['Edge.pass Edge.java:4']],
  ['python/crash.log', ['main /build/py/drive.py:15']],
])('of %s', (path, expected) => {
  expect(callers(path)).toEqual(expected);
});

const managed = (...frames: Frame[]): Stack => ({ role: 'managed', frames });
const mine = at('test_x', '/repo/test_x.py', 7);

describe('is none of', () => {
  test.each<[string, Frame]>([
    ['a package of Python', at('call', '/venv/lib/python3.12/site-packages/_pytest/python.py', 1)],
    ['the library of Python', at('run', '/usr/lib/python3.11/unittest/case.py', 1)],
    ['what Python has inside', at('load', '<frozen importlib._bootstrap>', 1)],
    ['a package of Node', at('call', '/repo/node_modules/bindings/bindings.js', 1)],
    ['Node itself', at('load', 'node:internal/modules/cjs/loader', 1)],
    ['the platform of Java', at('java.lang.reflect.Method.invoke', 'java/lang/reflect/Method.java', 1)],
    ['what runs tests in Java', at('org.junit.runner.Runner.run', 'org/junit/runner/Runner.java', 1)],
    ['the library of mono', at('System.Reflection.MethodBase:Invoke', '/build/mcs/class/x.cs', 1)],
    ['what runs tests in .NET', at('NUnit.Core.TestMethod:RunTest', '/src/nunit/TestMethod.cs', 1)],
    ['a function without a line', { kind: 'symbol', function: 'Edge.act' }],
  ])('%s', (_what, frame) => {
    const d = diagnostic({ stacks: [managed(frame, mine)] });
    expect(guessCaller(d)).toEqual({ function: 'test_x', file: '/repo/test_x.py', line: 7 });
    expect(guessCaller({ ...d, stacks: [managed(frame)] })).toBeUndefined();
  });

  test('the stack of native code, nor who allocated a block', () => {
    const born: Stack = { ...managed(mine), host: 'python', title: 'where the block was allocated' };
    expect(guessCaller(diagnostic({ stacks: [{ role: 'fault', frames: [mine] }, born] }))).toBeUndefined();
  });
});

test('with a matrix it is the innermost line of the project’s code', () => {
  const matrix = parseMatrix(
    'version: 1\nsuites: [{ id: s, binding: py, dir: py }]\ngates: { asan: }\n',
    '/repo/ffi-gates.yaml',
  );
  const frames = [at('helper', '/elsewhere/helper.py', 3), at('test_x', '/repo/py/test_x.py', 7)];
  const d = diagnostic({ stacks: [managed(...frames)] });
  expect(identityFor(matrix).caller(d)).toMatchObject({ file: '/repo/py/test_x.py', line: 7 });
  expect(guessCaller(d)).toMatchObject({ file: '/elsewhere/helper.py' });
});

test('people read it behind the message', () => {
  const printer = prettyPrinter((_tone, text) => text);
  const [d] = parseText(log('python/crash.log')).diagnostics;
  expect(printer.finding(found('a.log', d!))).toContain('\n    called from /build/py/drive.py:15 main\n');
});
