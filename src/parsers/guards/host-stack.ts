/**
 * The host's own stack, which `plugins/preload/hoststack.c` prints behind a sanitizer's report: it becomes a stack of that report.
 *
 *     HOST STACK (python) of this thread:
 *         #0 fill in /p/binding.py:12
 *     END OF HOST STACK
 *     HOST STACK (python) where the block was allocated:
 */
import type { HostRuntime, Stack } from '../../model/diagnostic.js';
import { hostFrameOf } from '../engine/host-frame.js';
import type { Line, LineReader, LineSession, LogContext } from '../engine/reader.js';

const HEAD =
  /^HOST STACK \((python|jvm|mono|node)\) (of this thread|where the block was (?:allocated|freed)):$/;
const END = /^END OF HOST STACK$/;
/** The library prints fewer; a log may be anything. */
const MAX_FRAMES = 64;
/** Why there are no frames: they are a fact about the thread, or the host did not answer. */
const NOTE = /^\s*\((.{1,100})\)$/;

export const hostStack: LineReader = {
  kind: 'lines',
  tools: [],
  joins: true,
  literals: ['HOST STACK'],
  markers: [],
  make,
};

type State = { log: LogContext; open: { stack: Stack; no: number } | undefined; complaints: string[] };

function make(_emit: unknown, log: LogContext): LineSession {
  const s: State = { log, open: undefined, complaints: [] };
  return {
    line: (line) => (read(s, line) ? 'consumed' : 'ignored'),
    end() {
      close(s);
      return s.complaints;
    },
  };
}

function read(s: State, line: Line): boolean {
  const head = HEAD.exec(line.text);
  if (head) {
    close(s);
    s.log.keep(line.no);
    const title = head[2]!.startsWith('where') ? { title: head[2]! } : {};
    s.open = { stack: { role: 'managed', host: head[1] as HostRuntime, ...title, frames: [] }, no: line.no };
    return true;
  }
  if (END.test(line.text)) {
    close(s, line.no);
    return true;
  }
  if (s.open === undefined) return false;
  const { stack } = s.open;
  const frame = hostFrameOf(line.text);
  if (frame !== undefined && stack.frames.length < MAX_FRAMES) stack.frames.push(frame);
  const note = NOTE.exec(line.text)?.[1];
  if (note !== undefined) stack.title = note;
  return frame !== undefined || note !== undefined;
}

/** A log that was cut still has the frames that came. */
function close(s: State, end?: number): void {
  const { open } = s;
  s.open = undefined;
  if (open === undefined || (open.stack.frames.length === 0 && open.stack.title === undefined)) return;
  if (!s.log.attach(open.stack, open.no, end ?? open.no + open.stack.frames.length))
    s.complaints.push(`line ${open.no}: a host's stack without its report`);
}
