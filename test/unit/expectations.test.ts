/** Which annotations a cell must meet, and what meets them. */
import { describe, expect, test } from 'vitest';
import { concerns, expected, meets } from '../../src/judge/expectations.js';
import { at, cellsOf, diagnostic, host, pick, planted, seen, stack } from '../helpers/evidence.js';

const cells = cellsOf(`
targets: { lib: { builder: cc, dir: native, sources: [x.c], produces: [libx.so] } }
suites:
  - { id: h, binding: c, dir: c/hazard, role: hazard, targets: [lib] }
  - { id: h, binding: py, dir: py, role: hazard, targets: [lib] }
gates: { asan: { compilers: [gcc, clang] }, memcheck: , plain: }
`);
const cell = (id: string) => pick(cells, id);
const GCC = cell('h-c_ccgcc-asan');
const PY = cell('h-py_ccgcc-asan');

describe('an annotation concerns', () => {
  test('the bindings that it names, whatever they list', () => {
    const e = planted('uaf', { bindings: ['py'], file: '/repo/c/hazard/x.c' });
    expect([concerns(e, PY, []), concerns(e, GCC, ['uaf'])]).toEqual([true, false]);
  });
  test('where it names none and lies in shared code, the suites that list its case', () => {
    expect(concerns(planted('uaf'), GCC, ['test_uaf'])).toBe(true);
    expect(concerns(planted('uaf'), GCC, ['other'])).toBe(false);
    expect(concerns(planted('uaf'), GCC, [])).toBe(false);
  });
  test('the suite in whose own files it lies, which cannot get out of it by not listing the case', () => {
    const e = planted('uaf', { file: '/repo/c/hazard/deep/x.c' });
    expect([concerns(e, GCC, []), concerns(e, PY, [])]).toEqual([true, false]);
  });
  test('no suite whose directory only begins alike', () =>
    expect(concerns(planted('uaf', { file: '/repo/c/hazardous/x.c' }), GCC, [])).toBe(false));
});

describe('a cell must meet', () => {
  test('annotations that name its gate, and its compiler where one is named', () => {
    const both = planted('uaf', { gates: [{ gate: 'asan' }] });
    const gcc = planted('uaf', { gates: [{ gate: 'asan', compiler: 'gcc' }] });
    const other = planted('uaf', { gates: [{ gate: 'memcheck' }] });
    const due = (id: string) => expected(cell(id), [both, gcc, other], ['uaf']);
    expect(due('h-c_ccgcc-asan')).toEqual([both, gcc]);
    expect(due('h-c_ccclang-asan')).toEqual([both]);
    expect(due('h-c_ccgcc-memcheck')).toEqual([other]);
  });
  test('nothing that no gate sees', () => {
    const blind = planted('uaf', { gates: [], blind: true });
    expect(cells.flatMap((c) => expected(c, [blind], ['uaf']))).toEqual([]);
  });
  test('one annotation by one entry, though several of its gates fit', () => {
    const twice = planted('uaf', { gates: [{ gate: 'asan' }, { gate: 'asan', compiler: 'gcc' }] });
    expect(expected(GCC, [twice], ['uaf'])).toEqual([twice]);
  });
});

describe('a diagnostic meets an annotation', () => {
  const elsewhere = (more = {}) =>
    diagnostic({ stacks: [stack('fault', at('f', '/repo/native/y.c', 99))], ...more });
  test('made while its case ran, in whatever way the framework spells that, wherever it points', () => {
    for (const t of ['uaf', 'test_uaf', 'tests/t.py::test_uaf', 'pkg.Suite#testUaf', 'a/TestUaf'])
      expect(meets(seen(elsewhere(), t), planted('uaf')), t).toBe(true);
    expect(meets(seen(elsewhere(), 'uaf_twice'), planted('uaf'))).toBe(false);
  });
  test('on its line, in any stack, wherever the sources were built', () => {
    const built = stack('freed', host('free'), at('use', '/somewhere/else/x.c', 7));
    const d = diagnostic({ stacks: [stack('fault', host('f')), built] });
    expect(meets(seen(d), planted('uaf'))).toBe(true);
    // Another test was running: the line is proof enough.
    expect(meets(seen(d, 'other'), planted('uaf'))).toBe(true);
  });
  test('not on the line beside, nor on that line of another file', () => {
    const on = (file: string, line: number) =>
      meets(seen(diagnostic({ stacks: [stack('fault', at('use', file, line))] })), planted('uaf'));
    expect([on('/repo/native/x.c', 8), on('/repo/native/y.c', 7)]).toEqual([false, false]);
  });
  test('only with its hazard, on its very line and in its very test', () =>
    expect(meets(seen(diagnostic({ hazard: 'ownership/double-free' }), 'uaf'), planted('uaf'))).toBe(false));
  test('not without stacks and without a test', () =>
    expect(meets(seen(diagnostic({ stacks: [] })), planted('uaf'))).toBe(false));
});
