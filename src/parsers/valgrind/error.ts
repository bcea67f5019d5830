/** One error of Valgrind's text output while its lines arrive. */
import type { Diagnostic } from '../../model/diagnostic.js';
import type { Emit, Line } from '../engine/reader.js';
import { fatalSignal, sightingOf, type Part, type Report } from './kinds.js';
import { CONTINUES, frameLine, reprintedFrame, type Stream } from './lines.js';

/** Threads that a process announced, and lines and frames of one error: no real log has more, and none may fill memory. */
const MAX_THREADS = 1000;
const MAX_PARTS = 256;
const MAX_FRAMES = 512;
/** Errors that a fatal signal may follow from. */
const MAX_RECENT = 8;

/** A descriptor that the parent left open: no stack follows. */
const isInherited = (part: Part): boolean => part.title?.startsWith('<inherited') ?? false;

const numberOf = (text: string | undefined): number => Number((text ?? '').replace(/\D/g, ''));

/** Begins an error; the one before it must be closed. */
export function begin(
  s: Stream,
  line: Line,
  { kind, tool }: { kind: string; tool: string },
  what: string,
): void {
  s.blank = false;
  const lost = /^([\d,.]+) (?:\([^)]*\) )?bytes in ([\d,.]+) blocks/.exec(what);
  const announced = /\b(?:[Tt]hread )(#\d+)/.exec(what)?.[1];
  const thread = announced ? `thread ${announced}` : s.thread;
  s.open = {
    tool: s.tool ?? tool,
    kind,
    what,
    parts: [{ title: what, frames: [] }],
    ...(lost && { bytes: numberOf(lost[1]), blocks: numberOf(lost[2]) }),
    ...(s.pid !== undefined && { pid: s.pid }),
    ...(thread && { thread }),
    complete: false,
    log: { line: line.no, endLine: line.no, offset: line.offset },
  };
}

/** A line inside the open error: a frame, a note, a blank. False when the error is over. */
export function inside(s: Stream, report: Report, line: Line, text: string): boolean {
  const frame = frameLine(text) ?? (report.pid === undefined ? reprintedFrame(text) : undefined);
  const last = report.parts.at(-1) as Part;
  if (frame) {
    if (s.blank && last.frames.length > 0) return false;
    if (last.frames.length < MAX_FRAMES)
      last.frames.push(frame === 'elided' ? { kind: 'opaque', text: '…' } : frame);
  } else if (text.trim() === '') {
    s.blank = report.parts.some((part) => part.frames.length > 0 || isInherited(part));
  } else if (/^(?:Locks held|\s*Locks held): /.test(text)) {
    const locks = [...text.matchAll(/0x[0-9A-Fa-f]+/g)].map((match) => match[0]);
    if (locks.length > 0) last.locks = locks;
  } else if (CONTINUES.test(text) || (!s.blank && (/^\s/.test(text) || last.frames.length === 0))) {
    if (report.parts.length < MAX_PARTS) report.parts.push({ title: text.trim(), frames: [] });
    s.blank = false;
  } else return false;
  report.log.endLine = line.no;
  return true;
}

/** Hands the open error over. `isOver`: its format allows to end here. */
export function close(s: Stream, isOver: boolean, emit: Emit): void {
  const report = s.open;
  delete s.open;
  if (!report) return;
  if (report.kind === 'ThreadAnnouncement') return announce(s, report);
  if (s.repeated) return void (s.repeated = false);
  // Descriptors that the parent left open are not this program's.
  if (report.parts.some(isInherited)) return;
  // Without a prefix a headline is only believed when a stack follows.
  if (s.pid === undefined && report.parts.every((part) => part.frames.length === 0)) return;
  const closed: Report = { ...report, complete: isOver || s.blank };
  const isSignal = report.kind === 'FatalSignal';
  const diagnostic = isSignal ? signalOf(closed, s) : sightingOf(closed, s.created);
  if (!diagnostic) return;
  if (!isSignal) s.contexts++;
  s.accesses = [...s.accesses, diagnostic].slice(-MAX_RECENT);
  emit(diagnostic);
}

/** Keeps the stack that created a thread, for errors that name the thread. */
function announce(s: Stream, { what, parts }: Report): void {
  const id = /#\d+/.exec(what)?.[0];
  const frames = parts.flatMap((part) => part.frames);
  if (id && frames.length > 0 && s.created.size < MAX_THREADS)
    s.created.set(id, { role: 'thread-created', thread: `thread ${id}`, title: what, frames });
}

function signalOf(report: Report, s: Stream): Diagnostic | undefined {
  const name = /signal \S+ \((SIG\w+)/.exec(report.what)?.[1] ?? '';
  const notes = report.parts.map((part) => part.title ?? '').join('\n');
  const address = /address (0x[0-9A-Fa-f]+)/.exec(notes)?.[1];
  return fatalSignal(report, name, address, s.accesses);
}
