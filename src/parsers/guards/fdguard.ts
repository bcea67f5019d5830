/**
 * Journals of the gate `fdguard`: what each process opened and closed, and behind it what was left open. Sources:
 * plugins/preload/fdguard.c and src/gates/programs/left-open.ts.
 */
import { parseFrame } from '../engine/frame.js';
import {
  addFrame,
  closeReport,
  extend,
  markComplete,
  messageOf,
  openReport,
  openStack,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';

const LEFT = /^ffi-gates fdguard: left open: (.{1,4000}) \(byte (\d{1,15})\)$/;
const END = 'ffi-gates fdguard: that is all';
const FAILED = /^ffi-gates fdguard: failed: (.{1,4000})$/;
/** What only happened. Frames stand behind `stack`, and behind `opened` in older journals. */
const EVENT = /^ffi-gates fdguard: (?:watching|ended|stack |opened |closed |done, )/;
const STACK = /^ffi-gates fdguard: (?:stack|opened) /;

/** Reads what the guard of descriptors says. */
export const fdguard: LineReader = {
  kind: 'lines',
  tools: ['fdguard'],
  literals: ['ffi-gates fdguard: '],
  markers: [
    begins(/\bffi-gates fdguard: (?:left open|failed|watching|stack|opened|closed|ended|done|that is all)\b/),
  ],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  /** Whether frames that follow are those of an event. */
  let event = false;
  const close = (): void => {
    if (open) closeReport(open, emit);
    open = undefined;
  };
  const begin = (line: Line): boolean => {
    const [, what, at] = LEFT.exec(line.text) ?? [];
    if (what === undefined) return false;
    close();
    open = openReport(
      line,
      {
        tool: 'fdguard',
        ...(what === 'thread'
          ? { rule: 'fdguard/never-joined', hazard: 'threading/thread-leak' as const }
          : { rule: 'fdguard/left-open', hazard: 'resource/handle-leak' as const }),
        message: messageOf(
          what === 'thread' ? 'a thread that ended, and that nobody joined' : `left open: ${what}`,
        ),
        inTest: true,
      },
      { missing: 'its last lines are absent' },
    );
    // It happened where it was opened.
    open.diagnostic.log.offset = Number(at);
    openStack(open, 'allocated');
    event = false;
    return true;
  };
  const frame = (line: Line): boolean => {
    const parsed = open || event ? parseFrame(line.text)?.frame : undefined;
    if (parsed === undefined) return false;
    if (open) {
      addFrame(open, parsed);
      extend(open, line);
    }
    return true;
  };
  const failed = (line: Line): boolean => {
    const why = FAILED.exec(line.text)?.[1];
    if (why === undefined) return false;
    close();
    const facts = { tool: 'fdguard', rule: 'fdguard/nothing-watched', hazard: 'tool/host-fault' } as const;
    closeReport(openReport(line, { ...facts, message: messageOf(why) }), emit);
    return true;
  };
  return {
    line: (line) => {
      if (begin(line) || frame(line) || failed(line)) return 'consumed';
      if (open && line.text === END) {
        extend(open, line);
        markComplete(open);
        close();
        return 'consumed';
      }
      if (!EVENT.test(line.text)) return 'ignored';
      close();
      event = STACK.test(line.text);
      return 'consumed';
    },
    settle() {
      if (open?.diagnostic.complete) close();
    },
    end: () => {
      close();
      return [];
    },
  };
}
