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
import { headlineKind, HEADLINE_LITERALS } from './headlines.js';
import { fatalSignal, sightingOf, toolOf, type Part, type Report } from './kinds.js';
import { CONTINUES, frameLine, stream, TRAILER, type Stream } from './lines.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

const PREFIX = /^(?:[A-Z]{2,4} )?(==|\*\*|--)(?:[\d:.]{5,20} )?(\d{1,10})(==|\*\*|--)(?: (.*))?$/;

/** Processes whose lines interleave: when there are more, the one that was silent longest has ended. */
const MAX_STREAMS = 256;
const MAX_COMPLAINTS = 1000;
/** Threads that a process announced, and lines and frames of one error: no real log has more, and none may fill memory. */
const MAX_THREADS = 1000;
const MAX_PARTS = 256;
const MAX_FRAMES = 512;

/** A descriptor that the parent left open: no stack follows. */
const inherited = (part: Part): boolean => part.title?.startsWith('<inherited') ?? false;

/** Makes the reader of Valgrind's text output. */
export const valgrindText: LineReader = {
  kind: 'lines',
  tools: ['memcheck', 'helgrind', 'drd', 'valgrind'],
  literals: [...PROCESS_ID_LITERALS, ...HEADLINE_LITERALS, '  at 0x', '  by 0x'],
  markers: [PROCESS_ID_MARKER],
  make,
};

