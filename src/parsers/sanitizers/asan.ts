/**
 * `ERROR: <X>Sanitizer: …` reports: all of ASan and HWASan, and the deadly signals and allocator errors that TSan, MSan,
 * UBSan and standalone LSan print in the same words. Source: compiler-rt `asan_errors.cpp`, `asan_descriptions.cpp`,
 * `hwasan_report.cpp`, `sanitizer_symbolizer_report.cpp`.
 *
 *     ==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x… at pc 0x… bp 0x… sp 0x…
 *     READ of size 4 at 0x… thread T0
 *         #0 …
 *     0x… is located 4 bytes inside of 16-byte region [0x…,0x…)
 *     freed by thread T0 here:
 *     SUMMARY: AddressSanitizer: heap-use-after-free a.c:5:10 in main
 */
import { FRAME_LITERALS } from '../engine/process-id.js';
import type { Open } from './asan-open.js';
import type { Tool } from '../../model/diagnostic.js';
import { owesShadow, takeShadow } from './asan-go.js';
import { hazardOf, isKnown, kindOf } from './asan-kinds.js';
import {
  ABORTING,
  CREATED,
  FRAMES,
  MEMORY,
  ORPHAN,
  plainKind,
  REGION,
  SECTIONS,
  TAIL,
  VARIABLE,
} from './asan-lines.js';
import { takeHwasan } from './hwasan.js';
import { closeReport, extend, openReport, openStack, takeFrame } from '../engine/open-report.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

const TOOLS: Readonly<Record<string, Tool>> = {
  Address: 'asan',
  HWAddress: 'hwasan',
  Leak: 'lsan',
  Memory: 'msan',
  Thread: 'tsan',
  UndefinedBehavior: 'ubsan',
};
const HEADER =
  /(?:==(\d+)==\s?)?\bERROR: (Address|HWAddress|Leak|Memory|Thread|UndefinedBehavior)Sanitizer:? (\S.*)$/s;
const SUMMARY = /\bSUMMARY: (\w+)Sanitizer: (.*)$/s;
const DEADLY = /^\s*(?:\w+Sanitizer|ASAN|\w*SAN):? ?(?:DEADLYSIGNAL|SIGSEGV)\s*$/;
const ACCESS =
  /\b(READ|WRITE|ACCESS) of size (\d{1,19}) at (0x[0-9a-fA-F]{1,16})(?: tags: \S{1,40} \(ptr\/mem\) in)? thread (T\d{1,9})/;
const CAUSED_BY = /The signal is caused by a (READ|WRITE)\b/;
const ZERO_PAGE = /Hint: address points to the zero page/;
const HIGH_VALUE = /Hint: this fault was caused by a dereference of a high value address/;
const ON_ADDRESS = /\bon (?:unknown )?(?:address )?(0x[0-9a-fA-F]+)/;
const ANY_ADDRESS = /\b(0x[0-9a-fA-F]+)\b/;
const THREAD = /\b(?:in thread |on thread |\()(T\d+)\b|\b(T\d+)\)$/;
/** A check's complaint about its arguments: `==7==ERROR: beg is not aligned by 8`. */
const DETAIL = /^==\d+==ERROR: (?!\w+(?:Sanitizer|:))/;
/** Reads `ERROR: …Sanitizer` reports; many may follow each other in one log (`halt_on_error=0`). */
export const asan: LineReader = {
  kind: 'lines',
  tools: ['asan', 'hwasan', 'lsan', 'msan', 'tsan', 'ubsan'],
  literals: [
    'Sanitizer',
    'DEADLYSIGNAL',
    'ASAN:',
    'SCARINESS: ',
    ' is located ',
    ' of size ',
    ' by thread T',
    'Shadow bytes around',
    'Memory tags around',
    'signal is caused by',
    'zero page',
    'fault was caused by',
    'a wild pointer',
    '==ABORTING',
    ...FRAME_LITERALS,
  ],
  markers: [],
  traces: [
    /\b(?:READ|WRITE|ACCESS) of size \d{1,19} at 0x/,
    /^\s*0x[0-9a-f]{4,16} is located \d/,
    /\b(?:freed|allocated|poisoned) by thread T\d/,
    ORPHAN,
    /^\s*Memory tags around the buggy address/,
    /\bThe signal is caused by a (?:READ|WRITE)\b/,
    /\bHint: (?:address points to the zero page|this fault was caused by a dereference)/,
    /^\s*Address 0x[0-9a-f]{4,16} is (?:located|a wild pointer)\b/,
  ],
  frames: FRAMES,
  make,
};

