import { describe, expect, test } from 'vitest';
import { caseOf, isCase, parseAnnotations } from '../../src/config/annotations.js';
import { Failure } from '../../src/model/failure.js';

const parse = (text: string) => parseAnnotations(text, 'x.c');
const failure = (text: string): Failure => {
  try {
    parse(text);
  } catch (e) {
    if (e instanceof Failure) return e;
  }
  throw new Error('no failure');
};

test('a line of its own, gates, and the hazard', () => {
  expect(parse('int x;\np[n] = 0; //~ bounds_heap_overflow: asan memcheck = bounds/heap-overflow')).toEqual([
    {
      case: 'bounds_heap_overflow',
      bindings: [],
      gates: [{ gate: 'asan' }, { gate: 'memcheck' }],
      blind: false,
      hazard: 'bounds/heap-overflow',
      file: 'x.c',
      line: 2,
    },
  ]);
});

test.each([
  ['//~^ a: asan = bounds/heap-overflow', 2],
  ['//~^^ a: asan = bounds/heap-overflow', 1],
  ['#~ a: asan = bounds/heap-overflow', 3],
  ['/*~ a: asan = bounds/heap-overflow */', 3],
])('%s speaks of line %i', (comment, line) => {
  expect(parse(`one\ntwo\n${comment}`)[0]?.line).toBe(line);
});

test('bindings after `on`, a compiler after the gate', () => {
  const [e] = parse('//~ a on py go: asan/gcc tsan = threading/data-race');
  expect(e).toMatchObject({
    bindings: ['py', 'go'],
    gates: [{ gate: 'asan', compiler: 'gcc' }, { gate: 'tsan' }],
  });
});

test('two annotations on one line, and a blind case that no gate must see', () => {
  const both = parse('x(); //~ a: asan = bounds/heap-overflow //~ b: blind = bounds/heap-overflow');
  expect(both.map((e) => [e.case, e.blind, e.gates.length])).toEqual([
    ['a', false, 1],
    ['b', true, 0],
  ]);
});

test('ordinary comments are none', () => {
  expect(parse('// ~100 ms: fast = good/enough?\n//~\n// a: asan = bounds/heap-overflow')).toEqual([]);
});

test.each([
  ['x; //~ a: asan = bounds/no-such', /not a hazard/],
  ['x; //~ a: assan = bounds/heap-overflow', /'assan' is not a gate/],
  ['x; //~ a on perl: asan = bounds/heap-overflow', /'perl' is not a binding/],
])('%s is refused with its place', (text, message) => {
  const e = failure(text);
  expect(e.message).toMatch(message);
  expect(e.exitCode).toBe(2);
  expect(e.at).toBe('x.c:1:4');
});

test.each([
  ['tests/test_x.py::test_bounds_heap_overflow', 'bounds_heap_overflow'],
  ['Test_bounds_heap_overflow', 'bounds_heap_overflow'],
  ['host::bounds_heap_overflow', 'bounds_heap_overflow'],
  ['bounds_heap_overflow', 'bounds_heap_overflow'],
])('the case of test %s', (id, name) => {
  expect(caseOf(id)).toBe(name);
  expect(isCase(id, name)).toBe(true);
  expect(isCase(id, `${name}__variant`)).toBe(false);
});

test.each([
  ['17.0.15', ['xcheck'], false],
  ['11.0.30', ['xcheck'], false],
  ['17.0.17', [], true],
  ['17.0.21.1', [], true],
  ['21', [], true],
  [undefined, ['xcheck'], false],
])('a case that java before 17.0.17 tells, by java %s', (version, gates, blind) => {
  const tools = version === undefined ? {} : { java: { path: '/usr/bin/java', version } };
  const [e] = parseAnnotations('//~ a: xcheck(java<17.0.17) = resource/jni-local-ref-overflow', 'x.c', tools);
  expect(e).toMatchObject({ gates: gates.map((gate) => ({ gate })), blind });
});

test.each(['xcheck(java)', 'xcheck(java<)', '(java<17)', 'xchek(java<17)'])('%s is no gate', (word) => {
  expect(failure(`//~ a: ${word} = resource/jni-local-ref-overflow`).message).toContain(word);
});

test('a tool that is another one every day is compared by its number, then by its date', () => {
  const gates = (version: string) =>
    parseAnnotations('x(); //~ a: miri(nightly<1.101.0.2026.10.29) = ub/rust-data-race', 'x.rs', {
      nightly: { path: '/rustc', version },
    })[0]?.gates.length;
  expect(gates('1.97.0 (2026-05-15)')).toBe(1);
  expect(gates('1.101.0 (2026-10-28)')).toBe(1);
  expect(gates('1.101.0 (2026-10-29)')).toBe(0);
  expect(gates('1.102.0 (2026-10-20)')).toBe(0);
});

describe('a line of a host that runs cases', () => {
  const callers = (text: string, file: string): unknown =>
    parseAnnotations(text, file).map((e) => e.callers?.map((c) => c.line));
  const UAF = 'asan = ownership/use-after-free';

  test.each([
    ['its name', `x(); //~ a: ${UAF}\ny(); //~ b: ${UAF}\nz(); //~ calls a`, [[3], undefined]],
    ['the line above', `x(); //~ a: ${UAF}\nz();\n//~^ calls a`, [[2]]],
    ['two names', `x(); //~ a: ${UAF}\ny(); //~ b: ${UAF}\nz(); /*~ calls a b */`, [[3], [3]]],
    ['the file', `x(); //~ a: ${UAF}\n#~ calls src/x.c`, [[2]]],
    ['a directory', `x(); //~ a: ${UAF}\n#~ calls src/`, [[2]]],
    ['two lines', `x(); //~ a: ${UAF}\n#~ calls a\n#~ calls src/`, [[2, 3]]],
    ['nothing, for an ordinary comment', `x(); //~ a: ${UAF}\n// calls a`, [undefined]],
  ])('by %s', (_by, text, expected) => {
    expect(callers(text, '/r/src/x.c')).toEqual(expected);
  });

  test('an annotation in a host’s own language is such a line itself', () => {
    expect(callers(`x() #~ a: ${UAF}`, '/r/x.py')).toEqual([[1]]);
    expect(callers(`x(); //~ a: ${UAF}`, '/r/x.rs')).toEqual([undefined]);
  });

  test.each(['b', 'y.c', 'other/'])('one that runs nothing is refused: %s', (word) => {
    const e = failure(`x(); //~ a: ${UAF}\nz(); //~ calls ${word}`);
    expect(e.message).toContain(`'${word}'`);
    expect(e.at).toBe('x.c:2:6');
  });
});
