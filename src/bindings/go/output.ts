/**
 * Parses the output of Go's test binaries with `-test.list` and `-test.v` (source: the `testing` package).
 */
import type { TestEvent } from '../../model/test-event.js';

/** `=== PACKAGE sub`, printed by `run-sequentially` before a package below the suite. */
const PACKAGE = /^=== PACKAGE (.*)$/;
/** `=== RUN   TestX`. An unfinished line of the program may precede it. */
const RUN = /=== RUN {3}(\S+)$/;
/** `--- PASS: TestX (0.01s)` */
const END = /--- (PASS|FAIL|SKIP): (\S+) \((\d+(?:\.\d+)?)s\)$/;
/** `    x_test.go:12: text`, as printed by t.Log, t.Error and t.Fatal. */
const LOG = /^ {4}\S+\.go:\d+: /;

const OUTCOME = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' } as const;

const idIn = (pkg: string, name: string): string => (pkg === '' ? name : `${pkg}/${name}`);

/** Test ids from `-test.list .`, without benchmarks. */
export const parseGoList = (stdout: string): string[] => {
  let pkg = '';
  const ids: string[] = [];
  for (const line of stdout.split(/\r?\n/)) {
    const named = PACKAGE.exec(line);
    if (named) pkg = named[1] ?? '';
    else if (/^(Test|Fuzz|Example)\w*$/.test(line)) ids.push(idIn(pkg, line));
  }
  return ids;
};

/**
 * Events of top-level tests. A subtest belongs to its parent, whose id can be selected. In the output of a
 * process that died, the running test has a start and no end.
 */
export const parseGoEvents = (output: Iterable<string>): TestEvent[] => {
  let pkg = '';
  let said: string[] = [];
  const events: TestEvent[] = [];
  const open = new Set<string>();
  for (const line of output) {
    const named = PACKAGE.exec(line);
    if (named) pkg = named[1] ?? '';
    const begun = RUN.exec(line)?.[1];
    if (begun !== undefined && !begun.includes('/')) {
      events.push({ test: idIn(pkg, begun), outcome: 'started' });
      open.add(idIn(pkg, begun));
      said = [];
    }
    if (LOG.test(line)) said.push(line.trim());
    const [, word, name, seconds] = END.exec(line) ?? [];
    // A test may print lines of other tests. Only tests that began can end.
    if (word === undefined || name === undefined || !open.delete(idIn(pkg, name))) continue;
    const outcome = OUTCOME[word as keyof typeof OUTCOME];
    const message = outcome === 'passed' || said.length === 0 ? {} : { message: said.join('\n') };
    events.push({ test: idIn(pkg, name), outcome, ms: Math.round(Number(seconds) * 1000), ...message });
  }
  return events;
};
