/** Reading a file that a user writes takes steps in proportion to its length, whatever is wrong with it. */
import { countSteps } from '../helpers/count-steps.js';
import { describe, expect, test } from 'vitest';
import { parseAnnotations } from '../../src/config/annotations.js';
import { parseBaseline } from '../../src/config/baseline.js';
import matcher from '../../src/config/glob.js';
import { parseMatrix } from '../../src/config/matrix.js';
import { Failure } from '../../src/model/failure.js';
import { ending, swap } from './malformed/row.js';

const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('\n');
const suites = (n: number, line: (i: number) => string): string =>
  swap('gates:\n', `${lines(n, (i) => `  - ${line(i)}`)}\ngates:\n`);
const targets = (n: number, line: (i: number) => string): string =>
  swap('suites:\n', `${lines(n, (i) => `  ${line(i)}`)}\nsuites:\n`);
const plain = (i: number, more = ''): string => `{ id: s${i}, binding: py, dir: d${more} }`;

/** Files of a size; reading one twice as large must not take more than twice the steps. */
const GROWING: [what: string, text: (n: number) => string][] = [
  ['unknown keys', (n) => ending(lines(n, (i) => `key${i}: 1`))],
  ['unknown keys near a known one', (n) => ending(lines(n, (i) => `timeou${i}: 1`))],
  ['unknown gates', (n) => swap('  plain:\n', `${lines(n, (i) => `  asan${i}:`)}\n`)],
  ['keys twice', (n) => ending(lines(n, () => 'own: []'))],
  ['suites', (n) => suites(n, (i) => plain(i))],
  ['suites of one name', (n) => suites(n, () => plain(0))],
  ['unknown settings', (n) => suites(n, (i) => plain(i, `, with: { arg${i}: x }`))],
  ['targets that are not declared', (n) => suites(n, (i) => plain(i, `, targets: [lob${i}]`))],
  ['wrong values', (n) => suites(n, (i) => plain(i, `, timeout: soon${i}`))],
  ['variables', (n) => swap("LIB: '${target.lib}'", lines(n, (i) => `A${i}: x,`).replaceAll('\n', ' '))],
  ['placeholders', (n) => swap("'${target.lib}'", `'${'${target.lob}'.repeat(n)}'`)],
  [
    'a chain of needs',
    (n) => targets(n, (i) => `t${i}: { builder: make, dir: d, produces: [x], needs: [t${i + 1}] }`),
  ],
  [
    'targets that need themselves',
    (n) => targets(n, (i) => `t${i}: { builder: make, dir: d, produces: [x], needs: [t${i}] }`),
  ],
  ['aliases of one anchor', (n) => ending(`own: [&a x, ${'*a, '.repeat(n)}]`)],
  [
    'anchors and their aliases',
    (n) => ending(`own: [${lines(n, (i) => `&a${i} x, *a${i},`).replaceAll('\n', ' ')}]`),
  ],
  ['merge keys', (n) => suites(n, (i) => (i === 0 ? `&s ${plain(0)}` : `{ <<: *s, id: s${i} }`))],
  ['aliases that stand for nothing', (n) => ending(`own: [${'*a, '.repeat(n)}]`)],
  ['a long text', (n) => swap('name: demo', `name: "${'x '.repeat(20 * n)}"`)],
  ['open brackets', (n) => ending(`own: ${'['.repeat(20 * n)}`)],
  ['open quotes', (n) => ending(`own: ${"'a ".repeat(20 * n)}`)],
  ['tabs', (n) => ending(lines(n, (i) => `\tkey${i}: 1`))],
  ['comments', (n) => ending(lines(n, () => '# nothing'))],
];

describe('twice the text takes at most twice the steps', () => {
  const N = 250;
  const read = (parse: () => unknown): void => {
    try {
      parse();
    } catch (e) {
      if (!(e instanceof Failure)) throw e;
    }
  };
  const growth = async (act: (n: number) => () => unknown): Promise<number> => {
    // What is made once (schemas, tables, compiled functions) is made here.
    read(act(N));
    const [once, twice] = [act(N), act(2 * N)];
    const [small, large] = [await countSteps(() => read(once)), await countSteps(() => read(twice))];
    expect(small).toBeGreaterThan(100);
    return large / small;
  };
  const isLinear = async (act: (n: number) => () => unknown): Promise<void> =>
    expect(await growth(act)).toBeLessThan(2.3);

  test('what compares each with all others is noticed', async () => {
    const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
    expect(await growth((n) => () => all(n).map((a) => all(n).find((b) => b > a)))).toBeGreaterThan(3);
  });

  test.each(GROWING)('%s', (_, text) =>
    isLinear((n) => {
      const made = text(n);
      return () => parseMatrix(made, 'f');
    }),
  );

  test('entries of a baseline', () =>
    isLinear((n) => {
      const made = `version: 1\nfindings:\n${lines(n, (i) => `  - { fingerprint: '${String(i % (n / 2)).padStart(16, '0')}', hazard: ownership/leak, reason: x }`)}\n`;
      return () => parseBaseline(made, 'f');
    }));

  test('annotations on a line', () =>
    isLinear((n) => {
      const made = '//~ a: asn '.repeat(n);
      return () => parseAnnotations(made, 'f');
    }));

  test('stars of a selector', () =>
    isLinear((n) => {
      const matches = matcher('*a'.repeat(10));
      return () => matches('a'.repeat(n) + 'b');
    }));
});
