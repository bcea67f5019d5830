/**
 * HotSpot's fatal error report (`vmError.cpp`): the `#` banner on the console and the `hs_err_pid*.log` file, which
 * begins with the same banner and goes on with sections. One crash in one log is one diagnostic: banner and file are
 * recognised as the same by pid and headline.
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import {
  addFrameTo,
  closeReport,
  extend,
  frameCount,
  openReport,
  type OpenReport,
} from '../engine/open-report.js';
import {
  begins,
  type Emit,
  type Line,
  type LineReader,
  type LineSession,
  type LogContext,
} from '../engine/reader.js';
import {
  SECTION_WORDS,
  BANNER_END,
  BARE,
  BARE_BANNER,
  BARE_HEADLINE,
  DETAIL,
  FATAL,
  HEADLINE,
  SECTION,
} from './hserr-words.js';
import { isZeroPage } from '../engine/signals.js';
import { hotspotFrame } from './java-frame.js';

/** Sections and lines that only crash files have; they are this report's however long it is. */
const STACKS = /^(Native|Java) frames: /;
const SIGINFO = /^siginfo: ?/;
/** Lines of a list in a file, between two sections. */
const MAX_LIST_LINES = 500;
/** Lines of others between those of a banner. */
const MAX_FOREIGN_LINES = 3;

type Open = OpenReport & {
  /** The JVM found no memory. */
  isOutOfMemory: boolean;
  headline?: string;
  detail?: string;
  problematic?: Frame;
  /** What follows the title is no frame. */
  isFrameLost?: boolean;
  list?: 'native' | 'problematic' | 'java';
  /** Frames of Java were read from their own list. */
  isListed?: boolean;
  /** Sections follow the banner. */
  isFile: boolean;
  /** Lines since the last one that was certainly the report's. */
  strangers: number;
  hasEnded: boolean;
};

type State = {
  emit: Emit;
  log: LogContext;
  open: Open | undefined;
  /** A report that was read; a banner or a file may report the same crash again. */
  pending: { report: Open; key: string } | undefined;
};

function hazardOf(open: Open): HazardId {
  const head = open.headline ?? '';
  if (open.isOutOfMemory || head.startsWith('Out of Memory')) return 'resource/exhausted';
  if (head.startsWith('EXCEPTION_STACK_OVERFLOW')) return 'resource/exhausted';
  if (head.startsWith('SIGABRT')) return 'crash/abort';
  if (head.startsWith('EXCEPTION_UNCAUGHT_CXX')) return 'unwind/foreign-exception';
  if (head.startsWith('EXCEPTION_HEAP_CORRUPTION')) return 'crash/heap-corruption';
  if (/^(?:SIGSEGV|SIGBUS|EXCEPTION_ACCESS_VIOLATION)/.test(head) && isZeroPage(open.diagnostic.address))
    return 'null/dereference';
  if (/^(?:SIG|EXCEPTION_)/.test(head)) return 'crash/signal';
  return 'crash/other';
}

