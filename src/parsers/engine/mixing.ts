/**
 * Notices that two processes or threads wrote their reports into one another: then a stack may hold frames of both, and a
 * report may have lost its lines to the other. Such a log is not understood. Signs: two readers take lines in turn, a report goes
 * on behind the beginning of another, or the numbers of frames go back without a new title between them.
 */
import type { Diagnostic } from '../../model/diagnostic.js';

/** A numbered frame: `#3 0x…` of most tools, `  3: …` of Rust and V8. */
const FRAME = /^\s{0,12}(?:#(\d{1,4})\s|(\d{1,4}): {1,2}\S)/;
/** Turns of two readers that are no accident: the first, the second, and both again. */
const TURNS = 4;
/** Frames whose number was there just before; a symbolizer that splits inlined calls may print one. */
const MAX_REPEATED = 1;
/** Frames whose number is lower than that of the frame before; symbolizers that start anew print some. */
const MAX_BACKWARDS = 3;
/** Lines that one turn may have: longer ones are reports, one behind the other. */
const MAX_TURN_LINES = 4;
/** Reports whose lines are remembered. */
const MAX_REPORTS = 16;
/** What these say in one line they say of the process that another report, around it, is about. */
const SAYS_ONE_LINE: ReadonlySet<string> = new Set(['glibc', 'cxx']);

export type Mixing = {
  /** A line of the log, and who took it: any value that stands for a reader, undefined when nobody did. */
  line(text: string, taker: unknown): void;
  /** A report ended with the last line: what follows is none of its turns. */
  ended(): void;
  /** A report was handed over. */
  found(diagnostic: Diagnostic): void;
  /** Whether reports seem to be mixed. */
  isMixed(): boolean;
};

type Range = { tool: string; line: number; endLine: number };

const inOrder = (a: Range, b: Range): [Range, Range] => (a.line <= b.line ? [a, b] : [b, a]);

/** Whether the first report has lines behind the beginning of the second. */
const goesOnBehind = (first: Range, second: Range): boolean =>
  second.line < first.endLine && !(SAYS_ONE_LINE.has(second.tool) && second.line === second.endLine);

/** Begins to watch a log. */
export function watchMixing(): Mixing {
  let turns: { taker: unknown; lines: number }[] = [];
  /** Number and form of the last line, if it is a frame that a reader took. */
  let last: { index: number; isSharp: boolean; text: string } | undefined;
  let isMixed = false;
  let repeated = 0;
  let backwards = 0;
  let reports: Range[] = [];

  const takeTurn = (taker: unknown): void => {
    const current = turns.at(-1);
    if (current?.taker === taker) current!.lines++;
    else turns = [...turns, { taker, lines: 1 }].slice(-TURNS);
    const [a, b, c, d] = turns;
    if (
      d !== undefined &&
      a!.taker === c!.taker &&
      b!.taker === d.taker &&
      turns.every(({ lines }) => lines <= MAX_TURN_LINES)
    )
      isMixed = true;
  };

  return {
    line(text, taker) {
      if (isMixed || text === '') return;
      if (taker === undefined) {
        last = undefined;
        return;
      }
      takeTurn(taker);
      if (isMixed) return;
      const m = FRAME.exec(text);
      if (m === null) {
        last = undefined;
        return;
      }
      const isSharp = m[1] !== undefined;
      const index = Number(m[1] ?? m[2]);
      if (last?.isSharp === isSharp && last.text !== text) {
        if (last.index === index) repeated++;
        else if (index > 0 && last.index > index) backwards++;
      }
      isMixed = repeated > MAX_REPEATED || backwards > MAX_BACKWARDS;
      last = { index, isSharp, text };
    },
    ended() {
      turns = [];
    },
    found({ tool, log: { line, endLine } }) {
      if (isMixed) return;
      const report = { tool, line, endLine };
      isMixed = reports.some((r) => r.tool !== tool && goesOnBehind(...inOrder(r, report)));
      reports = [...reports, report].slice(-MAX_REPORTS);
    },
    isMixed: () => isMixed,
  };
}
