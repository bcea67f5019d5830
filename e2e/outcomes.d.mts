import type { Report } from '../src/model/report.js';

type Entry = { name: string; as?: string; version: string; registry: string; expect: string };
/** What came of one entry, when its run ended in ISO format; `load` and `hostLines` are absent where no report was made. */
type Outcome = {
  ended: string;
  seconds: number;
  load?: number;
  hostLines?: { with: number; without: number };
  wrong: string[];
};
/** All entries of packages/. */
export const entries: () => Entry[];
/** The name of an entry. */
export const nameOf: (p: Entry) => string;
/** How many findings of a report, the planted ones left out, name a line of the project in the host's language. */
export const hostLines: (report: Pick<Report, 'findings'>) => { with: number; without: number };
/** The table, one row for each entry. An entry without an outcome says so. */
export const table: (all: readonly Entry[], outcomes: Readonly<Record<string, Outcome>>) => string;
/** Of two sets of outcomes the newer ones, in the order of their names, without those of entries that are gone. */
export const newest: (
  all: readonly Entry[],
  ...sets: readonly Readonly<Record<string, Outcome>>[]
) => Record<string, Outcome>;
/** Adds outcomes by entry where they are newer than those known, and writes outcomes.json and README.md. */
export const record: (added: Readonly<Record<string, Outcome>>) => Promise<void>;
