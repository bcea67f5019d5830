/**
 * Linux' checks for undefined behaviour. Source: `lib/ubsan.c` (4.5 to 6.14), `arch/arm64/kernel/traps.c` where a check only traps:
 *
 *     ================================================================================
 *     UBSAN: Undefined behaviour in drivers/shelf.c:12:7                               (to 5.10)
 *     UBSAN: shift-out-of-bounds in drivers/shelf.c:12:7                               (since 5.11)
 *     shift exponent 64 is too large for 32-bit type 'int'
 *     CPU: 1 PID: 4242 Comm: till Not tainted 6.8.0 #1
 *     Call Trace:
 *      shelf_top+0x18/0x40 [shelf]
 *     ================================================================================
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { CALL_TRACE, dropChecker, RULER, traceLine } from './trace.js';

const UBSAN = /^\s*UBSAN: ([\w-][\w -]{2,60}?) in ([\w./+-]{1,120}):(\d{1,7}):(\d{1,5})$/;
const TRAP = /^\s*(?:Internal error: )?UBSAN: ([a-z][\w -]{2,80})(?:: [0-9a-f]{8,16})? \[#\d{1,3}\]/;
const END = /^\s*---\[ end trace/;

/** By a part of the check's name; to 5.10, whose headline is the same for all, of the words below it. */
const CHECKS: readonly [parts: readonly string[], string, HazardId][] = [
  [['vla-bound', 'variable length array'], 'vla-bound-not-positive', 'ub/vla-bound'],
  [['shift'], 'shift-out-of-bounds', 'ub/shift'],
  [['index', 'bounds'], 'array-index-out-of-bounds', 'ub/array-index'],
  [['division', 'divide'], 'division-overflow', 'ub/division-by-zero'],
  [['pointer-overflow', 'pointer overflow'], 'pointer-overflow', 'ub/pointer-overflow'],
  [['null-ptr', 'null pointer'], 'null-ptr-deref', 'null/dereference'],
  [['misaligned', 'alignment'], 'misaligned-access', 'ub/misaligned'],
  [['object-size', 'insufficient space'], 'object-size-mismatch', 'ub/object-type'],
  [['invalid-load', 'not a valid value'], 'invalid-load', 'ub/invalid-enum-or-bool'],
  [['unreachable'], 'unreachable', 'ub/unreachable'],
  [['overflow', 'negation', 'cannot be represented'], 'integer-overflow', 'ub/integer-overflow'],
];

type Open = Tentative & { words: string; place: { file: string; line: number; column: number } | undefined };

const WORDS = /\bUBSAN: (?:[\w-][\w -]{2,60} in [\w./+-]|[a-z][\w -]{2,60}(?:: [0-9a-f]{8,16})? \[#\d)/;

/** Reads what UBSan finds in Linux. */
export const kernelUbsan = readReports<Open>({
  tools: ['ubsan'],
  literals: ['UBSAN: ', '_ubsan_handle_'],
  markers: [{ words: WORDS, opening: WORDS }],
  begin,
  take,
  finish,
  patience: 60,
});

function begin(line: Line): Open | undefined {
  const found = UBSAN.exec(line.text);
  const words = found?.[1] ?? TRAP.exec(line.text)?.[1];
  if (words === undefined) return undefined;
  const report = openReport(
    line,
    { tool: 'ubsan', rule: 'ubsan/other', hazard: 'ub/other', message: words },
    { missing: 'the end of the report' },
  );
  return {
    ...report,
    words: words === 'Undefined behaviour' ? '' : words,
    place: found ? { file: found[2]!, line: Number(found[3]), column: Number(found[4]) } : undefined,
    isBelieved: true,
  };
}

function take(open: Open, { text }: Line): Belongs {
  const { diagnostic } = open;
  const isTold = diagnostic.stacks.some((k) => k.frames.length > 0);
  if (RULER.test(text) || END.test(text)) {
    if (isTold || diagnostic.message !== open.words) markComplete(open);
    return 'last';
  }
  if (CALL_TRACE.test(text)) {
    openStack(open, 'fault');
    return 'own';
  }
  const frame = traceLine(text);
  if (frame !== undefined) {
    if (open.stack === undefined) openStack(open, 'fault');
    if (frame !== 'own') addFrame(open, frame);
    return 'own';
  }
  if (/^\s*(?:CPU: \d|Hardware name: |Workqueue: |Tainted: |RIP: |Code: |R[A-Z0-9]{1,2}: )/.test(text))
    return 'own';
  // The words of the check are the line below its place.
  const isDetail = open.stack === undefined && diagnostic.log.endLine === line0(open) && text.trim() !== '';
  if (!isDetail) return 'foreign';
  const detail = text.trim();
  diagnostic.message = messageOf(open.words === '' ? detail : `${open.words}: ${detail}`);
  if (open.words === '') open.words = detail;
  return 'own';
}

const line0 = (open: Open): number => open.diagnostic.log.line;

/** The place is known to the line; the stack knows the functions. */
function finish({ diagnostic, words, place }: Open): void {
  const check = CHECKS.find(([parts]) => parts.some((part) => words.includes(part)));
  if (check) Object.assign(diagnostic, { rule: `ubsan/${check[1]}`, hazard: check[2] });
  const fault = diagnostic.stacks.find((k) => k.role === 'fault');
  if (fault) dropChecker(fault.frames);
  if (place === undefined) return;
  const top = fault?.frames[0];
  if (top?.kind === 'source' && top.line === place.line) return;
  const fn = top !== undefined && top.kind !== 'opaque' ? (top.function ?? '??') : '??';
  const frame: Frame = { kind: 'source', function: fn, ...place };
  if (fault === undefined) diagnostic.stacks.unshift({ role: 'fault', frames: [frame] });
  else if (top?.kind === 'symbol' || top?.kind === 'module')
    fault.frames[0] = { ...frame, ...(top.kind === 'module' && { module: top.module }) };
  else fault.frames.unshift(frame);
}
