/**
 * HotSpot's fatal error report (`vmError.cpp`): the `#` banner on the console and the `hs_err_pid*.log` file, which
 * begins with the same banner and goes on with sections. One crash in one log is one diagnostic: banner and file are
 * recognised as the same by pid and headline.
 */
import type { Frame, Diagnostic, Stack } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { hotspotFrame } from './java-frame.js';
import type { Emit, Line, LineReader, LineSession, LogContext } from '../engine/reader.js';

const FATAL =
  /^# (?:A fatal error has been detected by|An unexpected error has been detected by|There is insufficient memory for the Java Runtime)/;
/** A tracker takes the signs at the line's beginning for headings, and drops them. */
const BARE = /^A fatal error has been detected by the Java Runtime Environment:$/;
const BARE_HEADLINE = /^(?:SIG[A-Z]+|EXCEPTION_\w+|Internal Error) \(/;
const BARE_BANNER =
  /^(?:JRE version|Java VM|Problematic frame):|^(?:Failed to write core|No core|Core) ?dump|^(?:An error report file|If you would like to submit|The crash happened|See problematic frame)/i;
const HEADLINE = /^# {1,2}((?:SIG[A-Z]+|EXCEPTION_\w+|Internal Error|Out of Memory Error|Error)\b.*)$/;
const SECTION = /^-{5,}\s+(?:S U M M A R Y|T H R E A D|P R O C E S S|S Y S T E M|H E A P|E N D)\b/;
/** Sections and lines that only crash files have; they are this report's however long it is. */
const STACKS = /^(Native|Java) frames: /;
const SIGINFO = /^siginfo: ?/;
const LONGEST_LIST = 500;
/** Addresses below this belong to the page that is never mapped. */
const ZERO_PAGE = 4096;

type Open = {
  first: Line;
  last: Line;
  memory: boolean;
  /** The banner lost its signs. */
  bare: boolean;
  headline?: string;
  detail?: string;
  pid?: number;
  thread?: string;
  address?: string;
  problematic?: Frame;
  native: Frame[];
  managed: Frame[];
  list?: 'native' | 'problematic' | 'java';
  file: boolean;
  /** Lines since the last one that was certainly ours. */
  strangers: number;
  ended: boolean;
};

const zero = (address: string | undefined): boolean =>
  address !== undefined && Number.parseInt(address, 16) < ZERO_PAGE;

function hazardOf(open: Open): HazardId {
  const head = open.headline ?? '';
  if (open.memory || head.startsWith('Out of Memory')) return 'resource/exhausted';
  if (head.startsWith('EXCEPTION_STACK_OVERFLOW')) return 'resource/exhausted';
  if (head.startsWith('SIGABRT')) return 'crash/abort';
  if (head.startsWith('EXCEPTION_UNCAUGHT_CXX')) return 'unwind/foreign-exception';
  if (head.startsWith('EXCEPTION_HEAP_CORRUPTION')) return 'crash/heap-corruption';
  if (/^(?:SIGSEGV|SIGBUS|EXCEPTION_ACCESS_VIOLATION)/.test(head) && zero(open.address))
    return 'null/dereference';
  if (/^(?:SIG|EXCEPTION_)/.test(head)) return 'crash/signal';
  return 'crash/other';
}

const FATAL_WORDS = /(?:# |\b)A fatal error has been detected by the Java Runtime\b/;

/** Makes the reader of HotSpot crash banners and files. */
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
  ],
  markers: [
    // with the sign that belongs to it
    { words: FATAL_WORDS, opening: FATAL_WORDS },
  ],
  make,
};

