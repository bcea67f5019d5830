/**
 * JUnit XML for CI servers. One `testsuite` per cell with: a case `verdict` (red whenever the cell is), a case per
 * failed test and a case per finding seen in the cell; findings that the baseline knows are skipped with its reason. The message stands in the attribute and in the text's first line,
 * because GitLab reads only the text and Azure shows only the attribute; `path:line` in the text is what annotators find.
 */
import type { Stack } from '../../model/diagnostic.js';
import type { CellReport, FindingReport, Report } from '../../model/report.js';
import { type JUnitCase, type JUnitSuite, newDocument, skip } from './builder.js';
import { oneLine, plain } from '../escape.js';
import type { Reporter } from '../reporter.js';
import {
  acceptedOf,
  byUrgency,
  distinct,
  isKnownOnly,
  functionOf,
  order,
  placeOf,
  plainOf,
  titleOf,
  topFrame,
  whyOf,
} from '../wording.js';

/** Buildkite refuses files with more results than this. */
const MAX_CASES = 5000;

export const junit: Reporter = (report) => {
  const cells = [...report.cells].sort((a, b) => order(a.id, b.id)).map((c) => suiteOf(c, report));
  const own = fileCases(report);
  const suites: Suite[] = [...cells, ...(own.length ? [{ cases: unique(own) }] : [])];
  const files = chunk(suites);
  return files.map((part, i) => ({
    path: files.length === 1 ? 'junit.xml' : `junit-${i + 1}.xml`,
    content: render(report.matrix, part),
  }));
};

type Case = {
  className: string;
  name: string;
  seconds?: number;
  file?: string;
  bad?: { element: 'failure' | 'error'; type: string; message: string; text: string };
  skipped?: string;
  output?: string;
};

/** What belongs to no cell has a suite without one. */
type Suite = { cell?: CellReport; cases: Case[] };

const suiteOf = (cell: CellReport, report: Report): Suite => {
  const findings = report.findings.filter((f) => f.witnesses.some((w) => w.cell === cell.id)).sort(byUrgency);
  const failed = [...cell.failedTests].sort((a, b) => order(a.test, b.test));
  const all = [
    verdictCase(cell, findings),
    ...failed.map((t) => testCase(cell, t)),
    ...findings.map((f) => findingCase(cell, f)),
  ];
  return { cell, cases: unique(all) };
};

