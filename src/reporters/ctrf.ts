/** The cases of a report in the Common Test Report Format (https://ctrf.io). An error is a failed test, as in JUnit. */
import type { Report } from '../model/report.js';
import type { Case, Suite } from './cases.js';
import { jsonText } from './escape.js';
import type { Reporter } from './reporter.js';

const SPEC = '0.0.0';

const statusOf = (c: Case): 'passed' | 'failed' | 'skipped' => {
  if (c.bad) return 'failed';
  return c.skipped === undefined ? 'passed' : 'skipped';
};

export const ctrf: Reporter = {
  main: 'ctrf.json',
  owns: ['ctrf.json'],
  files: ({ report, suites }) => [{ path: 'ctrf.json', content: document(report, suites) }],
};

const testOf = (c: Case, suite: string): object => ({
  // Names cannot be empty.
  name: c.name || suite,
  status: statusOf(c),
  duration: Math.round((c.seconds ?? 0) * 1000),
  suite: [suite, c.className],
  ...(c.bad ? { message: c.bad.message, trace: c.bad.text, rawStatus: c.bad.type } : {}),
  ...(c.skipped === undefined ? {} : { message: c.skipped }),
  ...(c.output === undefined ? {} : { stdout: c.output.split('\n') }),
  ...(c.file === undefined ? {} : { filePath: c.file }),
  ...(c.line === undefined ? {} : { line: c.line }),
});

/** Counts first, since the summary precedes the tests; the cases are made once more when they are written. */
function* document(report: Report, suites: readonly Suite[]): Generator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { cases } of suites) for (const c of cases) counts[statusOf(c)] += 1;
  const start = Date.parse(report.started);
  const stop = Math.round(start + report.ms);
  const { passed, failed, skipped } = counts;
  const summary = {
    tests: passed + failed + skipped,
    ...{ passed, failed, skipped, pending: 0, other: 0, suites: suites.length, start, stop },
  };
  const environment = {
    testEnvironment: report.host.os,
    ...(report.commit === undefined ? {} : { commit: report.commit }),
  };
  const tool = { name: 'ffi-gates', ...(report.tool ? { version: report.tool.version } : {}) };
  yield `{"reportFormat":"CTRF","specVersion":${jsonText(SPEC)},"generatedBy":"ffi-gates",`;
  yield `"timestamp":${jsonText(new Date(stop).toISOString())},\n"results":{"tool":${jsonText(tool)},\n`;
  yield `"summary":${jsonText(summary)},\n"environment":${jsonText(environment)},\n"tests":[`;
  let first = true;
  for (const { cell, cases } of suites)
    for (const c of cases) {
      yield `${first ? '' : ','}\n${jsonText(testOf(c, cell?.id ?? 'ffi-gates'))}`;
      first = false;
    }
  yield '\n]}}\n';
}
