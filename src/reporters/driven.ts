/** What was done to a cell's processes on purpose, and what was not, in words that all formats share. */
import type { CellReport, Report } from '../model/report.js';
import { count } from './wording.js';

/** What was done to schedules, since a finding may need it. Nothing done is said, too. */
const waitsOf = ({ perturbed, seeds = 1 }: CellReport): string[] => {
  if (perturbed === undefined) return [];
  const waits =
    perturbed.waits === 0
      ? 'no wait: nothing of yours locks or starts threads'
      : count(perturbed.waits, 'wait');
  return [`perturbed (${perturbed.share}, ${count(seeds, 'seed')}): ${waits}`];
};

/** Which calls were made to fail, since of the others nothing is known. Planted bugs are counted elsewhere. */
const failuresOf = ({ gate, role, failing: f }: CellReport): string[] => {
  if (f === undefined || role !== 'subject') return [];
  const { before = 0 } = f;
  const later = f.found - f.driven - f.lost - before;
  const [noun, how] = gate === 'contain' ? ['fault', 'struck'] : ['call', 'failed'];
  const parts = [
    `${f.driven} of ${count(f.found, noun)} ${how}, each once`,
    ...(before ? [`${before} ${how} in earlier runs without a finding, and not again (\`--resume\`)`] : []),
    ...(f.lost ? [`${f.lost} were to and did not, or their test hung`] : []),
    ...(later ? [`${later} are left for later runs (\`calls\`)`] : []),
  ];
  return [parts.join('; ')];
};

/** What was done to a cell, in a line each. */
export const drivenOf = (cell: CellReport): string[] => [...waitsOf(cell), ...failuresOf(cell)];

/** The same for all cells, each line with its cell. */
export const drivenLines = ({ cells }: Pick<Report, 'cells'>): string[] =>
  cells.flatMap((cell) => [
    ...waitsOf(cell).map((line) => `${cell.id} ${line}`),
    ...failuresOf(cell).map((line) => `${cell.id}: ${line}`),
  ]);
