/**
 * `soak --quarantine`: accepts a finding or a failing test of the history for a time. The baseline holds it, so `run` knows of
 * the finding as well; a test that fails is red in every run.
 */
import { isOver, today } from '../config/expiry.js';
import type { Baseline } from '../config/baseline.js';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { byText } from '../model/order.js';
import { isMap, isSeq, type Document, type YAMLSeq } from 'yaml';
import type { FoundRecord, History } from '../soak/history.js';
import { edit, remove } from './baseline.js';
import { say } from './say.js';

export type QuarantineArgs = {
  quarantine?: string | undefined;
  reason?: string | undefined;
  owner?: string | undefined;
  expires?: string | undefined;
};

/** Rows that an error names. */
const SOME = 10;

/** Each test that ever failed, with the cells in which it did. */
const failedTests = ({ nights }: History): Map<string, Set<string>> => {
  const cells = new Map<string, Set<string>>();
  for (const r of nights.flatMap((n) => n.iterations))
    for (const name of r.failed) cells.set(name, (cells.get(name) ?? new Set()).add(r.cell));
  return cells;
};

type Found = { finding: FoundRecord } | { test: string; cells: string[] };

/** A finding by the beginning of its fingerprint, or a test by its name. */
const findIn = (h: History, word: string): Found => {
  const findings = [...h.found.values()];
  const all = findings.filter((f) => f.fp.startsWith(word));
  if (all.length === 1) return { finding: all[0]! };
  const tests = failedTests(h);
  const cells = tests.get(word);
  if (cells) return { test: word, cells: [...cells].sort(byText) };
  const rows = (all.length > 0 ? all : findings).map((f) => `${f.fp}  ${f.hazard}  ${f.where}`);
  const names = all.length > 0 ? [] : [...tests.keys()].map((t) => `test  ${t}`);
  const why =
    all.length > 0
      ? `'${word}' is the beginning of ${all.length} findings`
      : `no finding and no failed test '${word}' in the history`;
  throw new Failure(
    EXIT.USAGE,
    `${why}:${[...rows.slice(0, SOME), ...names.slice(0, SOME)].map((row) => `\n  ${row}`).join('')}`,
  );
};

/** The list of tests in the document, which is made if it is absent. */
const testsOf = (doc: Document): YAMLSeq => {
  if (!isSeq(doc.get('tests'))) doc.set('tests', doc.createNode([]));
  return doc.get('tests') as YAMLSeq;
};

type Terms = { reason: string; owner: string; expires: string };

const addTest = (b: Baseline, { test, cells }: { test: string; cells: string[] }, t: Terms): Promise<void> =>
  edit(b, (_, doc) => {
    const tests = testsOf(doc);
    tests.items = tests.items.filter((i) => !(isMap(i) && i.get('test') === test));
    tests.flow = false;
    tests.add(doc.createNode({ test, cells, ...t }));
  });

/**
 * Writes the entry, in the place of an older one. A quarantine has an owner and a last day, which is not over: throws `Failure`
 * 2 without them.
 */
export const quarantine = async (
  a: QuarantineArgs & { quarantine: string },
  history: History,
  b: Baseline,
): Promise<ExitCode> => {
  const { reason, owner, expires } = a;
  if (!reason || !owner || !expires)
    throw new Failure(
      EXIT.USAGE,
      '--quarantine needs --reason, --owner and --expires: it is for a time, and somebody ends it',
    );
  if (isOver({ expires }, today())) throw new Failure(EXIT.USAGE, `--expires ${expires} is over`);
  const chosen = findIn(history, a.quarantine);
  if ('test' in chosen) {
    await addTest(b, chosen, { reason, owner, expires });
    say(
      `quarantined until ${expires}, owner ${owner}: ${chosen.test} in ${chosen.cells.join(', ')}, in ${b.file}`,
    );
    return EXIT.OK;
  }
  const found = chosen.finding;
  const cells = new Set(
    history.nights.flatMap((n) =>
      n.iterations.filter((r) => r.findings.includes(found.fp)).map((r) => r.cell),
    ),
  );
  await edit(b, (entries, doc) => {
    remove(entries, new Set([found.fp]));
    const entry = {
      fingerprint: found.fp,
      hazard: found.hazard,
      where: found.where,
      cells: [...cells].sort(byText),
      reason,
      owner,
      expires,
      // What a soak finds is seen now and then: one run without it does not mean that it is gone.
      sometimes: true,
    };
    entries.add(doc.createNode(entry));
  });
  say(`quarantined until ${expires}, owner ${owner}: ${found.fp} ${found.hazard}, in ${b.file}`);
  return EXIT.OK;
};
