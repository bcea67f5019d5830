/**
 * For GitHub Actions: the summary of a job, and annotations on lines of a pull request. `run` prints the annotations and
 * appends the summary itself when it runs there.
 */
import { harmless, inert, oneLine, shortened } from './escape.js';
import { renderMarkdown } from './markdown.js';
import { problemsOf, type Level, type Problem } from './problems.js';
import type { Report } from '../model/report.js';
import type { Suite } from './cases.js';
import type { Reporter } from './reporter.js';

/** A step's summary is dropped if it has more than 1 MiB. */
const MAX_SUMMARY = 1 << 20;
/** GitHub shows this many annotations of each level of a step, and drops the others without a word. */
const MAX_ANNOTATIONS = 10;
/** Longer messages are cut by GitHub at 64 KiB; readers see some lines of them. */
const MAX_MESSAGE = 4_000;

const COMMANDS: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', note: 'notice' };

const dataOf = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const propertyOf = (text: string): string =>
  dataOf(inert(oneLine(text)))
    .replaceAll(':', '%3A')
    .replaceAll(',', '%2C');

const annotation = (p: Problem): string => {
  const at = p.place ? [`file=${propertyOf(p.place.file)}`, `line=${p.place.line}`] : [];
  const title = p.finding ? p.rule : p.name;
  const text = harmless(p.finding ? `${p.message}\nreproduce: ${oneLine(p.finding.repro)}` : p.message);
  return `::${COMMANDS[p.level]} ${[...at, `title=${propertyOf(title)}`].join(',')}::${dataOf(shortened(text, MAX_MESSAGE))}`;
};

/**
 * Workflow commands, one a line: at most ten of each level, of which the last says how many more there are. Foreign text in
 * them is escaped and begins no line, so it can give no command.
 */
export const annotations = (suites: readonly Suite[]): string[] => {
  const problems = problemsOf(suites);
  return (Object.keys(COMMANDS) as Level[]).flatMap((level) => {
    const all = problems.filter((p) => p.level === level);
    if (all.length <= MAX_ANNOTATIONS) return all.map(annotation);
    const shown = all.slice(0, MAX_ANNOTATIONS - 1);
    const rest = `${all.length - shown.length} more are in the summary and in the report`;
    return [...shown.map(annotation), `::${COMMANDS[level]} title=ffi-gates::${rest}`];
  });
};

/** The summary of a job, within GitHub's limit. */
export const summary = (report: Report, suites: readonly Suite[]): string =>
  renderMarkdown(report, suites, MAX_SUMMARY);

export const github: Reporter = {
  main: 'github-summary.md',
  owns: ['github-summary.md', 'github-summary-annotations.txt'],
  files: ({ report, suites }) => [
    { path: 'github-summary.md', content: summary(report, suites) },
    {
      path: 'github-summary-annotations.txt',
      content: annotations(suites)
        .map((line) => `${line}\n`)
        .join(''),
    },
  ],
};
