/**
 * A report as test cases, for all formats that CI systems read. Each cell is a suite with a case for its
 * verdict (failed whenever the cell makes the run fail), one for each failed test and one for each finding
 * seen in it. Findings that the baseline accepts are skipped, with its reason. Made once for all reporters.
 */
import { byText } from '../model/order.js';
import type { Stack } from '../model/diagnostic.js';
import type { CellReport, FindingReport, Report } from '../model/report.js';
import { drivenOf } from './driven.js';
import { oneLine, plain } from './escape.js';
import {
  acceptedOf,
  byUrgency,
  distinct,
  functionOf,
  isKnownOnly,
  callerOf,
  placeOf,
  plainOf,
  titleOf,
  topFrame,
  whyOf,
} from './wording.js';

/** One case. It passed unless it is `bad` or `skipped`. */
export type Case = {
  className: string;
  name: string;
  seconds?: number;
  /** Source file of a finding. Relative if it is in the repository. */
  file?: string;
  line?: number;
  /** The finding that the case is about. */
  readonly finding?: FindingReport;
  /** `failure`: the code under test is faulty. `error`: nothing is proven. */
  bad?: { element: 'failure' | 'error'; type: string; message: string; readonly text: string };
  /** The reason for skipping it. */
  skipped?: string;
  readonly output?: string;
};

/**
 * The cases of one cell. Entries of committed files that make a run fail are in a suite without a cell. Cases
 * and their texts are made whenever they are asked for: those of a large report would fill the memory.
 */
export type Suite = { cell?: CellReport; readonly cases: Case[] };

/** All suites of a report, in the order of cell ids. Names are unique within a suite. */
export const suitesOf = (report: Report): Suite[] => {
  const seenIn = findingsByCell(report);
  const cells = [...report.cells]
    .sort((a, b) => byText(a.id, b.id))
    .map((cell) => ({
      cell,
      get cases() {
        return casesOf(cell, seenIn.get(cell.id) ?? []);
      },
    }));
  const files = fileCases(report);
  return [...cells, ...(files.length ? [{ cases: unique(files) }] : [])];
};

/** The findings that each cell saw, the most urgent first. */
const findingsByCell = (report: Report): Map<string, FindingReport[]> => {
  const byCell = new Map<string, FindingReport[]>();
  for (const f of [...report.findings].sort(byUrgency))
    for (const cell of new Set(f.witnesses.map((w) => w.cell))) {
      const known = byCell.get(cell);
      if (known) known.push(f);
      else byCell.set(cell, [f]);
    }
  return byCell;
};

const casesOf = (cell: CellReport, findings: FindingReport[]): Case[] => {
  const failed = [...cell.failedTests].sort((a, b) => byText(a.test, b.test));
  return unique([
    verdictCase(cell, findings),
    ...failed.map((t) => testCase(cell, t)),
    ...(cell.uncollected ?? []).map((u) => uncollectedCase(cell, u)),
    ...findings.map((f) => findingCase(cell, f)),
  ]);
};

/** Findings that a verdict lists. Each has a case of its own. */
const MAX_LISTED = 100;

/**
 * Entries of committed files that make a run fail although no cell does: outdated ones, and suppressions that
 * are too broad.
 */
const fileCases = (report: Report): Case[] => {
  const red = (name: string, type: string, message: string): Case => ({
    className: 'ffi-gates.files',
    name: oneLine(name),
    bad: { element: 'failure', type, message: oneLine(message), text: lines([message]) },
  });
  const b = report.baseline;
  const stale = (why: 'gone' | 'expired') =>
    (b?.[why] ?? []).map((e) =>
      red(
        `${b!.file} ${e.hazard} ${e.fingerprint}`,
        `baseline-${why}`,
        `${why}: ${e.hazard} ${e.where} (${acceptedOf(e)}); ffi-gates baseline --prune removes it`,
      ),
    );
  const broad = (report.suppressions ?? [])
    .filter((s) => s.hides.length > 0)
    .map((s) =>
      red(`suppression ${s.name}`, 'suppression-too-broad', `would hide the planted ${s.hides.join(', ')}`),
    );
  const over = (report.suppressions ?? [])
    .filter((s) => s.expired)
    .map((s) => red(`suppression ${s.name}`, 'suppression-expired', `expired: ${acceptedOf(s)}`));
  return [...stale('gone'), ...stale('expired'), ...broad, ...over];
};

const verdictCase = (cell: CellReport, findings: FindingReport[]): Case => {
  const v = cell.verdict;
  const base = {
    className: `${cell.binding}.${cell.gate}`,
    name: `${cell.id} verdict`,
    seconds: cell.ms / 1000,
  };
  const why = whyOf(v);
  const driven = drivenOf(cell);
  const text = (): string => {
    const open = findings.filter((f) => !f.planted && !f.known && !f.tier);
    return lines([
      `${v.kind}: ${why}`,
      ...open.slice(0, MAX_LISTED).map((f) => `${placeOf(topFrame(f))} ${f.hazard} ${oneLine(f.message)}`),
      open.length > MAX_LISTED && `… ${open.length - MAX_LISTED} more findings`,
      ...drivenOf(cell),
      ...cell.diedIn.map((t) => `running when the process ended: ${oneLine(t)}`),
      ...cell.unread.map((u) => `not understood: ${oneLine(u.log)}:${u.line}: ${oneLine(u.text)}`),
      ...cell.logs.map((l) => `log: ${oneLine(l)}`),
    ]);
  };
  switch (v.kind) {
    case 'clean':
      return driven.length === 0 ? base : { ...base, output: driven.join('\n') };
    case 'as-declared':
      return { ...base, output: lines([why, ...driven]) };
    case 'skipped':
      return { ...base, skipped: why };
    case 'hazard':
    case 'suite-failed':
      // Accepted findings are reported as skipped cases, so the cell itself passes.
      if (isKnownOnly(v)) return { ...base, output: lines([why, ...driven]) };
      return {
        ...base,
        bad: { element: 'failure', type: v.kind, message: `${v.kind}: ${why}`, text: text() },
      };
    case 'build-failed':
    case 'missed':
    case 'inconclusive': {
      const type = v.kind === 'inconclusive' ? v.doubt : v.kind;
      return { ...base, bad: { element: 'error', type, message: `${v.kind}: ${why}`, text: text() } };
    }
  }
};

