import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { sharedPrefix } from '../../src/parsers/prefix.js';
import { parseText } from '../../src/parsers/text.js';

test('a line begins as another when only its numbers differ', () => {
  expect(sharedPrefix('> ', '> #0 0x1 in f')).toBe(2);
  expect(sharedPrefix('job 7 at 1.25s: ', 'job 12 at 100.3s: #0')).toBe(18);
  expect(sharedPrefix('> ', '>')).toBe(1);
  expect(sharedPrefix('> ', 'plain')).toBe(0);
  expect(sharedPrefix('a 1', 'a b')).toBe(0);
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
  ];
  const leads = ['> ', '    ', '# ', 'node-7 (stderr) 12.5ms: ', '2031/02/03 04:05:06.7 E worker 3 > '];
  const essence = (text: string): unknown =>
    parseText(text).sightings.map(({ rule, hazard, stacks, complete }) => ({
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
        expect(parseText(text).sightings).not.toEqual([]);
        const led = text.split('\n').map((l, i) => (lead + l).replace('12.5', `${12 + i}.5`));
        expect(essence(led.join('\n'))).toEqual(essence(text));
      });
});
