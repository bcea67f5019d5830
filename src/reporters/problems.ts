/**
 * What somebody has to act on, each thing once: the failed cases of a report, for formats that list problems and not
 * tests. A finding that several cells saw is one problem; the verdict of a cell is one if nothing else in the cell says
 * why it is red. Findings that the baseline accepts and planted ones are none.
 */
import { createHash } from 'node:crypto';
import type { FindingReport } from '../model/report.js';
import { byText } from '../model/order.js';
import type { Case, Suite } from './cases.js';
import { oneLine } from './escape.js';
import { callerOf, byUrgency, titleOf } from './wording.js';

/** `error` makes the run fail; the others do not. */
export type Level = 'error' | 'warning' | 'note';

export type Problem = {
  /** `hazard`: a finding. `test`: a failed test. `unproven`: a cell that proves nothing. `file`: a committed file. */
  kind: 'hazard' | 'test' | 'unproven' | 'file';
  level: Level;
  /** The hazard, or the kind of failure: `test-failed`, `timed-out`, `build-failed`, `baseline-gone`, … */
  rule: string;
  /** Identifies it from run to run, and among the problems of a run. */
  fingerprint: string;
  /** The name of its case, and its message on one line. */
  name: string;
  message: string;
  /** Its place in the repository, relative to its root. */
  place?: { file: string; line: number; column?: number };
  readonly text: string;
  finding?: FindingReport;
};

const LEVELS: readonly Level[] = ['error', 'warning', 'note'];
const KINDS: readonly Problem['kind'][] = ['hazard', 'unproven', 'test', 'file'];
const TIERS = { warning: 'warning', info: 'note' } as const;

/** True for a path below the root of the repository: what reviewers see lies there. */
export const isInRepository = (file: string): boolean =>
  !/^(?:[\\/]|[A-Za-z]:|[a-z][a-z0-9+.-]*:\/\/)/.test(file) && !file.split('/').includes('..');

const placeOfCase = (c: Case): Pick<Problem, 'place'> => {
  if (c.file === undefined || c.line === undefined || c.line < 1 || !isInRepository(c.file)) return {};
  return { place: { file: c.file, line: c.line } };
};

const hash = (...parts: string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);

const kindOf = (type: string, verdict: boolean, inCell: boolean): Problem['kind'] => {
  if (!inCell) return 'file';
  if (!verdict || type === 'suite-failed') return 'test';
  return 'unproven';
};

const problemOf = (c: Case, kind: Problem['kind']): Problem => ({
  kind,
  level: 'error',
  rule: c.bad?.type ?? '',
  fingerprint: hash(c.className, c.name, c.bad?.type ?? ''),
  name: c.name,
  message: c.bad?.message ?? '',
  ...placeOfCase(c),
  get text() {
    return c.bad?.text ?? '';
  },
});

const findingProblem = (c: Case, f: FindingReport): Problem => ({
  kind: 'hazard',
  level: f.tier ? TIERS[f.tier] : 'error',
  rule: f.hazard,
  fingerprint: f.fingerprint,
  name: c.name,
  message: `${f.hazard}: ${titleOf(f.hazard)} (${oneLine(f.message)})${f.caller ? `, called from ${callerOf(f)}` : ''}`,
  ...placeOfCase(c),
  get text() {
    return c.bad?.text ?? c.output ?? '';
  },
  finding: f,
});

/** True for a finding that somebody has to act on. */
const isOpen = (f: FindingReport): boolean => !f.planted && !f.known;

/** All problems, the most urgent first: errors before warnings, findings before cells that prove nothing. */
export const problemsOf = (suites: readonly Suite[]): Problem[] => {
  const seen = new Set<string>();
  const all: Problem[] = [];
  for (const { cell, cases } of suites) {
    const [first, ...others] = cases;
    const explained = others.some((c) => c.bad !== undefined);
    for (const c of cases) {
      if (c.finding) {
        if (!isOpen(c.finding) || seen.has(c.finding.fingerprint)) continue;
        seen.add(c.finding.fingerprint);
        all.push(findingProblem(c, c.finding));
      } else if (c.bad) {
        const verdict = cell !== undefined && c === first;
        // The findings and tests of a cell say more than its verdict, unless that is about the cell itself.
        if (verdict && explained && c.bad.element === 'failure') continue;
        all.push(problemOf(c, kindOf(c.bad.type, verdict, cell !== undefined)));
      }
    }
  }
  return all.sort(
    (a, b) =>
      LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) ||
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
      (a.finding && b.finding ? byUrgency(a.finding, b.finding) : byText(a.name, b.name)),
  );
};
