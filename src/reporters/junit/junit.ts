/**
 * JUnit XML for CI servers, from the cases of a report (`cases.ts`). The message is in the attribute and in
 * the first line of the text, because GitLab reads only the text and Azure shows only the attribute.
 * Annotators look for `path:line` in the text.
 */
import type { CellReport } from '../../model/report.js';
import type { Case, Suite } from '../cases.js';
import { oneLine } from '../escape.js';
import type { Reporter } from '../reporter.js';
import { type JUnitCase, type JUnitSuite, newDocument, skip } from './builder.js';

/** Buildkite refuses files with more results than this. */
const MAX_CASES = 5000;

export const junit: Reporter = {
  owns: ['junit.xml', 'junit-*.xml'],
  files: ({ report, suites }) => {
    const files = chunk(suites);
    return files.map((part, i) => ({
      path: files.length === 1 ? 'junit.xml' : `junit-${i + 1}.xml`,
      content: render(report.matrix, part),
    }));
  },
};

/** Text of an element. The library escapes only the first `]]>` of a CDATA section. */
const cdata = (text: string): string => text.replaceAll(']]>', ']] >');

/** Splits between suites. A file exceeds the limit only if one suite alone does. */
const chunk = (suites: readonly Suite[]): Suite[][] => {
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

/** Seconds with at most three decimals. The Jenkins xUnit schema refuses more. */
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
  if (c.bad?.element === 'failure') element.failure(c.bad.message, c.bad.type).stacktrace(cdata(c.bad.text));
  if (c.bad?.element === 'error') element.error(c.bad.message, c.bad.type, cdata(c.bad.text));
};
