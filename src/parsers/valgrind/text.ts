/**
 * Valgrind's text output: memcheck, helgrind, drd. Each line carries `==PID== ` (the report), `**PID** ` (words of the
 * program through client requests) or `--PID-- ` (Valgrind about itself); lines of several processes interleave, so
 * every pid has a state of its own. Error headlines are known from the tools' sources (`mc_errors.c`, `hg_errors.c`,
 * `drd_error.c`); an unknown line that is followed by a stack is an error all the same.
 *
 * Filtered logs have no prefix: there only known headlines open an error.
 */
import { PROCESS_ID_LITERALS, PROCESS_ID_MARKER } from '../engine/process-id.js';
import type { Diagnostic } from '../../model/diagnostic.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';
import { begin, close, inside } from './error.js';
import { headlineKind, HEADLINE_LITERALS } from './headlines.js';
import { toolOf } from './kinds.js';
import { CONTINUES, frameLine, reprintedFrame, stream, TRAILER, type Stream } from './lines.js';

const PREFIX = /^(?:[A-Z]{2,4} )?(==|\*\*|--)(?:[\d:.]{5,20} )?(\d{1,10})(==|\*\*|--)(?: (.*))?$/;
/** `Memcheck: mc_leakcheck.c:2141 (fn): the 'impossible' happened.` */
const INTERNAL = /^(\w+): \S+ \([^()]*\): (?:the 'impossible' happened|Assertion .* failed)/;
/** A signal in Valgrind's own code. */
const RECEIVED = /^(?:--\d{1,10}-- )?VALGRIND INTERNAL ERROR: Valgrind received a signal \d/;
const TERMINATING = 'Process terminating with default action';
const ANNOUNCEMENT = /^Thread \S+ was created|^---Thread-Announcement/;
/** `-v` and `-s` print each error again at the end. */
const REPETITION = /^(\d+) errors? in context \d+ of \d+:/;
const BANNER = /^(Memcheck|Helgrind|drd|DHAT|Massif|Lackey|Nulgrind|Cachegrind|Callgrind), an? /;
const SUMMARY = /^ERROR SUMMARY: ([\d,.]+) errors? from ([\d,.]+) contexts?/;

/** Processes whose lines interleave: when there are more, the one that was silent longest has ended. */
const MAX_STREAMS = 256;
const MAX_COMPLAINTS = 1000;
/** Lines without a prefix. */
const NO_PROCESS = '';

/** Reads Valgrind's text output. */
export const valgrindText: LineReader = {
  kind: 'lines',
  tools: ['memcheck', 'helgrind', 'drd', 'valgrind'],
  literals: [...PROCESS_ID_LITERALS, ...HEADLINE_LITERALS, '  at 0x', '  by 0x', 'VALGRIND INTERNAL'],
  markers: [PROCESS_ID_MARKER],
  // Who quotes a report shortens the number before its lines, and marks some of them.
  frames: [/(?:^|[\s=*])(?:at|by) 0x[0-9A-F]{5,16}: [\w.:@?~]{1,200} \((?:in \/|[\w./+-]{1,200}:\d{1,9}\))/],
  make,
};

type State = {
  emit: Emit;
  /** By process id as printed; the last to have printed is last. */
  streams: Map<string, Stream>;
  complaints: string[];
};

function make(emit: Emit): LineSession {
  const state: State = { emit, streams: new Map(), complaints: [] };
  return {
    line(line) {
      if (RECEIVED.test(line.text)) {
        emit(internalError('valgrind', line));
        return 'consumed';
      }
      const m = PREFIX.exec(line.text);
      if (m === null || m[1] !== m[3] || line.text.includes('Sanitizer'))
        return takeUnprefixed(state, line) ? 'consumed' : 'ignored';
      if (m[1] === '==') takeLine(streamOf(state, m[2] ?? ''), line, m[4] ?? '', emit);
      return 'consumed';
    },
    settle() {
      // Nothing else says where an error of a filtered log ends.
      const filtered = state.streams.get(NO_PROCESS);
      if (filtered?.open !== undefined && hasFrames(filtered)) close(filtered, true, emit);
    },
    end() {
      for (const s of state.streams.values()) finish(state, s);
      return state.complaints;
    },
  };
}

/** The state of a process, which is now the last to have printed. */
function streamOf(state: State, name: string): Stream {
  const { streams } = state;
  const s = streams.get(name) ?? stream(Number(name));
  streams.delete(name);
  streams.set(name, s);
  if (streams.size > MAX_STREAMS) {
    const [oldest, silent] = streams.entries().next().value!;
    streams.delete(oldest);
    finish(state, silent);
  }
  return s;
}

/** Whether the stack that is being read has begun. */
const hasFrames = (s: Stream): boolean => (s.open?.parts.at(-1)?.frames.length ?? 0) > 0;

