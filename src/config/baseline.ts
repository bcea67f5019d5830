/**
 * The baseline: findings that are known and accepted for now, in a committed file beside the matrix. An entry
 * identifies a finding by its fingerprint, which survives moved lines, and gives a reason, an owner and an
 * expiry day.
 */
import { laneId } from '../model/cell-id.js';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { acceptance, acceptingFields, isOver } from './expiry.js';
import { HAZARDS } from '../model/hazards.js';
import type { BaselineReport, BaselineRow, CellReport, FindingReport, LaneReport } from '../model/report.js';
import { readText } from './read-text.js';
import { fitting, isMapping, parseYaml } from './yaml-file.js';

const entry = z.strictObject({
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{16}$/, 'must be the 16 hexadecimal digits of a finding')
    .meta({ description: 'Identity of the finding, as reports show it.' }),
  hazard: z.enum(HAZARDS.map((h) => h.id)),
  where: z.string().default('').meta({
    description:
      'The place when the entry was made. For people only; the fingerprint identifies the finding.',
  }),
  cells: z
    .array(z.string())
    .default([])
    .meta({ description: 'Cells that showed it. Only these can show that it is gone.' }),
  reason: z
    .string()
    .min(1, 'must say why the finding is accepted')
    .meta({ description: 'Why the finding is accepted.' }),
  ...acceptingFields,
  sometimes: z
    .boolean()
    .default(false)
    .meta({ description: 'For races and the like: one run without it does not mean that it is gone.' }),
});
const test = z.strictObject({
  test: z.string().min(1).meta({ description: 'Name of the test, as reports show it.' }),
  cells: z
    .array(z.string())
    .min(1, 'must name the cells in which the test may fail')
    .meta({ description: 'Cells in which it may fail. In any other it is red.' }),
  reason: z.string().min(1, 'must say why the test may fail').meta({ description: 'Why the test may fail.' }),
  owner: z.string().min(1).meta({ description: 'Who mends it.' }),
  expires: acceptingFields.expires.unwrap().meta({
    description: 'Last day on which it may fail, as YYYY-MM-DD; afterwards it fails the soak.',
  }),
});
const schema = z.strictObject({
  version: z.literal(1),
  findings: z.array(entry).nullable(),
  tests: z.array(test).nullable().optional().meta({
    description: 'Tests that fail now and then, for `soak` alone: a run in which one fails is red.',
  }),
});

export type Entry = z.infer<typeof entry>;
/** A test that a soak may see failing, for a time. */
export type TestEntry = z.infer<typeof test>;
/** `file` is absolute. If it does not exist, there are no entries. */
export type Baseline = { file: string; entries: readonly Entry[]; tests?: readonly TestEntry[] };

export const BASELINE_NAME = 'ffi-gates-baseline.yaml';

const knownKeys = (path: readonly PropertyKey[]): string[] =>
  Object.keys((path.length === 0 ? schema : path[0] === 'tests' ? test : entry).shape);

/** Parses a baseline. Throws `Failure` 2 with all problems and their places. */
export const parseBaseline = (text: string, file: string): Baseline => {
  const yaml = parseYaml(text, file, schema, knownKeys);
  const first = new Map<string, string | number>();
  for (const [i, e] of fitting(entry, isMapping(yaml.raw) ? yaml.raw['findings'] : undefined))
    if (!first.has(e.fingerprint)) first.set(e.fingerprint, i);
    else
      yaml.complain(
        ['findings', i, 'fingerprint'],
        `two entries have the fingerprint ${e.fingerprint}; remove one`,
      );
  const taken = new Set<string>();
  for (const [i, e] of fitting(test, isMapping(yaml.raw) ? yaml.raw['tests'] : undefined))
    for (const [n, cell] of e.cells.entries()) {
      const key = JSON.stringify([e.test, cell]);
      if (taken.has(key))
        yaml.complain(['tests', i, 'cells', n], `two entries are about ${e.test} in ${cell}; remove one`);
      taken.add(key);
    }
  yaml.check();
  const { findings, tests } = yaml.value!;
  return { file, entries: findings ?? [], ...(tests ? { tests } : {}) };
};