type State = {
  emit: Emit;
  open: Open | undefined;
  /** Number of a line that announced a deadly signal, until its report comes. */
  deadly: number;
  complaints: string[];
  hasReported: boolean;
};

function make(emit: Emit): LineSession {
  const s: State = { emit, open: undefined, deadly: 0, complaints: [], hasReported: false };
  return {
    line: (line) => (read(s, line) ? 'consumed' : 'ignored'),
    settle() {
      if (s.open?.isSummed) close(s);
    },
    end() {
      close(s, 'the log ends before the SUMMARY line');
      if (s.deadly > 0)
        s.complaints.push(`line ${s.deadly}: a deadly signal was caught and no report followed`);
      return s.complaints;
    },
  };
}

function read(s: State, line: Line): boolean {
  const { text } = line;
  const header = text.includes('Sanitizer') ? HEADER.exec(text) : null;
  // `detected memory leaks` is lsan.ts's, and so is its cut beginning.
  if (header && !(header[2] === 'Leak' && /^d(?:e|$)/.test(header[3]!))) {
    begin(s, line, header);
    return true;
  }
  if (s.open?.isSummed) {
    if (behind(s.open, line)) return true;
    close(s);
  }
  if (DEADLY.test(text)) {
    if (s.open === undefined) s.deadly = line.no;
    return true;
  }
  if (s.open === undefined) {
    if (SUMMARY.test(text)) s.complaints.push(`line ${line.no}: a SUMMARY line without its report`);
    if (!s.hasReported && ORPHAN.test(text)) return false;
    return (TAIL.test(text) && !text.includes('ERROR')) || ABORTING.test(text);
  }
  return takePlain(s.open, line) || (inside(s.open, line) && takeEnd(s, s.open, text));
}

/** A line of an open report that can be nothing but a frame, or bytes of the shadow. */
function takePlain(open: Open, line: Line): boolean {
  if (open.diagnostic.tool === 'hwasan') return false;
  const kind = plainKind(line.text);
  if (kind === 'shadow') extend(open, line);
  return kind === 'shadow' || (kind === 'frame' && takeFrame(open, line));
}

/** After a line of an open report: does it end it? */
function takeEnd(s: State, open: Open, text: string): true {
  const summary = SUMMARY.exec(text)?.[2];
  if (summary !== undefined) {
    adopt(open, summary);
    open.isSummed = true;
    open.stack = undefined;
    if (!owesCreator(open) && !owesShadow(open)) close(s);
  }
  if (ABORTING.test(text)) close(s);
  return true;
}

function close(s: State, missing?: string): void {
  const { open } = s;
  if (open === undefined) return;
  s.open = undefined;
  s.hasReported = true;
  const { diagnostic, kind, zeroPage, cause } = open;
  const { access, address, region, stacks, message } = diagnostic;
  if (zeroPage) diagnostic.memory ??= 'null';
  diagnostic.hazard = hazardOf(kind, {
    access,
    zeroPage,
    cause,
    region,
    stacks,
    address,
    shadow: open.shadow,
  });
  if (cause !== undefined) diagnostic.message = `${message} (${cause})`;
  // The allocator's own failure is followed by a failed CHECK and no SUMMARY line.
  const needsNoSummary = open.isSummed || message.startsWith('failed to ');
  closeReport(open, s.emit, needsNoSummary ? undefined : missing);
}