/** The process prints no more. */
function finish({ emit, complaints }: State, s: Stream): void {
  // Without prefixes and banner nothing follows the last error.
  const mayEnd = s.pid === undefined && !s.banner && hasFrames(s);
  close(s, mayEnd, emit);
  if (complaints.length >= MAX_COMPLAINTS) return;
  if (s.isCut) complaints.push(`the lines of process ${s.pid ?? '?'} begin within a stack of Valgrind's`);
  if (s.banner && s.summary === undefined)
    complaints.push(`Valgrind's ERROR SUMMARY of process ${s.pid ?? '?'} is missing`);
  else if (s.summary !== undefined && s.contexts < s.summary)
    complaints.push(
      `Valgrind counts ${s.summary} error contexts in process ${s.pid ?? '?'}, ${s.contexts} were read`,
    );
}

/** One line of a process, without its prefix. */
function takeLine(s: Stream, line: Line, text: string, emit: Emit): void {
  const previous = s.previous;
  s.previous = { line, text };
  if (REPETITION.test(text)) {
    close(s, true, emit);
    s.repeated = true;
    return;
  }
  const headline = beginning(s, text);
  if (headline) {
    close(s, true, emit);
    begin(s, line, headline, text);
    return;
  }
  if (s.open && inside(s, s.open, line, text)) {
    if (s.open.kind === 'ThreadAnnouncement' && text.startsWith('Thread ')) s.open.what = text;
    return;
  }
  close(s, true, emit);
  if (takeTrailer(s, text)) return;
  const frame = frameLine(text);
  if (previous === undefined) {
    if (frame !== undefined && frame !== 'elided') s.isCut = true;
    return;
  }
  // A line that is not known and that a stack follows is an error all the same.
  const isUnknown =
    frame !== undefined &&
    frame !== 'elided' &&
    /^\S/.test(previous.text) &&
    !TRAILER.test(previous.text) &&
    !/^(?:sched status|host stacktrace)/.test(previous.text);
  // A detail of an error whose words are gone.
  const isDetail = CONTINUES.test(previous.text) || previous.text.startsWith('Locks held: ');
  if (frame !== undefined && frame !== 'elided' && (isDetail || /^ \S/.test(previous.text))) s.isCut = true;
  if (!isUnknown || isDetail) return;
  begin(s, previous.line, { kind: 'Unknown', tool: 'valgrind' }, previous.text);
  if (s.open) inside(s, s.open, line, text);
}

/** What a line begins, if anything. */
function beginning(s: Stream, text: string): { kind: string; tool: string } | undefined {
  const isContinued = s.open !== undefined && CONTINUES.test(text);
  const known = isContinued ? undefined : headlineKind(text);
  if (known) return known;
  if (text.startsWith(`${TERMINATING} of signal`)) return { kind: 'FatalSignal', tool: 'valgrind' };
  return ANNOUNCEMENT.test(text) ? { kind: 'ThreadAnnouncement', tool: 'helgrind' } : undefined;
}

/** The banner, the current thread, or the summary. */
function takeTrailer(s: Stream, text: string): boolean {
  const tool = BANNER.exec(text)?.[1];
  if (tool) {
    s.tool = tool.toLowerCase();
    s.banner = true;
    return true;
  }
  // A run that stops at its first error prints no summary.
  if (text.startsWith('Exit program on first error')) s.banner = false;
  const thread = /^Thread (\d{1,9})\b[^:]{0,200}:$/.exec(text)?.[1];
  if (thread) s.thread = `thread ${thread}`;
  const contexts = SUMMARY.exec(text)?.[2];
  if (contexts !== undefined) s.summary = Number(contexts.replace(/\D/g, ''));
  return contexts !== undefined || thread !== undefined;
}

/** A line of a filtered log. Only known headlines open an error. */
function takeUnprefixed({ emit, streams }: State, line: Line): boolean {
  const s = streams.get(NO_PROCESS) ?? stream(undefined);
  const { text } = line;
  const known = headlineKind(text);
  if (known && /^Thread #\d+: *$/.test(text)) return false;
  const tool = known ? undefined : INTERNAL.exec(text)?.[1];
  if (tool !== undefined) {
    emit(internalError(tool, line));
    return true;
  }
  if (known || ANNOUNCEMENT.test(text) || text.startsWith(TERMINATING)) {
    streams.set(NO_PROCESS, s);
    takeLine(s, line, text, emit);
    return true;
  }
  if (!s.open) return /^ERROR SUMMARY: \d+ errors? from /.test(text);
  const isFrame = frameLine(text) !== undefined || reprintedFrame(text) !== undefined;
  const mayBelong = isFrame || text.trim() === '' || /^ \S/.test(text);
  if (!mayBelong && !CONTINUES.test(text)) return false;
  if (inside(s, s.open, line, text)) return true;
  close(s, true, emit);
  return false;
}

const internalError = (name: string, line: Line): Diagnostic => ({
  tool: toolOf(name.toLowerCase()),
  rule: 'valgrind/internal-error',
  hazard: 'tool/internal-error',
  message: line.text.trim(),
  stacks: [],
  complete: true,
  log: { line: line.no, endLine: line.no, offset: line.offset },
});
