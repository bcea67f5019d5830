/** What a run of the gate `failing` must have found in functions of a library, one of which each test calls. */
import { expect } from 'vitest';
import type { HazardId } from '../../src/model/hazard.js';
import type { Ran } from './rig.js';

/** `after`: a pattern of the call that failed before the report. */
export type FailingRow = { name: string; finds?: HazardId; after?: string };

/**
 * Asserts that each row has its finding, the others have none, and that each finding names the call which failed and where.
 * `nameOf` is the row of a test, `where` a pattern of the place in a row's function.
 */
export const expectFound = (
  ran: Ran,
  rows: readonly FailingRow[],
  { nameOf, where }: { nameOf: (test: string) => string; where: (name: string) => string },
): void => {
  const found = (ran.report?.findings ?? []).filter((f) => !f.planted);
  const told = (f: (typeof found)[number]): string => nameOf(f.witnesses[0]?.test ?? '');
  expect(Object.fromEntries(found.map((f) => [told(f), f.hazard])), ran.stdout + ran.stderr).toEqual(
    Object.fromEntries(rows.flatMap((r) => (r.finds ? [[r.name, r.finds]] : []))),
  );
  for (const f of found) {
    const { name, after } = rows.find((r) => r.name === told(f))!;
    expect(f.message).toMatch(new RegExp(`, after ${after} failed in ${where(name)}`));
  }
};