function make(emit: Emit, log: LogContext): LineSession {
  let open: Open | undefined;
  let held: { diagnostic: Diagnostic; key: string } | undefined;

  const flush = (): void => {
    if (held) emit(held.diagnostic);
    held = undefined;
  };

  const sightingOf = (from: Open): Diagnostic => {
    const { native, managed, problematic } = from;
    const stacks: Stack[] = [];
    const fault = native.length > 0 ? native : problematic ? [problematic] : [];
    if (fault.length > 0) stacks.push({ role: 'fault', frames: fault });
    if (managed.length > 0) stacks.push({ role: 'managed', frames: managed });
    const word = /^(?:SIG[A-Z]+|EXCEPTION_\w+)/.exec(from.headline ?? '')?.[0];
    const name = word ?? (from.memory ? 'out-of-memory' : 'internal-error');
    const complete = from.headline !== undefined && from.ended;
    return {
      tool: 'hotspot',
      rule: `hotspot/${name}`,
      hazard: hazardOf(from),
      message: `${from.memory && !word ? 'out of memory' : (word ?? 'internal error')}${from.detail ? `: ${from.detail}` : ''}`,
      stacks,
      ...(from.address && { address: from.address }),
      ...(from.pid !== undefined && { pid: from.pid }),
      ...(from.thread && { thread: from.thread }),
      complete,
      ...(!complete && { missing: 'the crash report is cut' }),
      log: { line: from.first.no, endLine: from.last.no, offset: from.first.offset },
    };
  };

  /** The banner and the file of one crash: the richer one stays, and never is a diagnostic lost in between. */
  const close = (atEnd: boolean): void => {
    if (!open) return;
    if (atEnd && !open.file && open.problematic) open.ended = true;
    const diagnostic = sightingOf(open);
    const key = `${open.pid ?? ''} ${(open.headline ?? '').replace(/,? {0,4}tid=\S+/, '')}`;
    if (held && (held.key === key || open.headline === undefined)) {
      if (richness(diagnostic) > richness(held.diagnostic)) held = { diagnostic, key: held.key };
    } else {
      flush();
      held = { diagnostic, key };
    }
    open = undefined;
  };

  const begin = (line: Line): void => {
    close(false);
    const memory = line.text.includes('insufficient memory');
    open = {
      first: line,
      last: line,
      memory,
      bare: BARE.test(line.text),
      native: [],
      managed: [],
      file: false,
      strangers: 0,
      ended: false,
    };
  };

  const banner = (to: Open, text: string): void => {
    const head = HEADLINE.exec(text)?.[1];
    if (head && !(to.headline && head.startsWith('Error'))) {
      to.headline = head;
      if (head.startsWith('Out of Memory')) to.memory = true;
      const pid = /\bpid=(\d+)/.exec(head)?.[1];
      const tid = /\btid=(\w+)/.exec(head)?.[1];
      if (pid) to.pid = Number(pid);
      if (tid) to.thread = `tid ${tid}`;
    } else if (/^# {2}(?:Error|fatal error|assert|guarantee)\b/.test(text)) to.detail = text.slice(1).trim();
    else if (/^# Native memory allocation|^# Cannot create/.test(text)) to.detail = text.slice(1).trim();
    else if (text.startsWith('# Problematic frame:')) to.list = 'problematic';
    else if (to.list === 'problematic') {
      const frame = hotspotFrame(text.slice(1).trim());
      if (frame) to.problematic = frame.frame;
      delete to.list;
    } else if (
      /^#(?: *(?:If you would like to submit|See problematic frame|The crash happened)|.*\bcore ?dump)/i.test(
        text,
      )
    )
      to.ended = true;
  };

  /** The banner's line with its sign, where it has one or lost it; undefined for what is no part of it. */
  const signed = (to: Open, text: string): string | undefined => {
    if (/^#(?: |$)/.test(text)) return text;
    if (!to.bare || to.file) return undefined;
    const bare = text.trim();
    if (BARE_HEADLINE.test(bare)) return `#  ${bare}`;
    return (to.list === 'problematic' && bare !== '') || BARE_BANNER.test(bare) ? `# ${bare}` : undefined;
  };

  const section = (to: Open, text: string): boolean => {
    if (SECTION.test(text)) {
      to.file = true;
      to.ended = true;
      delete to.list;
      return true;
    }
    const stacks = STACKS.exec(text)?.[1];
    if (stacks) {
      to.file = true;
      to.list = stacks === 'Native' ? 'native' : 'java';
      return true;
    }
    if (SIGINFO.test(text)) {
      const address = /si_addr[:=] ?(0x[0-9A-Fa-f]+)/.exec(text)?.[1];
      const access = /(?:reading|writing) address (0x[0-9A-Fa-f]+)/.exec(text)?.[1];
      if (address ?? access) to.address = (address ?? access) as string;
      return true;
    }
    const frame = to.list ? hotspotFrame(text) : undefined;
    if (frame && to.list !== 'problematic') {
      if (to.list === 'java' || frame.java) to.managed.push(frame.frame);
      if (to.list === 'native') to.native.push(frame.frame);
      return true;
    }
    return false;
  };

  return {
    line(line) {
      const text = line.text;
      if (FATAL.test(text) || BARE.test(text)) {
        begin(line);
        return 'consumed';
      }
      if (!open) {
        return text === '#' && held !== undefined ? 'consumed' : 'ignored';
      }
      const sign = signed(open, text);
      if (sign !== undefined) {
        banner(open, sign);
        open.strangers = 0;
      } else if (section(open, text)) open.strangers = 0;
      else if (open.file) {
        // A file has lists of hundreds of lines between its sections; what follows a file that is cut is not its own.
        if (++open.strangers > LONGEST_LIST || log.hasMarker(text)) return 'ignored';
        if (text === '' && open.list !== undefined && open.native.length + open.managed.length > 0)
          delete open.list;
        if (/^END\.?$/.test(text)) {
          open.ended = true;
          open.last = line;
          close(false);
          return 'consumed';
        }
      } else if (text.trim() !== '' && open.headline !== undefined) {
        if (++open.strangers > 3) {
          close(true);
          return 'ignored';
        }
        return 'ignored';
      }
      open.last = line;
      return 'consumed';
    },
    end() {
      close(true);
      flush();
      return [];
    },
  };
}

const richness = (diagnostic: Diagnostic): number =>
  diagnostic.stacks.reduce((sum, stack) => sum + stack.frames.length, diagnostic.address ? 1 : 0);
