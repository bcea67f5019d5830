/**
 * A judged cell as plain data, for blobs: all of it that a report is made from. `merge` reads it back, and makes the report as
 * a run would. Pure.
 */
import type { Cell } from '../plan/plan.js';
import type { SourceReader } from '../process/source-reader.js';
import { attemptsOf, type Attempt, type Evidence } from './evidence.js';
import { UNGATED } from './compare-cells.js';
import type { JudgedCell } from './judge-run.js';
import { linesAround, shownSource } from './merge-findings.js';

/** Lines of a source by their number. */
type Lines = Record<string, string>;

export type CellRecord = Omit<JudgedCell, 'evidence'> & {
  id: string;
  evidence: Pick<
    Evidence,
    | 'failed'
    | 'uncollected'
    | 'listed'
    | 'wanted'
    | 'logs'
    | 'ms'
    | 'seeds'
    | 'waits'
    | 'failing'
    | 'noHostLines'
    | 'provenAt'
  > & {
    own: { dirs: readonly string[]; shared: readonly string[]; objects: string[] };
    attempts: {
      events: Attempt['events'];
      logs: { path: string; unread: Attempt['logs'][number]['parsed']['unread'] }[];
    }[];
  };
  /** The lines that its findings show, by file. Whoever merges reads no source: a blob may name any file. */
  sources: Record<string, Lines>;
};

/** The lines of a cell's findings, as far as the reader may read them. */
const sourcesOf = async (
  { seen, evidence }: JudgedCell,
  read: SourceReader,
): Promise<CellRecord['sources']> => {
  const found = new Map<string, Lines>();
  for (const { diagnostic } of seen)
    for (const stack of diagnostic.stacks) {
      const { shown } = shownSource(stack, evidence.own);
      const lines = shown && (await read(shown.file, evidence.own.dirs));
      if (!shown || !lines) continue;
      const { first, last } = linesAround(shown.line);
      const known = found.get(shown.file) ?? {};
      lines.slice(first - 1, last).forEach((text, i) => (known[String(first + i)] = text));
      found.set(shown.file, known);
    }
  return Object.fromEntries(found);
};

/** The record of a cell, with the sources that it shows. */
export const recordOf = async (judged: JudgedCell, read: SourceReader): Promise<CellRecord> => {
  const { evidence: e, ...rest } = judged;
  const isPlain = e.cell.gate.id === UNGATED;
  return {
    ...rest,
    id: e.cell.id,
    evidence: {
      ...(e.failed === undefined ? {} : { failed: e.failed }),
      ...(e.uncollected === undefined ? {} : { uncollected: e.uncollected }),
      listed: e.listed,
      wanted: e.wanted,
      logs: e.logs,
      ms: e.ms,
      ...(e.seeds === undefined ? {} : { seeds: e.seeds }),
      ...(e.waits === undefined ? {} : { waits: e.waits }),
      ...(e.failing === undefined ? {} : { failing: e.failing }),
      ...(e.noHostLines === undefined ? {} : { noHostLines: e.noHostLines }),
      ...(e.provenAt === undefined ? {} : { provenAt: e.provenAt }),
      own: { dirs: e.own.dirs, shared: e.own.shared, objects: [...e.own.objects] },
      attempts: attemptsOf(e).map((a) => ({
        // Only results without a gate are compared with those of other cells.
        events: isPlain ? a.events : [],
        logs: a.logs.map((l) => ({ path: l.path, unread: l.parsed.unread })),
      })),
    },
    sources: await sourcesOf(judged, read),
  };
};

/** The judged cell of a record, for the cell of that id. */
export const judgedOf = (
  { id: _id, sources: _sources, evidence: e, ...rest }: CellRecord,
  cell: Cell,
): JudgedCell => ({
  ...rest,
  evidence: {
    ...e,
    cell,
    own: { ...e.own, objects: new Set(e.own.objects) },
    attempts: e.attempts.map((a) => ({
      requested: 'all',
      exit: { kind: 'code', code: 0 },
      events: a.events,
      logs: a.logs.map((l) => ({
        path: l.path,
        name: l.path,
        parsed: { diagnostics: [], unread: l.unread, complete: true, missing: [] },
      })),
      unfinished: [],
    })),
    seen: rest.seen,
    copies: [],
    products: [],
    maps: new Set(),
    recorded: false,
    out: '',
  },
});

/** A reader of nothing but the lines in records. */
export const recordedSources = (records: readonly CellRecord[]): SourceReader => {
  const files = new Map<string, string[]>();
  for (const { sources } of records)
    for (const [file, lines] of Object.entries(sources)) {
      const known = files.get(file) ?? [];
      for (const [no, text] of Object.entries(lines)) known[Number(no) - 1] = text;
      files.set(file, known);
    }
  return (file) => Promise.resolve(files.get(file));
};
