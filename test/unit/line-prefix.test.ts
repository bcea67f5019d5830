import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { leadsOf, sharedPrefix } from '../../src/parsers/engine/line-prefix.js';
import { parseText } from '../../src/parsers/index.js';

test('a line begins as another when only its numbers differ', () => {
  expect(sharedPrefix('> ', '> #0 0x1 in f')).toBe(2);
  expect(sharedPrefix('job 7 at 1.25s: ', 'job 12 at 100.3s: #0')).toBe(18);
  expect(sharedPrefix('> ', '>')).toBe(1);
  expect(sharedPrefix('> ', 'plain')).toBe(0);
  expect(sharedPrefix('a 1', 'a b')).toBe(0);
});

test('what may stand before a line is what stands before the next one, too', () => {
  expect(leadsOf('job: 12> panic: x', 'job: 13> ')).toEqual([9, 5]);
  expect(leadsOf('  a: b', '  a: c')).toEqual([5, 2]);
  expect(leadsOf('job: panic: x', 'make: y')).toEqual([]);
  expect(leadsOf('a.c:3:12: fatal error: x.h', 'a.c:3:12: note: y')).toEqual([]);
});

test('words that only look like a report behind a place or prose are none', () => {
  const { diagnostics, unread, complete } = parseText(
    ['x.c:1:10: fatal error: y.h: No such file', 'x.c:1:11: note: z'].join('\n'),
  );
  expect({ diagnostics, unread, complete }).toEqual({ diagnostics: [], unread: [], complete: true });
});

test('prose about a checker and a debugger that quotes the last words are no reports', () => {
  const parsed = parseText(
    [
      'Build the program with AddressSanitizer: `make SAN=1`',
      '#3  0x0000555500001111 in die (action=1, ',
      '    str=0x7ffff0001111 "munmap_chunk(): invalid pointer", ptr=<optimized out>) at malloc.c:4998',
    ].join('\n'),
  );
  expect(parsed).toMatchObject({ diagnostics: [], unread: [], complete: true });
});

test('a dump of goroutines that nothing went before was asked for', () => {
  const dump =
    'goroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:3 +0x1\n\ngoroutine 7 [select]:\nmain.g()\n\t/a.go:9 +0x1\n';
  expect(parseText(dump)).toMatchObject({ diagnostics: [], unread: [], complete: true });
  const killed = parseText(`SIGQUIT: quit\nPC=0x46a0e1 m=0 sigcode=0\n\n${dump}`);
  expect(killed.diagnostics).toMatchObject([{ rule: 'go/SIGQUIT', hazard: 'crash/signal' }]);
  const asleep = parseText(`fatal error: all goroutines are asleep - deadlock!\n\n${dump}`);
  expect(asleep.diagnostics).toMatchObject([
    { rule: 'go/deadlock', hazard: 'threading/deadlock', complete: true },
  ]);
});

describe('what stands before every line of a log does not change what is read', () => {
  const logs = [
    'asan/uaf.clang',
    'asan/dfree.gcc',
    'tsan/race.clang',
    'memcheck/heap',
    'go/race',
    'rust/callback',
    'python/crash',
    'miri/dangling',
    'ubsan/stacks.clang',
    'go/panic',
    'hotspot/null-file',
  ];
  const leads = [
    '> ',
    '    ',
    '\t',
    '# ',
    '12: ',
    'stderr: ',
    'make[2]: ',
    'I0102 03:04:05.678901    12 main.cc:7] ',
    '[1,0]<stderr>:',
    '#12 34.56 ',
    '2031-02-03T04:05:06.789Z stderr F ',
    `2031-02-03 04:05:06.789  4105-4105  ${'DEBUG'.padEnd(24)}${'crash_dump64'.padEnd(37)}A  `,
    '##[error]',
    '\u001b_bk;t=1700000000000\u0007',
    'node-7 (stderr) 12.5ms: ',
    '2031/02/03 04:05:06.7 E worker 3 > ',
  ];
  const essence = (text: string): unknown =>
    parseText(text).diagnostics.map(({ rule, hazard, stacks, complete }) => ({
      rule,
      hazard,
      stacks,
      complete,
    }));
  const read = (name: string): string =>
    readFileSync(new URL(`../logs/${name}.log`, import.meta.url), 'utf8').trimEnd();
  for (const name of logs)
    for (const lead of leads)
      it(`${name} behind ${JSON.stringify(lead)}`, () => {
        const text = read(name);
        expect(parseText(text).diagnostics).not.toEqual([]);
        const led = text.split('\n').map((l, i) => (lead + l).replace('12.5', `${12 + i}.5`));
        expect(essence(led.join('\n'))).toEqual(essence(text));
      });
  it.each(logs)('%s behind blanks, and as a page holds it', (name) => {
    const text = read(name);
    const page = text
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;');
    expect(essence(page)).toEqual(essence(text));
    expect(essence(text.replace(/$/gm, '  '))).toEqual(essence(text));
  });
});