function make(emit: Emit): LineSession {
  const streams = new Map<string, Stream>();
  const complaints: string[] = [];

  const close = (s: Stream, whole: boolean): void => {
    const report = s.open;
    delete s.open;
    if (!report) return;
    const complete = whole || s.blank;
    if (report.kind === 'ThreadAnnouncement') {
      const id = /#\d+/.exec(report.what)?.[0];
      const frames = report.parts.flatMap((part) => part.frames);
      if (id && frames.length > 0 && s.created.size < MAX_THREADS)
        s.created.set(id, { role: 'thread-created', thread: `thread ${id}`, title: report.what, frames });
      return;
    }
    if (s.repeated) return void (s.repeated = false);
    // Descriptors that the parent left open are not this program's.
    if (report.parts.some(inherited)) return;
    // Without a prefix a headline is only believed when a stack follows.
    if (s.pid === undefined && report.parts.every((part) => part.frames.length === 0)) return;
    const finished: Report = { ...report, complete };
    const diagnostic = report.kind === 'FatalSignal' ? fatal(finished, s) : sightingOf(finished, s.created);
    if (!diagnostic) return;
    if (report.kind !== 'FatalSignal') s.contexts++;
    s.accesses = [...s.accesses, diagnostic].slice(-8);
    emit(diagnostic);
  };

  /** The process prints no more. */
  const finish = (s: Stream): void => {
    // Without prefixes and banner nothing follows the last error.
    close(s, s.pid === undefined && !s.banner && (s.open?.parts.at(-1)?.frames.length ?? 0) > 0);
    if (complaints.length >= MAX_COMPLAINTS) return;
    if (s.banner && s.summary === undefined)
      complaints.push(`Valgrind's ERROR SUMMARY of process ${s.pid ?? '?'} is missing`);
    else if (s.summary !== undefined && s.contexts < s.summary)
      complaints.push(
        `Valgrind counts ${s.summary} error contexts in process ${s.pid ?? '?'}, ${s.contexts} were read`,
      );
  };

  /** The state of a process, which is now the last to have printed. */
  const streamOf = (name: string): Stream => {
    const s = streams.get(name) ?? stream(Number(name));
    streams.delete(name);
    streams.set(name, s);
    if (streams.size > MAX_STREAMS) {
      const [oldest, silent] = streams.entries().next().value!;
      streams.delete(oldest);
      finish(silent);
    }
    return s;
  };

  const fatal = (report: Report, s: Stream): Diagnostic | undefined => {
    const number = /signal \S+ \((SIG\w+)/.exec(report.what)?.[1] ?? '';
    const notes = report.parts.map((part) => part.title ?? '').join('\n');
    const address = /address (0x[0-9A-Fa-f]+)/.exec(notes)?.[1];
    return fatalSignal(report, number, address, s.accesses);
  };

  const begin = (s: Stream, line: Line, kind: string, tool: string, what: string): void => {
    close(s, true);
    s.blank = false;
    const lost = /^([\d,.]+) (?:\([^)]*\) )?bytes in ([\d,.]+) blocks/.exec(what);
    const plain = (text: string | undefined): number => Number((text ?? '').replace(/\D/g, ''));
    const hthread = /\b(?:[Tt]hread )(#\d+)/.exec(what)?.[1];
    const thread = hthread ? `thread ${hthread}` : s.thread;
    s.open = {
      tool: s.tool ?? tool,
      kind,
      what,
      parts: [{ title: what, frames: [] }],
      ...(lost && { bytes: plain(lost[1]), blocks: plain(lost[2]) }),
      ...(s.pid !== undefined && { pid: s.pid }),
      ...(thread && { thread }),
      complete: false,
      log: { line: line.no, endLine: line.no, offset: line.offset },
    };
  };

  /** A line inside the open error: a frame, a note, a blank. False when the error is over. */
  const inside = (s: Stream, report: Report, line: Line, text: string): boolean => {
    const frame = frameLine(text);
    const last = report.parts.at(-1) as Part;
    if (frame) {
      if (s.blank && last.frames.length > 0) return false;
      if (last.frames.length < MAX_FRAMES)
        last.frames.push(frame === 'elided' ? { kind: 'opaque', text: '…' } : frame);
    } else if (text.trim() === '') {
      s.blank = report.parts.some((part) => part.frames.length > 0 || inherited(part));
    } else if (/^(?:Locks held|\s*Locks held): /.test(text)) {
      const held = [...text.matchAll(/0x[0-9A-Fa-f]+/g)].map((match) => match[0]);
      if (held.length > 0) last.locks = held;
    } else if (
      CONTINUES.test(text) ||
      (/^\s/.test(text) && !s.blank) ||
      (!s.blank && last.frames.length === 0)
    ) {
      if (report.parts.length < MAX_PARTS) report.parts.push({ title: text.trim(), frames: [] });
      s.blank = false;
    } else return false;
    report.log.endLine = line.no;
    return true;
  };

  const own = (s: Stream, line: Line, text: string): void => {
    const previous = s.previous;
    s.previous = { line, text };
    if (/^(\d+) errors? in context \d+ of \d+:/.test(text)) {
      close(s, true);
      s.repeated = true;
      return;
    }
    const known = headlineKind(text);
    const continued = s.open !== undefined && CONTINUES.test(text);
    if (known && !continued) return begin(s, line, known.kind, known.tool, text);
    if (text.startsWith('Process terminating with default action of signal'))
      return begin(s, line, 'FatalSignal', 'valgrind', text);
    if (/^Thread \S+ was created|^---Thread-Announcement/.test(text))
      return begin(s, line, 'ThreadAnnouncement', 'helgrind', text);
    if (s.open && inside(s, s.open, line, text)) {
      if (s.open.kind === 'ThreadAnnouncement' && text.startsWith('Thread ')) s.open.what = text;
      return;
    }
    close(s, true);
    if (trailer(s, text)) return;
    const frame = frameLine(text);
    const unknown =
      frame && frame !== 'elided' && previous && /^\S/.test(previous.text) && !TRAILER.test(previous.text);
    if (!unknown || /^(?:sched status|host stacktrace)/.test(previous.text)) return;
    begin(s, previous.line, 'Unknown', 'valgrind', previous.text);
    if (s.open) inside(s, s.open, line, text);
  };

  const trailer = (s: Stream, text: string): boolean => {
    const tool = /^(Memcheck|Helgrind|drd|DHAT|Massif|Lackey|Nulgrind|Cachegrind|Callgrind), an? /.exec(
      text,
    )?.[1];
    if (tool) {
      s.tool = tool.toLowerCase();
      s.banner = true;
      return true;
    }
    // A run that was told to stop at its first error prints no summary.
    if (text.startsWith('Exit program on first error')) s.banner = false;
    const thread = /^Thread (\d{1,9})\b[^:]{0,200}:$/.exec(text)?.[1];
    if (thread) s.thread = `thread ${thread}`;
    const summary = /^ERROR SUMMARY: ([\d,.]+) errors? from ([\d,.]+) contexts?/.exec(text);
    if (!summary) return thread !== undefined;
    s.summary = Number((summary[2] ?? '').replace(/\D/g, ''));
    return true;
  };

  const unprefixed = (line: Line): boolean => {
    const s = streams.get('') ?? stream(undefined);
    const text = line.text;
    const known = headlineKind(text);
    if (known) {
      if (/^Thread #\d+: *$/.test(text)) return false;
      streams.set('', s);
      own(s, line, text);
      return true;
    }
    const broken = /^(\w+): \S+ \([^()]*\): (?:the 'impossible' happened|Assertion .* failed)/.exec(text);
    if (broken) {
      emit(internal(broken[1] ?? 'valgrind', line));
      return true;
    }
    if (
      /^(?:---Thread-Announcement|Thread \S+ was created|Process terminating with default action)/.test(text)
    ) {
      streams.set('', s);
      own(s, line, text);
      return true;
    }
    if (!s.open) {
      return /^ERROR SUMMARY: \d+ errors? from /.test(text);
    }
    if (frameLine(text) === undefined && text.trim() !== '' && !/^ \S/.test(text) && !CONTINUES.test(text))
      return false;
    if (inside(s, s.open, line, text)) return true;
    close(s, true);
    return false;
  };

  return {
    line(line) {
      const prefixed = PREFIX.exec(line.text);
      if (!prefixed || prefixed[1] !== prefixed[3] || /Sanitizer/.test(line.text))
        return unprefixed(line) ? 'consumed' : 'ignored';
      if (prefixed[1] === '==') {
        const name = prefixed[2] ?? '';
        const s = streamOf(name);
        own(s, line, prefixed[4] ?? '');
      }
      return 'consumed';
    },
    end() {
      for (const s of streams.values()) finish(s);
      return complaints;
    },
  };
}

/** `Memcheck: mc_leakcheck.c:2141 (fn): the 'impossible' happened.` */
const internal = (name: string, line: Line): Diagnostic => ({
  tool: toolOf(name.toLowerCase()),
  rule: 'valgrind/internal-error',
  hazard: 'tool/internal-error',
  message: line.text.trim(),
  stacks: [],
  complete: true,
  log: { line: line.no, endLine: line.no, offset: line.offset },
});
