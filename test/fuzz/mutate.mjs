/**
 * Changes to real logs that real life makes: lines lost, doubled, reordered, interleaved with another process's, cut off,
 * glued together, and prefixed by CI systems; and bytes that no tool would print.
 */

/** What CI systems and terminals put before a line. */
const PREFIXES = [
  '2024-01-01T00:00:00.0000000Z ',
  '[12:34:56] ',
  '[job] ',
  'build\tRun tests\t2024-01-01T00:00:00.0000000Z ',
  '\u001b[31m',
  'web-1  | ',
  '    ',
  'test_x.py .',
  '==7== ',
];
const GARBAGE = [
  '\u0000',
  '\ufffd',
  '\ud800',
  '\r',
  '\u2028',
  '(',
  '<',
  '"',
  "'",
  '0x',
  '==',
  '#0 ',
  '\t',
  '{"',
];

/** The kinds of change; each takes the lines, where, how far, and the lines of another log, and returns the new lines. */
export const CHANGES = {
  drop: (lines, at, n) => [...lines.slice(0, at), ...lines.slice(at + n)],
  double: (lines, at, n) => [...lines.slice(0, at + n), ...lines.slice(at)],
  swap: (lines, at, n) => [...lines.slice(at, at + n), ...lines.slice(0, at), ...lines.slice(at + n)],
  interleave: (lines, at, n, other) => {
    const rest = other[Symbol.iterator]();
    const mixed = lines.slice(at).flatMap((line, i) => {
      if (i % (n + 1) !== n) return [line];
      const { value, done } = rest.next();
      return done ? [line] : [line, value];
    });
    return [...lines.slice(0, at), ...mixed, ...rest];
  },
  insert: (lines, at, _n, other) => [...lines.slice(0, at), ...other, ...lines.slice(at)],
  truncate: (lines, at, n) => [...lines.slice(0, at), (lines[at] ?? '').slice(0, n)],
  prefix: (lines, at, n) => lines.map((line, i) => (i < at ? line : PREFIXES[n % PREFIXES.length] + line)),
  glue: (lines, at, n) => [
    ...lines.slice(0, at),
    lines.slice(at, at + n + 1).join(''),
    ...lines.slice(at + n + 1),
  ],
  garble: (lines, at, n) =>
    lines.map((line, i) =>
      i === at ? line.slice(0, n) + GARBAGE[n % GARBAGE.length] + line.slice(n) : line,
    ),
  cut: (lines, at, n) => lines.map((line, i) => (i === at ? line.slice(n) : line)),
};

/**
 * Applies changes `{kind, at, n, other}` to the log `logs[index]`; `at` is a share of the log's length, `n` a small number,
 * `other` the index of a second log.
 */
export function mutate(logs, index, changes) {
  let lines = logs[index % logs.length].split('\n');
  for (const { kind, at, n, other } of changes)
    lines = CHANGES[kind](
      lines,
      Math.floor(at * lines.length),
      n,
      logs[other % logs.length].split('\n'),
    ).slice(0, 20_000);
  return lines.join('\n');
}
