import { expect, it } from 'vitest';
import { frame, newBoard, applyEvent } from '../../src/reporters/terminal/progress.js';
import { makeConsole } from '../../src/reporters/terminal/console.js';

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