/** The JSON Schema for editors. */
export const baselineJsonSchema = (): unknown => z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });

/** Loads the baseline beside a matrix file. Empty if there is none. */
export const loadBaseline = async (matrixFile: string): Promise<Baseline> => {
  const file = join(dirname(matrixFile), BASELINE_NAME);
  const text = await readText(file, 'the baseline', true);
  return text === undefined ? { file, entries: [] } : parseBaseline(text, file);
};

/** The entries that are not expired on `day`, by fingerprint. */
export const valid = (b: Baseline, day: string): Map<string, Entry> =>
  new Map(b.entries.filter((e) => !isOver(e, day)).map((e) => [e.fingerprint, e]));

/** The entry of a test that fails in a cell, whether its last day is over or not. */
export const testEntryOf = (b: Baseline, cell: string, name: string): TestEntry | undefined =>
  b.tests?.find((e) => e.test === name && e.cells.includes(cell));

/**
 * Whether a cell ran all its tests and is not inconclusive, so that a finding it did not show was not there.
 */
const ranToItsEnd = (c: CellReport): boolean =>
  (c.verdict.kind === 'clean' || c.verdict.kind === 'hazard') && c.verdict.why === undefined;

export type Standing = {
  /**
   * Not seen, although a proven cell that had shown it ran to its end, or because the matrix no longer has
   * such a cell.
   */
  gone: Entry[];
  /** Past their expiry day. */
  expired: Entry[];
  /** Not seen, and no cell that could have shown it ran to a proven end. */
  unchecked: Entry[];
};

/** The state of the entries after a run. `ids` are all cells of the matrix, whether they ran or not. Pure. */
export const standing = (
  b: Baseline,
  run: {
    seen: ReadonlySet<string>;
    cells: readonly CellReport[];
    lanes: readonly LaneReport[];
    ids: ReadonlySet<string>;
    day: string;
  },
): Standing => {
  const proven = new Set(run.lanes.filter((l) => l.proven).map(laneId));
  const witnesses = run.cells.filter((c) => c.role === 'subject' && ranToItsEnd(c) && proven.has(laneId(c)));
  const out: Standing = { gone: [], expired: [], unchecked: [] };
  for (const e of b.entries) {
    if (isOver(e, run.day)) out.expired.push(e);
    else if (run.seen.has(e.fingerprint)) continue;
    else if (e.cells.length && !e.cells.some((id) => run.ids.has(id))) out.gone.push(e);
    else if (e.sometimes) out.unchecked.push(e);
    else {
      // An entry without cells was written by hand. Only a run of all cells decides about it.
      const could = e.cells.length
        ? witnesses.some((c) => e.cells.includes(c.id))
        : [...run.ids].every((id) => witnesses.some((c) => c.id === id));
      out[could ? 'gone' : 'unchecked'].push(e);
    }
  }
  return out;
};

const row = (e: Entry): BaselineRow => ({
  fingerprint: e.fingerprint,
  hazard: e.hazard,
  where: e.where,
  ...acceptance(e),
});

/** The findings, with those marked that the baseline accepts on `day`. Planted ones cannot be accepted. */
export const markKnown = (findings: readonly FindingReport[], b: Baseline, day: string): FindingReport[] => {
  const entries = valid(b, day);
  return findings.map((f) => {
    const e = entries.get(f.fingerprint);
    return e && !f.planted ? { ...f, known: acceptance(e) } : f;
  });
};

/** The baseline's section of the report. Undefined if there are no entries. */
export const baselineReport = (
  b: Baseline,
  findings: readonly FindingReport[],
  s: Standing,
): BaselineReport | undefined => {
  if (b.entries.length === 0) return undefined;
  const open = findings.filter((f) => !f.planted && f.origin !== 'tool');
  const known = open.filter((f) => f.known).length;
  return {
    file: basename(b.file),
    known,
    fresh: open.length - known,
    gone: s.gone.map(row),
    expired: s.expired.map(row),
    unchecked: s.unchecked.map(row),
  };
};
