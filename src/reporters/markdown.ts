/**
 * The report as Markdown, for a comment, an issue or a job's summary: what a reviewer needs, the most urgent first, within
 * a limit of bytes. Foreign text stands in code only, where neither markup nor `@name` nor `#1` means anything.
 */
import type { CellReport, Report } from '../model/report.js';
import type { Suite } from './cases.js';
import { drivenLines } from './driven.js';
import { harmless, inert, oneLine, shortened } from './escape.js';
import { problemsOf, type Problem } from './problems.js';
import type { Reporter } from './reporter.js';
import { count, endOf, headline, provenBefore, tally, VERDICT_KINDS, VERDICTS, whyOf } from './wording.js';

/** GitHub refuses comments and issues of more characters than 65,536. */
const MAX_COMMENT = 65_000;
/** Bytes of one problem's text: a very long one would leave no room for others. */
const MAX_TEXT = 4_000;
/** Bytes kept for the line that says what was left out. */
const RESERVE = 400;
const MAX_LINE = 300;

export const markdown: Reporter = {
  main: 'report.md',
  owns: ['report.md'],
  files: ({ report, suites }) => [
    { path: 'report.md', content: renderMarkdown(report, suites, MAX_COMMENT) },
  ],
};

/** As many backticks as no run in the text has, and at least `least`. */
const fenceFor = (text: string, least: number): string => {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  return '`'.repeat(Math.max(least, longest + 1));
};

/** Foreign text as a code span, of at most `max` characters. */
export const code = (text: string, max = MAX_LINE): string => {
  const line = inert(shortened(oneLine(text), max));
  if (line === '') return '';
  const fence = fenceFor(line, 1);
  const pad = fence.length > 1 || /^`|`$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
};

const block = (text: string): string[] => {
  const inner = harmless(shortened(text, MAX_TEXT));
  const fence = fenceFor(inner, 3);
  return [`${fence}text`, inner, fence];
};

const KINDS: Readonly<Record<Problem['kind'], string>> = {
  hazard: 'Findings',
  unproven: 'Not proven',
  test: 'Failed tests',
  file: 'Committed files',
};

/** The two lines of a problem: its name and place, and what to do or why. */
const problemLines = (p: Problem): string[] => {
  const level = p.level === 'error' ? '' : `${p.level}: `;
  const place = p.place ? ` at ${code(`${p.place.file}:${p.place.line}`)}` : '';
  return [
    `- ${level}${code(p.finding ? p.message : p.name)}${place}\\`,
    `  ${p.finding ? `reproduce: ${code(p.finding.repro)}` : code(p.message)}`,
  ];
};

const detailLines = (p: Problem): string[] => ['', `#### ${code(p.name)}`, '', ...block(p.text)];

const sizeOf = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);

/** A table of verdicts by number of cells. Only our own words stand in it. */
const verdictTable = (cells: readonly CellReport[]): string[] => {
  const n = tally(cells);
  const kinds = VERDICT_KINDS.filter((k) => n[k] > 0);
  if (kinds.length === 0) return [];
  return [
    `| ${kinds.map((k) => `${VERDICTS[k].glyph} ${VERDICTS[k].label}`).join(' | ')} |`,
    `|${kinds.map(() => ' --: |').join('')}`,
    `| ${kinds.map((k) => n[k]).join(' | ')} |`,
    '',
  ];
};

/** What was done to cells, and how much was not. */
const drivenSection = (report: Report): string[] => {
  const rows = drivenLines(report);
  return rows.length === 0 ? [] : ['', '### Calls and schedules', '', ...rows.map((r) => `- ${code(r)}`)];
};

const skippedLines = (cells: readonly CellReport[]): string[] => {
  const skipped = cells.filter((c) => c.verdict.kind === 'skipped');
  return skipped.length === 0
    ? []
    : ['', `### Skipped`, '', ...skipped.map((c) => `- ${code(c.id)}: ${code(whyOf(c.verdict))}`)];
};

/**
 * The report, of at most `limit` bytes: headline and verdicts, then every problem in two lines, then their texts, then
 * skipped cells. What does not fit is left out from the end, and counted.
 */
export const renderMarkdown = (report: Report, suites: readonly Suite[], limit: number): string => {
  const problems = problemsOf(suites);
  const version = [
    report.commit && `commit ${code(report.commit)}`,
    report.dirty && 'with uncommitted changes',
  ];
  const lines = [
    `## ffi-gates: ${report.exitCode === 0 ? 'passed' : 'failed'}`,
    '',
    `${headline(report)}. Exit code ${report.exitCode}: ${endOf(report)}.`,
    ...[version.filter(Boolean).join(', '), provenBefore(report)]
      .filter(Boolean)
      .flatMap((v) => ['', `${v}.`]),
    '',
    ...verdictTable(report.cells),
  ];
  let size = sizeOf(lines);
  const left = { problems: 0, texts: 0, skipped: 0, driven: 0 };
  const add = (more: readonly string[], kind: keyof typeof left): void => {
    const bytes = sizeOf(more);
    // Once something did not fit, nothing of its kind follows: the order is that of urgency.
    if (left[kind] > 0 || size + bytes > limit - RESERVE) left[kind] += 1;
    else {
      size += bytes;
      lines.push(...more);
    }
  };
  const driven = drivenSection(report);
  if (driven.length > 0) add(driven, 'driven');
  let before: Problem | undefined;
  for (const p of problems) {
    const title = p.kind === before?.kind ? [] : ['', `### ${KINDS[p.kind]}`, ''];
    add([...title, ...problemLines(p)], 'problems');
    before = p;
  }
  for (const [i, p] of problems.entries())
    add([...(i === 0 ? ['', '### Details'] : []), ...detailLines(p)], 'texts');
  const skipped = skippedLines(report.cells);
  if (skipped.length > 0) add(skipped, 'skipped');
  const missing = [
    left.problems > 0 && count(left.problems, 'problem'),
    left.texts > 0 && `the details of ${count(left.texts, 'problem')}`,
    left.skipped > 0 && 'the list of skipped cells',
    left.driven > 0 && 'how many calls failed',
  ].filter(Boolean);
  if (missing.length > 0)
    lines.push('', `Left out for lack of room: ${missing.join(', ')}. See \`report.json\`.`);
  return `${lines.join('\n')}\n`;
};
