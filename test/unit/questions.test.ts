/** docs/questions.md leaves no question out, and names only gates, hazards, planted cases and pages that there are. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';
import { HAZARDS } from '../../src/model/hazards.js';
import { GATE_IDS } from '../../src/model/ids.js';
import { casesIn } from '../helpers/annotated.js';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
const rows = readFileSync(`${DOCS}questions.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
const questions = rows.filter((row) => /^\d+$/.test(row[0] ?? ''));
const habits = rows.filter((row) => row.length === 4).slice(1);
const FIXTURES = fileURLToPath(new URL('../../native-fixtures/', import.meta.url));
const planted = new Set(
  globSync('*/**/*.{c,cpp,h,py,go,rs,java,cs,js}', {
    cwd: FIXTURES,
    absolute: true,
    ignore: ['**/node_modules/**', '**/.ffi-gates/**', '**/target/**', 'canary/**'],
  }).flatMap((f) => casesIn(f).map((e) => e.case)),
);
const named = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? '');

test('every question has a row, in order', () => {
  expect(questions.map((row) => Number(row[0]))).toEqual(Array.from({ length: 36 }, (_, i) => i + 1));
  expect(habits.length).toBeGreaterThan(10);
});

const ROWS = [...questions.map((r) => r.slice(1)), ...habits].map((r) => [r[0] ?? '', r] as const);

test.each(ROWS)('%s', (_about, [, gates = '', hazards = '', cases = '', pages]) => {
  for (const gate of named(gates)) expect(GATE_IDS).toContain(gate);
  for (const hazard of named(hazards)) expect(HAZARDS.map((h) => h.id)).toContain(hazard);
  expect(named(cases).filter((c) => !planted.has(c))).toEqual([]);
  // Either names, or the words that stand for all and for none.
  expect(gates).toMatch(/^(?:all|none|(?:`[a-z0-9]+` ?)+)$/);
  expect(cases).toMatch(/^(?:all|none|(?:`\w+` ?)+)$/);
  expect(hazards).toMatch(/^(?:all|none|(?:`[a-z]+\/[a-z-]+` ?)+)$/);
  for (const [, page = ''] of (pages ?? '').matchAll(/\]\(([^)#]+)/g))
    expect(existsSync(DOCS + page), page).toBe(true);
});