function begin(s: State, line: Line, m: RegExpExecArray): void {
  close(s, 'another report begins before the SUMMARY line');
  s.deadly = 0;
  const headline = m[3]!;
  const kind = kindOf(headline);
  const tool = TOOLS[m[2]!]!;
  // Without an address (one that is not canonical) the headline still has registers.
  const words = headline.replace(/ \(?(?:at )?pc 0x.*$/s, '');
  const address = (ON_ADDRESS.exec(words) ?? ANY_ADDRESS.exec(words))?.[1];
  const t = THREAD.exec(headline);
  const thread = t?.[1] ?? t?.[2];
  s.open = {
    ...openReport(line, {
      tool,
      rule: `${tool}/${kind}`,
      hazard: 'ownership/other', // named when the report closes and the circumstances are known
      message: withoutAddresses(headline),
      ...(address !== undefined && { address }),
      ...(thread !== undefined && { thread }),
      ...(m[1] !== undefined && { pid: Number(m[1]) }),
    }),
    kind,
    zeroPage: address !== undefined && /on (?:unknown )?address/.test(headline) && Number(address) < 4096,
    cause: undefined,
    shadow: [],
    isSummed: false,
  };
}

/** The creator of a thread that died of a signal is printed after the SUMMARY. */
const owesCreator = ({ diagnostic: s }: Open): boolean =>
  s.thread !== undefined && s.thread !== 'T0' && s.stacks.every(({ role }) => role !== 'thread-created');

/** A line behind the SUMMARY; false when it is none of the report. */
function behind(open: Open, line: Line): boolean {
  const { text } = line;
  if (owesShadow(open) && TAIL.test(text)) {
    takeShadow(open.shadow, text);
    return true;
  }
  const thread = CREATED.exec(text)?.[1];
  if (thread !== undefined) {
    openStack(open, 'thread-created', { title: text, thread });
    extend(open, line);
    return true;
  }
  if (text.trim() !== '') return open.stack !== undefined && takeFrame(open, line);
  open.stack = undefined;
  return true;
}

/** One line of an open report; false when it is none of ours. */
function inside(open: Open, line: Line): boolean {
  const { text } = line;
  const s = open.diagnostic;
  const access = ACCESS.exec(text);
  if (access) {
    const size = Number(access[2]);
    if (access[1] !== 'ACCESS') s.access = { kind: access[1] === 'WRITE' ? 'write' : 'read', size };
    s.thread = access[4]!;
    openStack(open, 'fault', { title: text, thread: access[4]!, ...(s.access && { access: s.access }) });
    extend(open, line);
    return true;
  }
  const caused = CAUSED_BY.exec(text);
  if (caused) s.access = { kind: caused[1] === 'WRITE' ? 'write' : 'read' };
  if (ZERO_PAGE.test(text)) open.zeroPage = true;
  if (HIGH_VALUE.test(text)) s.memory ??= 'high';
  if (s.tool === 'hwasan' && takeHwasan(open, line)) return true;
  const region = REGION.test(text);
  if (region) {
    s.region ??= text.trim();
    const memory = MEMORY.find(([m]) => m.test(text))?.[1];
    if (memory !== undefined) s.memory ??= memory;
  }
  const variable = VARIABLE.test(text);
  if (variable && s.region !== undefined) s.region = `${s.region}: ${text.trim()}`;
  const section = SECTIONS.map(([at, role]) => ({ m: at.exec(text), role })).find(({ m }) => m !== null);
  if (section) {
    const thread = section.m![1];
    openStack(open, section.role, { title: text, ...(thread !== undefined && { thread }) });
  }
  const ours =
    caused !== null ||
    section !== undefined ||
    region ||
    variable ||
    DETAIL.test(text) ||
    SUMMARY.test(text) ||
    ABORTING.test(text) ||
    TAIL.test(text);
  if (!ours) return takeFrame(open, line);
  extend(open, line);
  return true;
}

/** A headline that is new to us may not begin with the kind's name; the SUMMARY does. */
function adopt(open: Open, summary: string): void {
  const name = /^([\w-]{3,60})(?: |$)/.exec(summary)?.[1];
  if (name === undefined || isKnown(open.kind) || !isKnown(name)) return;
  open.kind = name;
  open.diagnostic.rule = `${open.diagnostic.tool}/${name}`;
}

/** The headline for people: registers and addresses are cut, the kind's own words stay. */
function withoutAddresses(headline: string): string {
  return headline
    .replace(/ \(pc 0x.*$/s, '')
    .replace(/ at pc 0x.*$/s, '')
    .replace(/ (?:on|in) thread T\d.*$/s, '')
    .replace(/:? (?:on )?(?:unknown )?(?:address )?0x[0-9a-fA-F]+(?: 0x[0-9a-fA-F]+)?:?$/, '')
    .replace(/0x[0-9a-fA-F]+/g, '0x…')
    .trim();
}
