/** What is printed behind a report of leaks: each group of blocks gets the stack, the lines and the test of its own. */
import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/parsers/index.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { frameName } from '../../src/model/function-name.js';

const REPORT = `==7==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 96 byte(s) in 3 object(s) allocated from:
    #0 0x7f01 in malloc (/lib/libasan.so.8+0xb1)
    #1 0x4fe0  (/usr/bin/python3.11+0x4fe0)

Objects leaked above:
0x602000000010 (32 bytes)
0x602000000050 (32 bytes)
0x602000000090 (32 bytes)

Indirect leak of 8 byte(s) in 1 object(s) allocated from:
    #0 0x7f01 in malloc (/lib/libasan.so.8+0xb1)
    #1 0x7f02 in child /p/x.c:9

Objects leaked above:
0x602000000110 (8 bytes)

SUMMARY: AddressSanitizer: 104 byte(s) leaked in 4 allocation(s).
`;
const group = (record: number, blocks: number, bytes: number, name: string, line: number): string =>
  `LEAKED BLOCKS of record ${record}: ${blocks} block(s), ${bytes} byte(s)${name}, allocated from:
    #0 0x7f01 in malloc (/lib/libasan.so.8+0xb1)
    #1 0x4fe0  (/usr/bin/python3.11+0x4fe0)
    #2 0x7f03 in make /p/x.c:5
called by the host (python):
    #0 test_x in /p/t.py:${line}
END OF LEAKED BLOCKS
`;

/** What it is about, in the order in which it is reported. */
const told = (d: Diagnostic) => ({
  message: d.message,
  test: d.test,
  native: d.stacks.filter((k) => k.host === undefined).flatMap((k) => k.frames.map(frameName)),
  line: d.stacks
    .filter((k) => k.host !== undefined)
    .flatMap((k) => k.frames.map((f) => (f.kind === 'source' ? f.line : 0)))[0],
  ...(d.leak?.foreign ? { foreign: true } : {}),
});
const MAKE = ['malloc', 'python3.11', 'make'];
const CHILD = {
  message: 'Indirect leak of 8 byte(s) in 1 object(s)',
  test: undefined,
  native: ['malloc', 'child'],
  line: undefined,
};

test('a report alone is as it always was', () => {
  const { diagnostics, missing } = parseText(REPORT);
  expect(missing).toEqual([]);
  expect(diagnostics.map((d) => d.message)).toEqual([
    'Direct leak of 96 byte(s) in 3 object(s)',
    'Indirect leak of 8 byte(s) in 1 object(s)',
  ]);
});

test('blocks of one record that different lines allocated are different leaks, and the rest of it stays', () => {
  const text = REPORT + group(1, 1, 32, ', in t.py::a[x, y]', 3) + group(1, 1, 32, '', 4);
  const { diagnostics, missing, unread } = parseText(text);
  expect([...missing, ...unread]).toEqual([]);
  const direct = (objects: number) => `Direct leak of ${32 * objects} byte(s) in ${objects} object(s)`;
  expect(diagnostics.map(told).map((d) => ({ ...d, native: d.native.length }))).toEqual([
    { message: direct(1), test: 't.py::a[x, y]', native: 3, line: 3 },
    { message: direct(1), test: undefined, native: 3, line: 4 },
    { message: direct(1), test: undefined, native: 2, line: undefined },
    { ...CHILD, native: 2 },
  ]);
  expect(told(diagnostics[0]!).native).toEqual(MAKE);
  expect(diagnostics.map((d) => d.log.line)).toEqual([3, 3, 3, 12]);
});

test('what is left when all blocks of the project were told is not the project’s', () => {
  const { diagnostics } = parseText(`${REPORT}${group(1, 3, 96, '', 3)}ALL LEAKED BLOCKS\n`);
  expect(diagnostics.map(told)).toEqual([
    { message: 'Direct leak of 96 byte(s) in 3 object(s)', test: undefined, native: MAKE, line: 3 },
    { ...CHILD, foreign: true },
  ]);
});

test('calls that were inlined are shown as in the record, whose fingerprint the leak keeps', () => {
  const report = `==7==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 64 byte(s) in 2 object(s) allocated from:
    #0 0x7f01 in malloc asan_malloc_linux.cpp:69
    #1 0x7f02 in forget /p/x.c:4
    #2 0x7f02 in again /p/x.c:5
    #3 0x7f02 in call /p/x.c:6
    #4 0x7f03 in forget /p/x.c:4
    #5 0x7f03 in call /p/x.c:7

Objects leaked above:
0x602000000010 (32 bytes)
0x602000000050 (32 bytes)

SUMMARY: AddressSanitizer: 64 byte(s) leaked in 2 allocation(s).
`;
  const block = `LEAKED BLOCKS of record 1: 2 block(s), 64 byte(s), allocated from:
    #0 0x7f00 in malloc asan_malloc_linux.cpp:70
    #1 0x7f02 in forget /p/x.c:4
    #2 0x7f03 in forget /p/x.c:4
    #3 0x7f04 in beyond /p/x.c:4
called by the host (node):
    #0 test_x in /p/t.js:3
END OF LEAKED BLOCKS
`;
  const [d, ...more] = parseText(report + block).diagnostics;
  expect(more).toEqual([]);
  expect(told(d!).native).toEqual(['malloc', 'forget', 'again', 'call', 'forget', 'call', 'beyond']);
  const inlined = d!.stacks[0]!.frames.map((f) => f.kind === 'source' && f.inlined === true);
  expect(inlined).toEqual([false, true, true, false, true, false, false]);
});

test('without a stack of their own, blocks keep that of their record', () => {
  const bare = `LEAKED BLOCKS of record 2: 1 block(s), 8 byte(s), in t.py::a, allocated from:
called by the host (python):
    #0 test_x in /p/t.py:8
END OF LEAKED BLOCKS
`;
  const [, d] = parseText(REPORT + bare).diagnostics;
  expect(told(d!)).toEqual({ ...CHILD, test: 't.py::a', line: 8 });
});

describe('a log that cannot be right', () => {
  test.each([
    ['more blocks than the record has', group(1, 4, 96, '', 3)],
    ['more bytes than the record has', group(1, 2, 97, '', 3)],
    ['a record that is none', group(3, 1, 8, '', 3)],
    ['no blocks', group(1, 0, 0, '', 3)],
  ])('takes nothing from a report: %s', (_what, more) => {
    expect(parseText(REPORT + more).diagnostics.map(told)).toEqual(parseText(REPORT).diagnostics.map(told));
  });

  test('is not complete if the report is missing', () => {
    expect(parseText(group(1, 1, 8, '', 3)).missing).toEqual(['line 1: leaked blocks without their report']);
  });
});

test('over every prefix the number of leaks never decreases, and no byte is lost or counted twice', () => {
  const text = `${REPORT}${group(1, 1, 32, '', 3)}${group(1, 2, 64, '', 4)}${group(2, 1, 8, '', 5)}ALL LEAKED BLOCKS\n`;
  const lines = text.split('\n');
  let before = 0;
  for (let n = 1; n <= lines.length; n++) {
    const { diagnostics } = parseText(lines.slice(0, n).join('\n'));
    expect(diagnostics.length).toBeGreaterThanOrEqual(before);
    before = diagnostics.length;
    if (n > REPORT.split('\n').length)
      expect(diagnostics.reduce((sum, d) => sum + (d.leak?.bytes ?? 0), 0)).toBe(104);
  }
  expect(before).toBe(3);
});
