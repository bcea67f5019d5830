/** The state of a running run, and how it is drawn. Pure: the caller provides the time. */
import type { RunEvent } from '../../model/event.js';
import { inert, oneLine } from '../escape.js';
import { count, duration, VERDICTS, whyOf } from '../wording.js';
import type { Verdict } from '../../model/verdict.js';

export type Board = {
  cells: number;
  built: number;
  /** Running builds and cells: id → start, in milliseconds of the caller's clock. */
  running: Map<string, number>;
  done: Map<Verdict['kind'], number>;
  /** The newest lines of finished work, oldest first. */
  last: string[];
  /** Estimate of the time left, and when it was made by the caller's clock. */
  left?: { ms: number; since: number };
};

/** Finished lines kept on screen. */
const KEPT_LINES = 5;

/** The board at the start of a run. */
export const newBoard = (): Board => ({
  cells: 0,
  built: 0,
  running: new Map(),
  done: new Map(),
  last: [],
});

/** Updates the board with one event. `now` is in milliseconds. */
export const applyEvent = (board: Board, e: RunEvent, now: number): void => {
  switch (e.kind) {
    case 'plan':
      board.cells = e.cells;
      return;
    case 'build-started':
      board.running.set(`build ${oneLine(e.id)}`, now);
      return;
    case 'build-finished':
      board.running.delete(`build ${oneLine(e.id)}`);
      board.built += 1;
      break;
    case 'cell-started':
      board.running.set(oneLine(e.id), now);
      return;
    case 'cell-waits':
      board.running.delete(oneLine(e.id));
      break;
    case 'cell-finished':
      board.running.delete(oneLine(e.id));
      board.done.set(e.verdict.kind, (board.done.get(e.verdict.kind) ?? 0) + 1);
      break;
    case 'left':
      board.left = { ms: e.ms, since: now };
      return;
    case 'note':
      break;
  }
  board.last = [...board.last, lineOf(e)].slice(-KEPT_LINES);
};

/** A duration with the precision of an estimate: `20 s`, `7 m`, `1 h 10 m`. */
const about = (ms: number): string => {
  if (ms < 55_000) return `${Math.max(1, Math.ceil(ms / 10_000)) * 10} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} m` : `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
};

/** One event as one line, for logs. */
export const lineOf = (e: RunEvent): string => {
  const id = 'id' in e ? oneLine(e.id) : '';
  switch (e.kind) {
    case 'plan':
      return `plan: ${count(e.cells, 'cell')}`;
    case 'build-started':
      return `… build ${id}`;
    case 'build-finished':
      return e.failed === undefined
        ? `✓ build ${id} ${e.reused ? 'reused' : duration(e.ms)}`
        : `■ build ${id} failed after ${duration(e.ms)}: ${oneLine(e.failed)}`;
    case 'cell-started':
      return `… ${id}`;
    case 'cell-waits':
      return `· ${id} ran ${duration(e.ms)}; its lane is not proven yet`;
    case 'cell-finished': {
      const { glyph, label } = VERDICTS[e.verdict.kind];
      const why = whyOf(e.verdict);
      return `${glyph} ${id} ${label} ${duration(e.ms)}${why === '' ? '' : `: ${why}`}`;
    }
    case 'left':
      return `  about ${about(e.ms)} left`;
    case 'note':
      return `  ${oneLine(e.text)}`;
  }
};

/**
 * The screen: last finished, running (oldest first), counts. At most `rows` lines of at most `columns`
 * characters.
 */
export const frame = (board: Board, now: number, columns: number, rows: number): string[] => {
  const finished = [...board.done.values()].reduce((a, b) => a + b, 0);
  const counts = [...board.done].map(([kind, n]) => `${VERDICTS[kind].glyph} ${n} ${VERDICTS[kind].label}`);
  const { left } = board;
  const rest = left && board.running.size > 0 && `about ${about(left.ms - (now - left.since))} left`;
  const foot = [`${finished}/${board.cells} cells`, rest, count(board.built, 'build'), ...counts]
    .filter(Boolean)
    .join('  ');
  const room = Math.max(1, rows - board.last.length - 2);
  const running = [...board.running].map(([id, since]) => `▸ ${id} ${duration(now - since)}`);
  const shown = running.length > room ? running.slice(0, room - 1) : running;
  const hidden = running.length - shown.length;
  return [...board.last, ...shown, ...(hidden > 0 ? [`▸ and ${hidden} more`] : []), foot]
    .map(inert)
    .map((l) => (l.length > columns ? `${l.slice(0, Math.max(0, columns - 1))}…` : l));
};
