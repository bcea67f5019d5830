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
import type { StackRole, Tool } from '../finding.js';
import { hazardOf, kindOf } from './asan-kinds.js';
import { closeReport, extend, openReport, openStack, takeFrame, type OpenReport } from './open-report.js';
import type { Emit, Line, MakeReader, Took } from './reader.js';

const TOOLS: Readonly<Record<string, Tool>> = {
  Address: 'asan',
  HWAddress: 'hwasan',
  Leak: 'lsan',
  Memory: 'msan',
  Thread: 'tsan',
  UndefinedBehavior: 'ubsan',
};
const HEADER =
  /(?:==(\d+)==\s?)?\bERROR: (Address|HWAddress|Leak|Memory|Thread|UndefinedBehavior)Sanitizer:? (\S.*)$/;
const SUMMARY = /\bSUMMARY: (\w+)Sanitizer: (.*)$/;
const DEADLY = /^\s*(?:\w+Sanitizer|ASAN|\w*SAN):? ?(?:DEADLYSIGNAL|SIGSEGV)\s*$/;
const ACCESS = /\b(READ|WRITE|ACCESS) of size (\d+) at (0x[0-9a-fA-F]+).{0,200}?thread (T\d+)/;
const CAUSED_BY = /The signal is caused by a (READ|WRITE)\b/;
const ZERO_PAGE = /Hint: address points to the zero page/;
const ON_ADDRESS = /\bon (?:unknown )?(?:address )?(0x[0-9a-fA-F]+)/;
const ANY_ADDRESS = /\b(0x[0-9a-fA-F]+)\b/;
const THREAD = /\b(?:in thread |on thread |\()(T\d+)\b|\b(T\d+)\)$/;
const CAUSE = /^\s*Cause: (.*)$/;
const REGION =
  /^\s*(?:\[?0x[0-9a-fA-F]+(?:,0x[0-9a-fA-F]+\))? is (?:located|a wild pointer|a small|a large)|Address 0x[0-9a-fA-F]+ is (?:located|a wild pointer)|object passed to delete)/;
const TAIL =
  /^\s*(?:Shadow bytes around|Shadow byte legend|Memory tags around|Tags for short granules|(?:(?:=>|-)\s*)?0x[0-9a-fA-F]+: ?\[?(?:[0-9a-fA-F]{2}|\.\.)[\] ]|Register values:|r[a-z0-9]{1,3} = |x\d+ = |(?:AddressSanitizer|\w+Sanitizer) can not (?:provide additional|describe)|(?:Addressable|Partially addressable|Heap left redzone|Freed heap region|Stack (?:left|mid|right|after)|Stack use after|Global (?:redzone|init order)|Poisoned by user|Container overflow|Array cookie|Intra object|ASan internal|Left alloca|Right alloca|Shadow gap):|hwasan_dev_note|SCARINESS:|MiraclePtr |HINT: |==\d+==(?:HINT|Hint|The signal is|ABORTING|WARNING: invalid path|Can't)|==\d+==\s*$)/;

/** The program's own unfinished line may stand before it. */
const ABORTING = /==\d+==ABORTING\b/;

const SECTIONS: readonly [RegExp, StackRole][] = [
  [/\bfreed by thread (T\d+)/, 'freed'],
  [/\ballocated by thread (T\d+)/, 'allocated'],
  [/\b(?:allocated|defined) (?:from|here):/, 'allocated'],
  [/\bThread (T\d+)\b.{0,200}? created by (?:T\d+|unknown)/, 'thread-created'],
  [/\bMemory was manually poisoned by thread (T\d+)/, 'related'],
  [/\bThis variable is|These globals were registered at|^\s*\[\d+\]:$/, 'related'],
  [/\bis located in stack of thread (T\d+).*\bin frame\s*$/, 'allocated'],
  [/\bPotentially referenced stack object/, 'allocated'],
];

type Open = OpenReport & { kind: string; zeroPage: boolean; cause: string | undefined };

/** Reads `ERROR: …Sanitizer` reports; many may follow each other in one log (`halt_on_error=0`). */
export const makeAsan: MakeReader = (emit: Emit) => {
  let open: Open | undefined;
  let deadly = 0;

  const close = (missing?: string): void => {
    if (open === undefined) return;
    const { sighting: s, kind, zeroPage, cause } = open;
    s.hazard = hazardOf(kind, { access: s.access, zeroPage, cause });
    if (cause !== undefined) s.message = `${s.message} (${cause})`;
    closeReport(open, emit, missing);
    open = undefined;
  };

  const begin = (line: Line, m: RegExpExecArray): Took => {
    close('another report begins before the SUMMARY line');
    deadly = 0;
    const headline = m[3]!;
    const kind = kindOf(headline);
    const tool = TOOLS[m[2]!]!;
    const address = (ON_ADDRESS.exec(headline) ?? ANY_ADDRESS.exec(headline))?.[1];
    const t = THREAD.exec(headline);
    const thread = t?.[1] ?? t?.[2];
    open = {
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
    };
    return 'consumed';
  };

  return {
    line(line): Took {
      const { text } = line;
      const header = text.includes('Sanitizer') ? HEADER.exec(text) : null;
      // `detected memory leaks` is lsan.ts's, and so is its cut beginning.
      if (header && !(header[2] === 'Leak' && /^d(?:e|$)/.test(header[3]!))) return begin(line, header);
      if (DEADLY.test(text)) {
        if (open === undefined) deadly = line.no;
        return 'consumed';
      }
      if (open === undefined)
        return (TAIL.test(text) && !text.includes('ERROR')) || ABORTING.test(text) ? 'consumed' : 'ignored';
      const took = inside(open, line);
      if (took && SUMMARY.test(text)) close();
      else if (took && ABORTING.test(text)) close();
      return took ? 'consumed' : 'ignored';
    },
    end() {
      close('the log ends before the SUMMARY line');
      return deadly > 0 ? [`line ${deadly}: a deadly signal was caught and no report followed`] : [];
    },
  };
};

/** One line of an open report; false when it is none of ours. */
function inside(open: Open, line: Line): boolean {
  const { text } = line;
  const s = open.sighting;
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
  const cause = CAUSE.exec(text);
  if (cause) open.cause ??= cause[1]!.trim();
  if (REGION.test(text)) s.region ??= text.trim();
  const section = SECTIONS.map(([at, role]) => ({ m: at.exec(text), role })).find(({ m }) => m !== null);
  if (section) {
    const thread = section.m![1];
    openStack(open, section.role, { title: text, ...(thread !== undefined && { thread }) });
  }
  const ours =
    caused !== null ||
    cause !== null ||
    section !== undefined ||
    REGION.test(text) ||
    SUMMARY.test(text) ||
    ABORTING.test(text) ||
    TAIL.test(text);
  if (!ours) return takeFrame(open, line);
  extend(open, line);
  return true;
}

/** The headline for people: registers and addresses are cut, the kind's own words stay. */
function withoutAddresses(headline: string): string {
  return headline
    .replace(/ \(pc 0x.*$/, '')
    .replace(/ at pc 0x.*$/, '')
    .replace(/ (?:on|in) thread T\d+.*$/, '')
    .replace(/:? (?:on )?(?:unknown )?(?:address )?0x[0-9a-fA-F]+(?: 0x[0-9a-fA-F]+)?:?$/, '')
    .replace(/0x[0-9a-fA-F]+/g, '0x…')
    .trim();
}
