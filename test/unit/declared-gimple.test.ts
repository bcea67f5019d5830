/** Calls of C as gcc's dump shows them: which structures they pass, and where errno is read too late. */
import { describe, expect, test } from 'vitest';
import { callOf, readGimple, recordOf, staleErrnoIn } from '../../src/declarations/gimple.js';

/** A function of a dump. Each statement gets a line of its own in x.c. */
const dump = (name: string, statements: readonly string[], variables = 'const int fd;'): string =>
  [
    `int ${name} (struct bag * in, int n)`,
    '[/repo/x.c:1:20] {',
    `  ${variables}`,
    '',
    ...statements.map((s, i) => (s.startsWith('<') ? `  ${s}` : `  [/repo/x.c:${i + 2}:3] ${s}`)),
    '}',
    '',
    '',
  ].join('\n');
const READ = ['_1 = __errno_location ();', '_2 = [/repo/x.c:9:9] *_1;'];
const stale = (name: string, ...statements: string[]): string[] =>
  staleErrnoIn(readGimple(dump(name, statements)), (n) => n.startsWith('Java_')).map(
    (e) => `${e.after} ${e.at.line}`,
  );

describe('errno', () => {
  const TEST = ['if (fd < 0) goto <D.1>; else goto <D.2>;', '<D.1>:'];
  test.each<[string, string[], string[]]>([
    ['at once', ['fd = open_it ();', ...TEST, ...READ], []],
    ['behind another call', ['fd = open_it ();', 'close_it (1);', ...TEST, ...READ], ['open_it 6']],
    [
      'behind a call with a result of its own',
      ['fd = open_it ();', 'n = close_it (1);', ...TEST, ...READ],
      ['open_it 6'],
    ],
    [
      'of the second call, which is the one that is tested',
      ['n = open_it ();', 'fd = other ();', ...TEST, ...READ],
      [],
    ],
    ['behind a call that keeps it', ['fd = open_it ();', 'free (p);', ...TEST, ...READ], []],
    [
      'by a copy of the result',
      ['_9 = open_it ();', 'fd = (int) _9;', 'log_it ("a, (b");', ...TEST, ...READ],
      ['open_it 7'],
    ],
    [
      'that is set, not read',
      ['fd = open_it ();', 'close_it (1);', ...TEST, '_1 = __errno_location ();', '*_1 = 0;'],
      [],
    ],
    ['that no test leads to', ['fd = open_it ();', 'close_it (1);', ...READ], []],
    ['behind a jump', ['fd = open_it ();', 'close_it (1);', 'goto <D.3>;', ...TEST, ...READ], []],
    ['at the begin of a function that is no entry', READ, []],
  ])('%s', (_, statements, expected) => expect(stale('f', ...statements)).toEqual(expected));

  test('in a function that the host calls and that sets it itself', () => {
    const set = ['_5 = __errno_location ();', '*_5 = 2;', 'n = 1;'];
    expect(stale('Java_f', ...set, ...READ)).toEqual([]);
    expect(stale('Java_f', '*_5 = 2;', ...READ)).toEqual(['Java_f 3']);
  });
  test('at the begin of a function that the host calls', () => {
    expect(stale('Java_a_B_errno', ...READ)).toEqual(['Java_a_B_errno 2']);
    expect(stale('Java_a_B_open', 'fd = open_it ();', ...READ)).toEqual([]);
  });
});

describe('a call', () => {
  test.each([
    ['f ();', { name: 'f', arguments: [] }],
    ['_1 = f (a, g, -1);', { result: '_1', name: 'f', arguments: ['a', 'g', '-1'] }],
    ['f ("a, \\"b) (", 1);', { name: 'f', arguments: ['"a, \\"b) ("', '1'] }],
    ['D.2 = (int) _1;', undefined],
    ['if (fd < 0) goto <D.1>; else goto <D.2>;', undefined],
    ['_3 = *_1 (a);', undefined],
  ])('%s', (text, expected) => expect(callOf({ text })).toEqual(expected));
});

test.each([
  ['&mine', 'struct box'],
  ['&all[1]', 'struct box'],
  ['in', 'struct bag'],
  ['held', 'struct box'],
  ['&in', undefined],
  ['mine', undefined],
  ['&text', undefined],
  ['n', undefined],
  ['&global', undefined],
  ['0B', undefined],
])('the structure behind the argument %s', (argument, expected) => {
  const variables =
    'struct box mine;\n  struct box all[3];\n  const struct box * held;\n  char text[40];\n  static int count;';
  const [f] = readGimple(dump('f', ['f (1);'], variables));
  expect(recordOf(argument, f!)).toBe(expected);
});
