import { expect, it } from 'vitest';
import { frame, newBoard, applyEvent } from '../../src/reporters/terminal/progress.js';
import { makeConsole } from '../../src/reporters/terminal/console.js';

const MINUTE = 60_000;

const sink = () => {
  const written: string[] = [];
  return { written, out: { columns: 60, rows: 20, write: (t: string) => written.push(t) } };
};

it('writes a line per event off a terminal', async () => {
  const { written, out } = sink();
  const console = makeConsole({ tty: false, ci: true, quiet: false, out });
  console.emit({ kind: 'plan', cells: 2 });
  console.emit({ kind: 'cell-finished', id: 'a-c_cmake-asan', verdict: { kind: 'clean' }, ms: 1200 });
  await console.stop();
  expect(written).toEqual(['plan: 2 cells\n', '✓ a-c_cmake-asan clean 1.2 s\n']);
});

it('draws a board on a terminal and gives the cursor back', async () => {
  const { written, out } = sink();
  const console = makeConsole({ tty: true, ci: false, quiet: false, out });
  console.emit({ kind: 'plan', cells: 1 });
  console.emit({ kind: 'cell-finished', id: 'a-c_cmake-asan', verdict: { kind: 'clean' }, ms: 5 });
  await console.stop();
  expect(written.join('')).toContain('1/1 cells');
  expect(written.at(-1)).toBe('\u001b[?25h');
});

it('never draws more than the screen holds', () => {
  const board = newBoard();
  for (let i = 0; i < 300; i += 1) applyEvent(board, { kind: 'cell-started', id: `cell${i}` }, 0);
  expect(frame(board, 1000, 40, 24).length).toBeLessThan(24);
});

it('the board says how long it takes in its last line, counting down, until nothing runs', () => {
  const board = newBoard();
  applyEvent(board, { kind: 'plan', cells: 2 }, 0);
  applyEvent(board, { kind: 'cell-started', id: 'a' }, 0);
  applyEvent(board, { kind: 'left', ms: 7 * MINUTE }, 0);
  expect(frame(board, 0, 80, 24).at(-1)).toContain('about 7 m left');
  expect(frame(board, 2 * MINUTE, 80, 24).at(-1)).toContain('about 5 m left');
  applyEvent(board, { kind: 'cell-finished', id: 'a', verdict: { kind: 'clean' }, ms: 1 }, 0);
  expect(frame(board, 0, 80, 24).at(-1)).not.toContain('left');
});

it('a log has the time that is left once in a while, not with every cell', () => {
  const written: string[] = [];
  const console = makeConsole({ tty: false, ci: true, quiet: false, out: { write: (t) => written.push(t) } });
  for (let i = 0; i < 20; i++) console.emit({ kind: 'left', ms: 90 * MINUTE });
  expect(written).toEqual(['  about 1 h 30 m left\n']);
});
