/**
 * JUnit XML for CI servers, from the cases of a report (`cases.ts`). The message is in the attribute and in
 * the first line of the text, because GitLab reads only the text and Azure shows only the attribute.
 * Annotators look for `path:line` in the text.
 */
import type { CellReport } from '../../model/report.js';
import type { Suite } from '../cases.js';
import type { Reporter, ReportFile } from '../reporter.js';
import { junitXml, type SuiteElement } from './document.js';

/** Buildkite refuses files with more results than this. */
const MAX_CASES = 5000;

export const junit: Reporter = {
  main: 'junit.xml',
  owns: ['junit.xml', 'junit-*.xml'],
  *files({ report, suites }): Generator<ReportFile> {
    const name = `ffi-gates ${report.matrix}`;
    let n = 0;
    let part: SuiteElement[] | undefined;
    // A part is made when the one before it is written, so that one is in memory at a time.
    for (const next of parts(suites)) {
      if (part) yield { path: `junit-${++n}.xml`, content: junitXml(name, part) };
      part = next;
    }
    yield { path: n === 0 ? 'junit.xml' : `junit-${n + 1}.xml`, content: junitXml(name, part ?? []) };
  },
};

/** The suites, in files of limited size. A suite that is larger goes on in the next file under the same name. */
function* parts(suites: readonly Suite[]): Generator<SuiteElement[]> {
  let part: SuiteElement[] = [];
  let size = 0;
  for (const { cell, cases } of suites) {
    if (size > 0 && size + cases.length > MAX_CASES) {
      yield part;
      part = [];
      size = 0;
    }
    for (let at = 0; at === 0 || at < cases.length; at += MAX_CASES) {
      if (at > 0) {
        yield part;
        part = [];
        size = 0;
      }
      const some = cases.slice(at, at + MAX_CASES);
      const element = { name: cell?.id ?? 'ffi-gates', cases: some };
      part.push(
        cell && at === 0 ? { ...element, seconds: cell.ms / 1000, properties: properties(cell) } : element,
      );
      size += some.length;
    }
  }
  yield part;
}

const properties = (c: CellReport): [string, string][] => [
  ['binding', c.binding],
  ['builder', c.builder],
  ['gate', c.gate],
  ['role', c.role],
  ['verdict', c.verdict.kind],
  ['tests', `${c.tests.passed} passed, ${c.tests.failed} failed, ${c.tests.skipped} skipped`],
];
