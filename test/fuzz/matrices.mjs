/** What may happen to a matrix in an editor, a merge or by malice; and what must hold of any text as a matrix. */
import { isAlias, isCollection, isPair, isScalar, parseDocument, visit } from 'yaml';

/** What is put in the place of a value or a key. */
export const HOSTILE = [
  ...[
    '',
    '~',
    '[]',
    '{}',
    '""',
    '0',
    '-1',
    '0.05',
    '1e999',
    '.inf',
    '.nan',
    '010',
    '2147484',
    '999999999999',
  ],
  ...['true', 'no', 'on', '2026-01-31', '1_000', "'7'", 'x', 'lib', 'ledger', 'asan', 'py', 'command'],
  ...[
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'A=B',
    '"\\0"',
    '"\\ud800"',
    'x'.repeat(5_000),
  ],
  ...[
    '*x',
    '&a [*a]',
    '&a { b: *a }',
    '!!binary aGk=',
    '!foo x',
    '!!set { a }',
    '{ <<: [1] }',
    '{ <<: { a: 1 } }',
  ],
  ...[
    '[[[[[[[[[[x]]]]]]]]]]',
    '['.repeat(100),
    '{ a: '.repeat(60),
    '${target.nope}',
    '{target.lib}',
    '{nope}',
  ],
  ...[
    '*',
    '{a',
    '/proc',
    '..',
    '\t',
    '\r',
    '\0',
    '# x',
    '---',
    '...',
    '%YAML 1.1',
    '\ufeff',
    '|',
    '? x',
    '- x',
  ],
  ...[': ', "'", '"', '`', '@', '😀', '\u2028', '\n', '\n\n  ', '<<<<<<< HEAD\n'],
];

/** Ranges of all values, keys and pairs in a text. */
const rangesOf = (text) => {
  const found = [[0, text.length]];
  const doc = parseDocument(text, { merge: true, logLevel: 'silent', uniqueKeys: false });
  visit(doc, (_, node) => {
    if ((isScalar(node) || isCollection(node) || isAlias(node)) && node.range)
      found.push(node.range.slice(0, 2));
    if (isPair(node) && node.key?.range)
      found.push([node.key.range[0], node.value?.range?.[1] ?? node.key.range[1]]);
  });
  return found;
};

/** The kinds of change; each makes the new text of a part, which stands `column` characters behind its line's begin. */
export const CHANGES = {
  replace: (part, hostile) => hostile,
  delete: () => '',
  repeat: (part, _, column) => `${part}\n${' '.repeat(column)}${part}`,
  list: (part) => `[${part}]`,
  mapping: (part) => `{ x: ${part} }`,
  quote: (part) => `'${part}'`,
  before: (part, hostile) => hostile + part,
  after: (part, hostile) => part + hostile,
  cut: (part) => part.slice(0, part.length / 2),
};

/** The text after some changes `{kind, at, hostile}`; `at` is a share of all parts, `hostile` an index. */
export const mutateMatrix = (text, changes) =>
  changes.reduce((now, { kind, at, hostile }) => {
    const ranges = rangesOf(now);
    const [from, to] = ranges[Math.floor(at * ranges.length) % ranges.length];
    const column = from - (now.lastIndexOf('\n', from - 1) + 1);
    const part = CHANGES[kind](now.slice(from, to), HOSTILE[hostile % HOSTILE.length], column);
    // Changes of changes could double the text each time.
    return `${now.slice(0, from)}${part}${now.slice(to)}`.slice(0, 100_000);
  }, text);

const FILE = 'f.yaml';

/** Why a failure does not name its places, or undefined. */
const misplaced = ({ exitCode, at, message }, text) => {
  if (exitCode !== 2) return `exit code ${exitCode}`;
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (const [i, said] of `${at}: ${message}`.split('\n').entries()) {
    const [, line, column, words] = /^f\.yaml:(\d+):(\d+): (\S.*)$/.exec(said) ?? [];
    if (i > 0 && /^and [\d,]+ more$/.test(said)) continue;
    if (words === undefined) return `no place: ${said}`;
    if (!(Number(column) <= (lines[line - 1]?.length ?? -1) + 1))
      return `a place outside of the file: ${said}`;
  }
  return undefined;
};

/** Why a plan of a matrix that was taken cannot be run, or undefined. */
const unusable = (product, m) => {
  const { makePlan, cellIds, targetsOf, BUILDERS, secondsOf, MAX_TIMER_MS, SLOW_FACTOR, host } = product;
  JSON.stringify(m);
  const ids = cellIds(m);
  if (new Set(ids).size !== ids.length) return 'two cells have one id';
  for (const { suite, ...cell } of makePlan(m, host).cells) {
    if (secondsOf({ ...cell, suite }) * 1000 * SLOW_FACTOR > MAX_TIMER_MS) return 'a time overflows a timer';
    const order = targetsOf(m, suite);
    for (const [i, id] of order.entries()) {
      const target = Object.hasOwn(m.targets, id) ? m.targets[id] : undefined;
      if (!target) return `target ${id} is not there`;
      if (target.needs.some((n) => order.indexOf(n) > i)) return `target ${id} comes before what it needs`;
      const instrument = { compiler: 'gcc', cc: 'gcc', cxx: 'g++', cflags: [], ldflags: [] };
      const needs = Object.fromEntries(order.map((n) => [n, `/${n}`]));
      for (const { argv, env } of BUILDERS[target.builder].commands({
        dir: '/d',
        out: '/o',
        target,
        instrument,
        needs,
      }))
        if (
          !argv[0] ||
          [...argv, ...Object.entries(env).flat()].some((w) => typeof w !== 'string' || w.includes('\0'))
        )
          return `target ${id} has a command that cannot be started: ${JSON.stringify(argv)}`;
      if (Object.keys(target.env).some((name) => name === '' || name.includes('=')))
        return 'a variable has no name';
    }
  }
  return undefined;
};

/** The first law that a text breaks as a matrix, or undefined: it is a plan, or refused with its places. */
export const brokenMatrix = (product, text) => {
  let matrix;
  try {
    matrix = product.parseMatrix(text, FILE);
  } catch (error) {
    if (!(error instanceof product.Failure))
      return `the matrix is not refused but throws: ${error?.stack ?? error}`;
    const why = misplaced(error, text);
    return why && `a refusal without its places: ${why}`;
  }
  try {
    const why = unusable(product, matrix);
    return why && `a matrix was taken that cannot be run: ${why}`;
  } catch (error) {
    return `a matrix was taken that throws later: ${error?.stack ?? error}`;
  }
};