/** What fails a run although no cell is red: entries of the committed files that no longer hold, or hold too much. */
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
  const text = (): string =>
    lines([
      `${v.kind}: ${why}`,
      ...findings
        .filter((f) => !f.planted && !f.known)
        .map((f) => `${placeOf(topFrame(f))} ${f.hazard} ${oneLine(f.message)}`),
      ...cell.diedIn.map((t) => `running when the process ended: ${oneLine(t)}`),
      ...cell.unread.map((u) => `not understood: ${oneLine(u.log)}:${u.line}: ${oneLine(u.text)}`),
      ...cell.logs.map((l) => `log: ${oneLine(l)}`),
    ]);
  switch (v.kind) {
    case 'clean':
      return base;
    case 'as-declared':
      return { ...base, output: why };
    case 'skipped':
      return { ...base, skipped: why };
    case 'hazard':
    case 'suite-failed':
      // What the baseline accepts stands in the report as skipped cases, so the cell itself is green.
      if (isKnownOnly(v)) return { ...base, output: why };
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

const findingCase = (cell: CellReport, f: FindingReport): Case => {
  const top = topFrame(f);
  const base = {
    className: `hazards.${cell.gate}`,
    name: `${cell.id} / ${f.hazard} ${functionOf(top)} ${f.fingerprint}`.replace(/ +/g, ' '),
    ...(top?.kind === 'source' ? { file: oneLine(top.file) } : {}),
  };
  if (f.planted) return { ...base, output: `planted, and caught: ${oneLine(f.message)}` };
  if (f.known) return { ...base, skipped: `known: ${acceptedOf(f.known)}` };
  const message = `${f.hazard}: ${titleOf(f.hazard)} (${oneLine(f.message)})`;
  return {
    ...base,
    bad: { element: 'failure', type: f.hazard, message, text: findingText(cell, f, message) },
  };
};

/** Frames shown of each stack: enough to act on, small enough for servers that cut at some kilobytes. */
const FRAMES = 24;

const findingText = (cell: CellReport, f: FindingReport, message: string): string =>
  lines([
    message,
    `at ${placeOf(topFrame(f))}`,
    ...f.stacks.flatMap(stackText),
    f.scope && `scope: ${f.scope}`,
    f.boundary && `crossing: ${oneLine(f.boundary.function)}`,
    ...distinct(
      f.witnesses
        .filter((w) => w.cell === cell.id)
        .map((w) => oneLine(`seen: ${w.log}:${w.line}${w.test ? ` in ${w.test}` : ''}`)),
    ),
    !f.complete && 'the report in the log is not whole',
    ...(f.seed === undefined ? [] : [`schedule: seed ${f.seed}`]),
    `again: ${oneLine(f.repro)}`,
  ]);

/** A stack as lines of text, its first frames only. */
export const stackText = (s: Stack): string[] => [
  `${s.role}${s.thread ? ` (${oneLine(s.thread)})` : ''}:`,
  ...s.frames.slice(0, FRAMES).map((f, i) => `  #${i} ${functionOf(f)} ${placeOf(f)}`.trimEnd()),
  ...(s.frames.length > FRAMES ? [`  … ${s.frames.length - FRAMES} more frames`] : []),
];

const lines = (parts: (string | false | undefined)[]): string =>
  cdata(plain(parts.filter((p): p is string => Boolean(p)).join('\n')));

/** Text of an element. The library ends CDATA sections properly at the first `]]>` only. */
const cdata = (text: string): string => text.replaceAll(']]>', ']] >');

/** GitLab keeps only the first of two cases with one name, so repeats are numbered. */
const unique = (cases: Case[]): Case[] => {
  const seen = new Map<string, number>();
  return cases.map((c) => {
    const key = `${c.className}\0${c.name}`;
    const n = (seen.get(key) ?? 0) + 1;
    seen.set(key, n);
    return n === 1 ? c : { ...c, name: `${c.name} (${n})` };
  });
};

/** Splits between suites, so that each file stays under the limit unless one suite alone exceeds it. */
const chunk = (suites: Suite[]): Suite[][] => {
  const files: Suite[][] = [[]];
  let size = 0;
  for (const s of suites) {
    if (size > 0 && size + s.cases.length > MAX_CASES) {
      files.push([]);
      size = 0;
    }
    files.at(-1)?.push(s);
    size += s.cases.length;
  }
  return files;
};

/** Seconds with at most three decimals: more are refused by the Jenkins xUnit schema. */
const seconds = (s: number): number => Math.round(s * 1000) / 1000;

const render = (matrix: string, suites: Suite[]): string => {
  const document = newDocument().name(oneLine(`ffi-gates ${matrix}`));
  for (const { cell, cases } of suites) {
    const suite = document
      .testSuite()
      .name(cell?.id ?? 'ffi-gates')
      .time(seconds((cell?.ms ?? 0) / 1000));
    for (const [name, value] of cell ? properties(cell) : []) suite.property(name, value);
    for (const c of cases) write(suite, c);
  }
  return document.build();
};

const properties = (c: CellReport): [string, string][] => [
  ['binding', c.binding],
  ['builder', c.builder],
  ['gate', c.gate],
  ['role', c.role],
  ['verdict', c.verdict.kind],
  ['tests', `${c.tests.passed} passed, ${c.tests.failed} failed, ${c.tests.skipped} skipped`],
];

const write = (suite: JUnitSuite, c: Case): void => {
  const element: JUnitCase = suite
    .testCase()
    .className(c.className)
    .name(c.name)
    .time(seconds(c.seconds ?? 0));
  if (c.file !== undefined) element.file(c.file);
  if (c.skipped !== undefined) skip(element, c.skipped);
  if (c.output !== undefined) element.standardOutput(cdata(c.output));
  if (c.bad?.element === 'failure') element.failure(c.bad.message, c.bad.type).stacktrace(c.bad.text);
  if (c.bad?.element === 'error') element.error(c.bad.message, c.bad.type, c.bad.text);
};
