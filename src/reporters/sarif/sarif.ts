/**
 * SARIF 2.1.0 for code scanning: a result per finding, with its stacks, and a notification per cell that proves nothing, per
 * failed test and per outdated entry of a committed file. Planted findings and the runtime bucket are not in it. Within the
 * limits of GitHub: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
import type { FindingReport, Report } from '../../model/report.js';
import type { Suite } from '../cases.js';
import { drivenLines } from '../driven.js';
import { jsonText, oneLine } from '../escape.js';
import { problemsOf } from '../problems.js';
import type { Reporter } from '../reporter.js';
import { byUrgency, endOf } from '../wording.js';
import { absentResult, resultOf, type ResultOptions } from './result.js';
import { ruleOf } from './rules.js';

/** GitHub refuses runs of more results. */
const MAX_RESULTS = 25_000;
/** GitHub shows this many; the others are short, so that the file stays within 10 MB gzipped. */
const MAX_DETAILED = 5_000;
const MAX_NOTIFICATIONS = 1_000;

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

export const sarif: Reporter = {
  main: 'ffi-gates.sarif',
  owns: ['ffi-gates.sarif'],
  files: ({ report, suites }) => [{ path: 'ffi-gates.sarif', content: document(report, suites) }],
};

const notificationsOf = (report: Report, suites: readonly Suite[], cut: number): object[] => {
  const all = problemsOf(suites).filter((p) => p.kind !== 'hazard');
  const shown = all.slice(0, MAX_NOTIFICATIONS);
  const notes = [
    cut > 0 &&
      `${cut} findings were left out: GitHub takes ${MAX_RESULTS} of a run. They are in report.json.`,
    all.length > shown.length && `${all.length - shown.length} further notifications were left out.`,
  ].filter((n): n is string => n !== false);
  return [
    ...shown.map((p) => ({
      level: 'error',
      message: { text: oneLine(`${p.name}: ${p.message}`) },
      descriptor: { id: p.rule },
    })),
    ...drivenLines(report).map((text) => ({
      level: 'note',
      message: { text: oneLine(text) },
      descriptor: { id: 'driven' },
    })),
    ...notes.map((text) => ({ level: 'warning', message: { text }, descriptor: { id: 'left-out' } })),
  ];
};

const runOf = (
  report: Report,
  suites: readonly Suite[],
  hazards: readonly string[],
  cut: number,
): object => ({
  tool: {
    driver: {
      name: 'ffi-gates',
      informationUri: 'https://www.npmjs.com/package/ffi-gates',
      ...(report.tool ? { version: report.tool.version, semanticVersion: report.tool.version } : {}),
      rules: hazards.map(ruleOf),
    },
  },
  automationDetails: { id: `ffi-gates/${encodeURIComponent(oneLine(report.matrix))}/` },
  originalUriBaseIds: { SRCROOT: { description: { text: 'The root of the repository.' } } },
  ...(report.repository === undefined
    ? {}
    : {
        versionControlProvenance: [
          {
            repositoryUri: report.repository,
            ...(report.commit === undefined ? {} : { revisionId: report.commit }),
            mappedTo: { uriBaseId: 'SRCROOT' },
          },
        ],
      }),
  columnKind: 'utf16CodeUnits',
  invocations: [
    {
      executionSuccessful: report.exitCode === 0 || report.exitCode === 1,
      exitCode: report.exitCode,
      exitCodeDescription: endOf(report),
      startTimeUtc: report.started,
      endTimeUtc: new Date(Date.parse(report.started) + Math.round(report.ms)).toISOString(),
      toolExecutionNotifications: notificationsOf(report, suites, cut),
    },
  ],
  properties: {
    ...(report.commit === undefined ? {} : { commit: report.commit }),
    ...(report.dirty === undefined ? {} : { dirty: report.dirty }),
    leftOut: cut,
  },
});

function* document(report: Report, suites: readonly Suite[]): Generator<string> {
  const findings = report.findings.filter((f) => !f.planted).sort(byUrgency);
  const gone = report.baseline?.gone ?? [];
  const shown = findings.slice(0, MAX_RESULTS);
  const absent = gone.slice(0, MAX_RESULTS - shown.length);
  const hazards = [...new Set([...shown, ...absent].map((f) => f.hazard))].sort();
  const ruleIndex = new Map(hazards.map((id, i) => [id, i]));
  const optionsOf = (f: FindingReport, i: number): ResultOptions => ({
    rule: ruleIndex.get(f.hazard) ?? -1,
    matrix: report.matrix,
    compared: report.baseline !== undefined,
    detailed: i < MAX_DETAILED,
  });
  yield `{"$schema":${jsonText(SCHEMA)},"version":"2.1.0","runs":[\n`;
  const cut = findings.length + gone.length - shown.length - absent.length;
  yield jsonText(runOf(report, suites, hazards, cut)).slice(0, -1);
  yield ',"results":[';
  let i = 0;
  for (const f of shown) {
    yield `${i === 0 ? '' : ','}\n${jsonText(resultOf(f, optionsOf(f, i)))}`;
    i += 1;
  }
  for (const row of absent) {
    yield `${i === 0 ? '' : ','}\n${jsonText(absentResult(row, ruleIndex.get(row.hazard) ?? -1, report.matrix))}`;
    i += 1;
  }
  yield '\n]}]}\n';
}