const FATAL_WORDS = /(?:# |\b)A fatal error has been detected by the Java Runtime\b/;

/** Reads HotSpot's crash banners and files. */
export const hserr: LineReader = {
  kind: 'lines',
  tools: ['hotspot'],
  literals: [
    'A fatal error has',
    '# An unexpected error has',
    '# There is insufficient memory',
    'T H R E A D',
    'P R O C E S S',
    'S Y S T E M',
    '\nEND.',
    'Problematic frame',
    'Native memory allocation',
    'Native frames: ',
    'Java frames: ',
    'siginfo:',
    'crash happened outside',
    ' native code outside the VM',
    'error report file with',
    'JRE version: ',
    'submit a bug report, please',
    '# CreateCoredumpOnCrash',
    '# Core dump ',
    '# No core dump',
    '# Failed to write core',
    'Instructions: (pc=0x',
    'Top of Stack: (sp=0x',
    'Register to memory mapping',
    'Current thread (0x',
    ' events (',
    'GC Heap History (',
    'Internal exceptions (',
    ' JavaThread "',
    'vm_info: ',
  ],
  markers: [
    // with the sign that belongs to it
    { words: FATAL_WORDS, opening: FATAL_WORDS },
    begins(/# There is insufficient memory for the Java Runtime\b/),
    begins(/# An unexpected error has been detected by (?:Java|HotSpot)\b/),
  ],
  traces: SECTION_WORDS,
  make,
};

function make(emit: Emit, log: LogContext): LineSession {
  const s: State = { emit, log, open: undefined, pending: undefined };
  return {
    line: (line) => (read(s, line) ? 'consumed' : 'ignored'),
    end() {
      close(s, true);
      flush(s);
      return [];
    },
  };
}

function read(s: State, line: Line): boolean {
  const { text } = line;
  if (FATAL.test(text) || BARE.test(text)) {
    begin(s, line);
    return true;
  }
  const { open } = s;
  if (!open) return text === '#' && s.pending !== undefined;
  const banner = bannerLine(open, text);
  if (banner !== undefined) takeBanner(open, banner);
  if (banner !== undefined || takeSection(open, text)) open.strangers = 0;
  else if (!takeOther(s, open, line)) return false;
  extend(open, line);
  return true;
}

function begin(s: State, line: Line): void {
  close(s, false);
  const facts = { tool: 'hotspot', rule: 'hotspot/internal-error', hazard: 'crash/other' } as const;
  s.open = {
    ...openReport(line, { ...facts, message: 'internal error' }),
    isOutOfMemory: line.text.includes('insufficient memory'),
    isFile: false,
    strangers: 0,
    hasEnded: false,
  };
}

/** The banner's line with its sign, where it has one or lost it; undefined for what is no part of it. */
function bannerLine(open: Open, text: string): string | undefined {
  if (/^#(?: |$)/.test(text)) return text;
  if (open.isFile) return undefined;
  const bare = text.trim();
  if (BARE_HEADLINE.test(bare)) return `#  ${bare}`;
  return (open.list === 'problematic' && bare !== '') || BARE_BANNER.test(bare) ? `# ${bare}` : undefined;
}

function takeBanner(open: Open, text: string): void {
  const headline = HEADLINE.exec(text)?.[1];
  if (headline && !(open.headline && headline.startsWith('Error'))) takeBannerHeadline(open, headline);
  else if (DETAIL.test(text)) open.detail = text.slice(1).trim();
  else if (text.startsWith('# Problematic frame:')) open.list = 'problematic';
  else if (open.list === 'problematic') {
    const frame = hotspotFrame(text.slice(1).trim())?.frame;
    if (frame) open.problematic = frame;
    else open.isFrameLost = true;
    delete open.list;
  } else if (BANNER_END.test(text)) open.hasEnded = true;
}

/** `SIGSEGV (0xb) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8` */
function takeBannerHeadline(open: Open, headline: string): void {
  open.headline = headline;
  if (headline.startsWith('Out of Memory')) open.isOutOfMemory = true;
  const pid = /\bpid=(\d+)/.exec(headline)?.[1];
  const tid = /\btid=(\w+)/.exec(headline)?.[1];
  if (pid) open.diagnostic.pid = Number(pid);
  if (tid) open.diagnostic.thread = `tid ${tid}`;
}

/** A section of a crash file, and the lines of it that are read. */
function takeSection(open: Open, text: string): boolean {
  if (SECTION.test(text)) {
    open.isFile = true;
    open.hasEnded = true;
    delete open.list;
    return true;
  }
  const stacks = STACKS.exec(text)?.[1];
  if (stacks) {
    open.isFile = true;
    open.list = stacks === 'Native' ? 'native' : 'java';
    return true;
  }
  if (SIGINFO.test(text)) {
    const address = (/si_addr[:=] ?(0x[0-9A-Fa-f]+)/.exec(text) ??
      /(?:reading|writing) address (0x[0-9A-Fa-f]+)/.exec(text))?.[1];
    if (address) open.diagnostic.address = address;
    return true;
  }
  const frame = open.list && open.list !== 'problematic' ? hotspotFrame(text) : undefined;
  if (!frame) return false;
  if (frame.java) addJava(open, frame.frame);
  if (open.list === 'native') addFrameTo(open, 'fault', frame.frame);
  return true;
}

/** Frames of Java stand among those of native code and in a list of their own, which takes the place of the others. */
function addJava(open: Open, frame: Frame): void {
  if (open.list === 'java' && open.isListed !== true) {
    open.isListed = true;
    open.diagnostic.stacks = open.diagnostic.stacks.filter((k) => k.role !== 'managed');
  }
  addFrameTo(open, 'managed', frame);
}

/** Any other line; false when it is none of the report. */
function takeOther(s: State, open: Open, line: Line): boolean {
  const { text } = line;
  if (!open.isFile) {
    if (text.trim() === '') return true;
    if (++open.strangers > MAX_FOREIGN_LINES) close(s, true);
    return false;
  }
  // A file has lists of hundreds of lines between its sections; what follows a file that is cut is not its own.
  if (++open.strangers > MAX_LIST_LINES || s.log.hasMarker(text)) return false;
  if (text === '' && frameCount(open) > 0) delete open.list;
  if (/^END\.?$/.test(text)) {
    open.hasEnded = true;
    extend(open, line);
    close(s, false);
  }
  return true;
}

/** The banner and the file of one crash: the richer one stays, and never is a diagnostic lost in between. */
function close(s: State, atEnd: boolean): void {
  const { open, pending } = s;
  if (!open) return;
  s.open = undefined;
  if (atEnd && !open.isFile && open.problematic) open.hasEnded = true;
  nameCrash(open);
  const key = `${open.diagnostic.pid ?? ''} ${(open.headline ?? '').replace(/,? {0,4}tid=\S+/, '')}`;
  if (pending && (pending.key === key || open.headline === undefined)) {
    if (richness(open) > richness(pending.report)) s.pending = { report: open, key: pending.key };
    return;
  }
  flush(s);
  s.pending = { report: open, key };
}

/** Rule, hazard and message follow from all that was read. */
function nameCrash(open: Open): void {
  const { diagnostic, isOutOfMemory, detail, problematic } = open;
  if (problematic && !diagnostic.stacks.some((k) => k.role === 'fault'))
    addFrameTo(open, 'fault', problematic);
  const word = /^(?:SIG[A-Z]+|EXCEPTION_\w+)/.exec(open.headline ?? '')?.[0];
  const kind = word ?? (isOutOfMemory ? 'out of memory' : 'internal error');
  diagnostic.rule = `hotspot/${kind.replaceAll(' ', '-')}`;
  diagnostic.hazard = hazardOf(open);
  diagnostic.message = detail ? `${kind}: ${detail}` : kind;
}

function flush(s: State): void {
  const { pending } = s;
  s.pending = undefined;
  if (!pending) return;
  const { report } = pending;
  const isAnnounced = report.isFrameLost && !report.isFile;
  const isComplete = report.headline !== undefined && report.hasEnded && !isAnnounced;
  closeReport(report, s.emit, isComplete ? undefined : 'the crash report is cut');
}

const richness = ({ diagnostic }: OpenReport): number =>
  diagnostic.stacks.reduce((sum, stack) => sum + stack.frames.length, diagnostic.address ? 1 : 0);
