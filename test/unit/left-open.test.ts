/** What is left open at the end of a journal, and what is not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fdguard } from '../../src/gates/fdguard.js';
import { faultsOf, leftText, readJournal } from '../../src/gates/programs/left-open.js';
import { parseText } from '../../src/parsers/index.js';
import { withoutEnd, type ReadLog } from '../../src/parsers/read-logs.js';
import { madeHost } from '../helpers/made-host.js';

const say = (...lines: string[]): string =>
  ['watching', ...lines].map((l) => `ffi-gates fdguard: ${l}\n`).join('');
const FRAME = '    #0 0x55d0 (/build/libx.so+0x1234)';
const opened = (fd: number, what = 'file /x'): string =>
  `stack 1\n${FRAME}\nffi-gates fdguard: opened ${fd} ${what.replace(' ', ' @1 ')}`;

const ROWS: [string, string, string[]][] = [
  ['nothing was opened', say('ended'), []],
  ['closed', say(opened(3), 'closed 3', 'ended'), []],
  ['left open', say(opened(3), 'ended'), ['file /x']],
  [
    'one of two of a number',
    say(opened(3, 'file /a'), 'closed 3', opened(3, 'file /b'), 'ended'),
    ['file /b'],
  ],
  ['several', say(opened(3, 'pipe '), opened(4, 'pipe '), 'closed 3', 'ended'), ['pipe']],
  ['a name with blanks and words of ours', say(opened(5, 'file /a closed 5'), 'ended'), ['file /a closed 5']],
  ['random numbers, which are asked for again', say(opened(3, 'file /dev/urandom'), 'ended'), []],
  [
    'a number reused for random numbers',
    say(opened(3), 'closed 3', opened(3, 'file /dev/random'), 'ended'),
    [],
  ],
  ['closed by somebody who was not watched', say(opened(3), 'closed 3', 'ended'), []],
];
test.each(ROWS)('%s', (_what, journal, left) => {
  const read = readJournal(journal);
  expect(read.left.map((l) => l.what)).toEqual(left);
  expect(read.ended).toBe(true);
  const reports = parseText(journal + leftText(read.left)).diagnostics;
  expect(reports.map((r) => r.message)).toEqual(left.map((what) => `left open: ${what}`));
  for (const [i, r] of reports.entries()) {
    // Where it was opened, which tells the test.
    expect(journal.slice(r.log.offset)).toMatch(/^ffi-gates fdguard: opened/);
    expect(r.log.offset).toBe(read.left[i]?.at);
    expect(r.stacks[0]?.frames).toMatchObject([
      { kind: 'module', module: '/build/libx.so', offset: '0x1234' },
    ]);
  }
});

const other = (id: string, what: string, at = 1): string =>
  `stack ${at}\n    #0 0x55d0 (/build/libx.so+0x${at})\nffi-gates fdguard: opened ${id} ${what.replace(' ', ` @${at} `)}`;
const maps = (n: number, at = 1): string[] =>
  [...Array(n).keys()].map((i) => other(`m${(i + 1).toString(16)}000`, 'map 4096 bytes', at));
const HERE = fileURLToPath(import.meta.url);

test.each([
  ['eight maps of one place', [...maps(8), 'ended'], ['8 maps by one place, the first of 4096 bytes']],
  ['seven', [...maps(7), 'ended'], []],
  [
    'eight of two places',
    [...maps(4), ...maps(4, 2).map((m) => m.replace('opened m', 'opened ma')), 'ended'],
    [],
  ],
  ['eight, one of which is unmapped', [...maps(8), 'closed m2000', 'ended'], []],
  ['maps where processes do not say that they end', maps(9), []],
  ['a thread that nobody joined', [other('t7f00', 'thread '), 'ended'], ['thread']],
  ['one that was joined', [other('t7f00', 'thread '), 'closed t7f00', 'ended'], []],
  ['a thread where processes do not say that they end', [other('t7f00', 'thread ')], []],
  ['a temporary file that is there', [other('f1', `temporary ${HERE}`), 'ended'], [`temporary ${HERE}`]],
  ['one that is gone', [other('f1', 'temporary /nowhere/x'), 'ended'], []],
])('%s', (_what, lines, left) => {
  const { left: all, ended } = readJournal(say(...lines));
  expect(faultsOf(all, ended).map((l) => l.what)).toEqual(left);
});

test('descriptors whose byte says that they are closed are not left, whatever the journal says', () => {
  const isOpen = new Uint8Array(16);
  isOpen[4] = 1;
  const text = say(opened(3), opened(4, 'file /y'), other('t7f00', 'thread '), 'ended');
  expect(readJournal(text, isOpen).left.map((l) => l.what)).toEqual(['file /y', 'thread']);
});

test('a thread is a leak of its own kind', () => {
  const text = say(other('t7f00', 'thread '), 'ended');
  const [report] = parseText(text + leftText(readJournal(text).left)).diagnostics;
  expect(report).toMatchObject({ hazard: 'threading/thread-leak', rule: 'fdguard/never-joined' });
});

test('a process that was killed does not say that it ended', () => {
  expect(readJournal(say(opened(3))).ended).toBe(false);
  expect(readJournal('').ended).toBe(false);
});

test.each([
  ['c', true, 'ended'],
  ['py', true, 'ended'],
  ['go', false, 'watching'],
] as const)('of a process in %s that ran tests the journal is asked for', (binding, ends, last) => {
  const { atEnd, after } = fdguard.arm({ host: madeHost(), binding, compiler: 'gcc', logDir: '/logs' });
  expect(after?.settings).toMatchObject({ ends });
  expect(atEnd?.test(`ffi-gates fdguard: ${last}`)).toBe(true);
  expect(atEnd?.test('ffi-gates fdguard: opened 3 file /x')).toBe(false);
  // Neither a journal that ends early, nor none at all, nor that of another process, is one.
  const events = [{ test: 't', outcome: 'started' as const, pid: 7 }];
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-journal-'));
  const logOf = (pid: number, text: string): ReadLog => {
    writeFileSync(join(dir, `fdguard.${pid}`), text);
    return { name: `fdguard.${pid}`, path: join(dir, `fdguard.${pid}`), pid, parsed: parseText(text) };
  };
  const whole = `ffi-gates fdguard: watching\nffi-gates fdguard: ended\n`;
  expect(withoutEnd(atEnd!, events, [])).toMatch(/process 7/);
  expect(withoutEnd(atEnd!, events, [logOf(8, whole)])).toMatch(/process 7/);
  expect(withoutEnd(atEnd!, events, [logOf(7, '')])).toMatch(/process 7/);
  expect(withoutEnd(atEnd!, events, [logOf(7, whole)])).toBeUndefined();
  rmSync(dir, { recursive: true });
});