const testCase = (cell: CellReport, t: CellReport['failedTests'][number]): Case => {
  const message = oneLine(t.message?.split('\n')[0] ?? '') || 'the test failed';
  return {
    className: `${cell.binding}.${cell.gate}`,
    name: `${cell.id} / ${oneLine(t.test)}`,
    bad: {
      element: 'failure',
      type: 'test-failed',
      message,
      text: lines([
        message,
        ...(t.message ?? '').split('\n').slice(1),
        plainOf(t, cell.gate),
        ...cell.logs.map((l) => `log: ${oneLine(l)}`),
      ]),
    },
  };
};

/** Nothing is proven about what such a file tests. */
const uncollectedCase = (cell: CellReport, { file, why }: { file: string; why: string }): Case => {
  const message = oneLine(`not collected: ${why}`);
  return {
    className: `${cell.binding}.${cell.gate}`,
    name: `${cell.id} / ${oneLine(file)}`,
    bad: { element: 'error', type: 'not-collected', message, text: message },
  };
};

const findingCase = (cell: CellReport, f: FindingReport): Case => {
  const top = topFrame(f);
  const base = {
    className: `hazards.${cell.gate}`,
    name: `${cell.id} / ${f.hazard} ${functionOf(top)} ${f.fingerprint}`.replace(/ +/g, ' '),
    finding: f,
    ...(top?.kind === 'source' ? { file: oneLine(top.file), line: top.line } : {}),
  };
  if (f.planted) return { ...base, output: `planted, and caught: ${oneLine(f.message)}` };
  if (f.known) return { ...base, skipped: `known: ${acceptedOf(f.known)}` };
  const message = `${f.hazard}: ${titleOf(f.hazard)} (${oneLine(f.message)})`;
  if (f.tier)
    return {
      ...base,
      get output() {
        return `${f.tier}: ${findingText(cell, f, message)}`;
      },
    };
  return {
    ...base,
    bad: {
      element: 'failure',
      type: f.hazard,
      message,
      get text() {
        return findingText(cell, f, message);
      },
    },
  };
};

/** Frames shown per stack: enough to act on, few enough for servers that truncate after some kilobytes. */
const FRAMES = 24;

const findingText = (cell: CellReport, f: FindingReport, message: string): string =>
  lines([
    message,
    f.effect !== undefined && `effect: ${oneLine(f.effect)}`,
    f.mend !== undefined && `mend: ${oneLine(f.mend)}`,
    `at ${placeOf(topFrame(f))}`,
    ...f.stacks.flatMap(stackText),
    f.scope && `scope: ${f.scope}`,
    f.boundary && `crossing: ${oneLine(f.boundary.function)}`,
    ...distinct(
      f.witnesses
        .filter((w) => w.cell === cell.id)
        .flatMap((w) => [
          oneLine(`seen: ${w.log}:${w.line}${w.test ? ` in ${w.test}` : ''}`),
          ...(w.caller ? [`called from ${callerOf(w)}`] : []),
        ]),
    ),
    !f.complete && 'the report in the log is incomplete',
    ...(f.seed === undefined ? [] : [`schedule: seed ${f.seed}`]),
    `reproduce: ${oneLine(f.repro)}`,
  ]);

/** Whose lines a stack holds, and what they did, where a host was asked. */
const roleText = ({ role, host, title }: Stack): string =>
  host === undefined ? role : oneLine(`${role} (${host})${title === undefined ? '' : ` ${title}`}`);

/** A stack as lines of text, with its first frames only. */
export const stackText = (s: Stack): string[] => [
  `${roleText(s)}${s.thread ? ` (${oneLine(s.thread)})` : ''}:`,
  ...s.frames.slice(0, FRAMES).map((f, i) => `  #${i} ${functionOf(f)} ${placeOf(f)}`.trimEnd()),
  ...(s.frames.length > FRAMES ? [`  … ${s.frames.length - FRAMES} more frames`] : []),
];

const lines = (parts: (string | false | undefined)[]): string =>
  plain(parts.filter((p): p is string => Boolean(p)).join('\n'));

/** GitLab keeps only the first of several cases with the same name, so repeats are numbered. */
const unique = (cases: Case[]): Case[] => {
  const seen = new Map<string, number>();
  return cases.map((c) => {
    const key = `${c.className}\0${c.name}`;
    const n = (seen.get(key) ?? 0) + 1;
    seen.set(key, n);
    return n === 1 ? c : { ...c, name: `${c.name} (${n})` };
  });
};
