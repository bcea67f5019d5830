/**
 * Linux' detector of data races. Source: `kernel/kcsan/report.c` (5.8 to 6.14):
 *
 *     ==================================================================
 *     BUG: KCSAN: data-race in shelf_put / shelf_top
 *
 *     write to 0xffff88810a2b3c08 of 8 bytes by task 4242 on cpu 0:
 *      shelf_put+0x18/0x40
 *
 *     read (marked) to 0xffff88810a2b3c08 of 8 bytes by interrupt on cpu 1:
 *      shelf_top+0x18/0x40
 *
 *     value changed: 0x01 -> 0x02
 *
 *     Reported by Kernel Concurrency Sanitizer on:
 *     ==================================================================
 */
import type { Access } from '../../model/diagnostic.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { dropChecker, RULER, traceLine } from './trace.js';

const BUG = /^\s*BUG: KCSAN: (data-race|assert: race|\w[\w :-]{1,60}?) in (\S.*)$/;
const SIDE =
  /^\s*(race at unknown origin, with )?(read|write|read-write|assert no (?:accesses|writes))(?: \(([\w, -]{1,60})\))? to (?:0x)?([0-9a-f]{8,16}) of (\d{1,9}) bytes by (.{1,60}?) on cpu \d{1,5}:$/;
const END = /^\s*Reported by Kernel Concurrency Sanitizer on:/;

/** A report whose first line is lost still has these. */
const PARTS =
  /^\s*Reported by Kernel Concurrency Sanitizer on:|\bto (?:0x)?[0-9a-f]{8,16} of \d{1,9} bytes by (?:task \d|interrupt)/;
const WORDS = /\bBUG: KCSAN: \w/;

/** Reads the races that KCSAN finds. */
export const kcsan = readReports<Tentative>({
  tools: ['kcsan'],
  literals: ['BUG: KCSAN', 'Reported by Kernel Conc', ' bytes by '],
  markers: [{ words: WORDS, opening: WORDS }],
  traces: [PARTS],
  begin,
  take,
  finish({ diagnostic }) {
    for (const { frames } of diagnostic.stacks) dropChecker(frames);
  },
  patience: 60,
});

function begin(line: Line, open: Tentative | undefined): Tentative | undefined {
  const [, words, where = ''] = BUG.exec(line.text) ?? [];
  if (words === undefined) return undefined;
  if (open !== undefined && open.diagnostic.stacks.length === 0 && open.diagnostic.complete === false)
    return open;
  const rule = words === 'data-race' ? 'kcsan/data-race' : 'kcsan/assert';
  const facts = { tool: 'kcsan', rule, hazard: 'threading/data-race' } as const;
  const functions = where.replace(/\+0x[0-9a-f]{1,8}\/0x[0-9a-f]{1,8}/g, '');
  const report = openReport(
    line,
    { ...facts, message: messageOf(`${words} in ${functions}`) },
    { missing: 'the end of the report' },
  );
  return { ...report, isBelieved: true };
}

function take(open: Tentative, { text }: Line): Belongs {
  if (RULER.test(text)) return open.diagnostic.stacks.length > 0 ? 'last' : 'own';
  if (END.test(text)) {
    markComplete(open);
    open.stack = undefined;
    return 'own';
  }
  const side = SIDE.exec(text);
  if (side) {
    takeSide(open, side, text);
    return 'own';
  }
  const frame = traceLine(text);
  if (frame === undefined)
    return /^\s*(?:value changed: |CPU: \d|Hardware name: |no locks held|\d+ locks? held|irq event stamp)/.test(
      text,
    )
      ? 'own'
      : 'foreign';
  if (frame !== 'own') addFrame(open, frame);
  return 'own';
}

function takeSide(
  open: Tentative,
  [, , how = '', marks = '', address = '', size, who = '']: RegExpExecArray,
  title: string,
): void {
  const isFirst = open.diagnostic.stacks.length === 0;
  const access: Access = {
    kind: how.includes('write') && !how.startsWith('assert') ? 'write' : 'read',
    size: Number(size),
    ...(marks.includes('marked') && { atomic: true as const }),
  };
  openStack(open, isFirst ? 'fault' : 'other-access', { access, thread: who, title });
  if (!isFirst) return;
  open.diagnostic.address = `0x${address}`;
  open.diagnostic.access = access;
}
