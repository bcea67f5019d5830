/**
 * A code quality report for GitLab: an array of problems with a path relative to the repository. A problem without a place
 * there is shown at the matrix. https://docs.gitlab.com/ci/testing/code_quality/
 */
import { jsonText } from './escape.js';
import { problemsOf, type Problem } from './problems.js';
import type { Reporter } from './reporter.js';

/** GitLab's five severities. A cell that proves nothing blocks more than any finding. */
const severityOf = (p: Problem): string => {
  if (p.level === 'note') return 'info';
  if (p.level === 'warning') return 'minor';
  return { hazard: 'critical', test: 'major', unproven: 'blocker', file: 'major' }[p.kind];
};

export const gitlab: Reporter = {
  main: 'gl-code-quality-report.json',
  owns: ['gl-code-quality-report.json'],
  files: ({ report, suites }) => [
    { path: 'gl-code-quality-report.json', content: rows(problemsOf(suites), report.matrix) },
  ],
};

function* rows(problems: readonly Problem[], matrix: string): Generator<string> {
  yield '[';
  for (const [i, p] of problems.entries()) {
    const at = p.place ?? { file: matrix, line: 1 };
    const row = {
      description: p.finding ? p.message : `${p.name}: ${p.message}`,
      check_name: p.rule,
      fingerprint: p.fingerprint,
      severity: severityOf(p),
      location: { path: at.file, lines: { begin: at.line } },
    };
    yield `${i === 0 ? '' : ','}\n${jsonText(row)}`;
  }
  yield '\n]\n';
}
