/**
 * LeakSanitizer: one diagnostic per `Direct leak` / `Indirect leak` record, checked against the SUMMARY's bytes and
 * number of allocations.
 * Source: compiler-rt `lsan_common.cpp`.
 */
import {
  closeReport,
  extend,
  openReport,
  openStack,
  takeFrame,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';
import { messageOf, splitRecords, type SplitRecords } from './leaked-blocks.js';

const HEADER = /(?:==(\d+)==\s?)?ERROR: LeakSanitizer: detected memory leaks/;
const RECORD = /\b(Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object\(s\) allocated from:/;
const SUMMARY = /\bSUMMARY: \w+Sanitizer: (\d+) byte\(s\) leaked in (\d+) allocation\(s\)/;
const LIMITED = /\bThe \d+ top leak\(s\):|\bOmitting \d+ more leak\(s\)/;
const OBJECTS = /^\s*(?:Objects leaked above:|0x[0-9a-fA-F]+ \(\d+ bytes\))/;

/** Reads leak reports; a process may print several (recoverable checks, then the one at exit). */
export const lsan: LineReader = {
  kind: 'lines',
  tools: ['lsan'],
  literals: ['Sanitizer', 'irect leak of', 'LEAKED BLOCKS'],
  markers: [begins(/\b(?:Direct|Indirect) leak of \d+ byte\(s\) in \d+ object\(s\) allocated from:/)],
  make,
};

type State = {
  emit: Emit;
  open: OpenReport | undefined;
  /** A header whose SUMMARY has not come yet. */
  header: { no: number; pid: number | undefined } | undefined;
  /** Sums of the records below the header. */
  bytes: number;
  objects: number;
  /** Not all records are printed. */
  isLimited: boolean;
  /** A record without a header was read: the log begins in the middle. */
  hasRecord: boolean;
  /** Records of the report whose blocks are listed: who allocated them may stand behind the report. */
  split: SplitRecords;
  isListed: boolean;
  complaints: string[];
};

function make(emit: Emit): LineSession {
  const s: State = {
    emit,
    open: undefined,
    header: undefined,
    bytes: 0,
    objects: 0,
    isLimited: false,
    hasRecord: false,
    split: splitRecords(emit),
    isListed: false,
    complaints: [],
  };
  return {
    line: (line) => (s.split.line(line) || read(s, line) ? 'consumed' : 'ignored'),
    settle() {
      if (s.header === undefined && s.open === undefined) s.split.release();
    },
    end() {
      abandon(s, 'the log ends before the SUMMARY line');
      close(s, 'the log ends before the SUMMARY line');
      s.split.release();
      return [...s.complaints, ...s.split.complaints];
    },
  };
}

function read(s: State, line: Line): boolean {
  const { text } = line;
  const header = HEADER.exec(text);
  if (header) {
    abandon(s, 'another report begins before the SUMMARY line');
    s.split.release();
    s.header = { no: line.no, pid: header[1] === undefined ? undefined : Number(header[1]) };
    s.bytes = s.objects = 0;
    s.isLimited = false;
    return true;
  }
  const record = RECORD.exec(text);
  if (record) {
    beginRecord(s, line, record);
    return true;
  }
  const summary = SUMMARY.exec(text);
  if (summary) {
    takeSummary(s, line, summary);
    return true;
  }
  if (s.header === undefined && s.open === undefined) return false;
  if (LIMITED.test(text)) s.isLimited = true;
  else if (!OBJECTS.test(text)) return s.open !== undefined && takeFrame(s.open, line);
  else s.isListed = true;
  if (s.open !== undefined) extend(s.open, line);
  return true;
}

function beginRecord(s: State, line: Line, m: RegExpExecArray): void {
  close(s);
  s.hasRecord = s.header === undefined;
  s.isListed = false;
  const kind = m[1] === 'Direct' ? 'direct' : 'indirect';
  const leak = { kind, bytes: Number(m[2]), objects: Number(m[3]) } as const;
  s.open = openReport(line, {
    tool: 'lsan',
    rule: `lsan/${kind}-leak`,
    hazard: 'ownership/leak',
    message: messageOf(leak),
    leak,
    memory: 'heap',
    ...(s.header?.pid !== undefined && { pid: s.header.pid }),
  });
  openStack(s.open, 'allocated', { title: line.text });
  s.bytes += leak.bytes;
  s.objects += leak.objects;
}

/** The records that were read must add up to the summary. */
function takeSummary(s: State, line: Line, m: RegExpExecArray): void {
  close(s);
  const promised = `${m[1]!} byte(s) in ${m[2]!} allocation(s)`;
  const sum = `${s.bytes} byte(s) in ${s.objects} allocation(s)`;
  if (s.header === undefined && !s.hasRecord)
    s.complaints.push(`line ${line.no}: a leak SUMMARY without its report`);
  if (s.header !== undefined && !s.isLimited && promised !== sum)
    s.complaints.push(`line ${line.no}: the leak SUMMARY says ${promised}, the records read make ${sum}`);
  s.hasRecord = false;
  s.header = undefined;
}

function close(s: State, missing?: string): void {
  if (s.open !== undefined)
    closeReport(s.open, s.isListed && missing === undefined ? s.split.keep : s.split.pass, missing);
  s.open = undefined;
}

/** The SUMMARY of the header does not come. */
function abandon(s: State, why: string): void {
  if (s.header === undefined) return;
  if (s.open !== undefined) close(s, why);
  else s.complaints.push(`line ${s.header.no}: leak report: ${why}`);
  s.header = undefined;
}
