/** `ffi-gates baseline`: shows how the committed baseline stands, and edits it from the last report. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { writeWholeFile } from '../process/write-file.js';
import { isMap, isSeq, parseDocument, type Document, type YAMLSeq } from 'yaml';
import { acceptance, schemaLine, today } from '../config/expiry.js';
import { loadBaseline, parseBaseline, valid, type Baseline } from '../config/baseline.js';
import { Failure } from '../model/failure.js';
import { readReport } from './last-report.js';
import type { FindingReport, Report } from '../model/report.js';
import {
  acceptedOf,
  byUrgency,
  count,
  distinct,
  functionOf,
  placeOf,
  topFrame,
} from '../reporters/wording.js';
import { columns, say } from './say.js';
import { readMatrix } from './where.js';

type Args = {
  update: boolean;
  prune: boolean;
  reason?: string | undefined;
  owner?: string | undefined;
  expires?: string | undefined;
  matrix?: string | undefined;
  out: string;
};

const EMPTY = `${schemaLine('baseline.schema.json')}
# Findings that are known and accepted for now. Edited by \`ffi-gates baseline\`; change reasons, owners and days by hand.
version: 1
findings: []
`;

const whereOf = (f: FindingReport): string => {
  const top = topFrame(f);
  return `${placeOf(top)} ${functionOf(top)}`.trim();
};

const entryOf = (f: FindingReport, a: Args & { reason: string }): Record<string, unknown> => ({
  fingerprint: f.fingerprint,
  hazard: f.hazard,
  where: whereOf(f),
  cells: distinct(f.witnesses.map((w) => w.cell)).sort(),
  ...acceptance(a),
});

const entriesOf = (doc: Document): YAMLSeq => {
  const found = doc.get('findings');
  if (isSeq(found)) return found;
  doc.set('findings', doc.createNode([]));
  return doc.get('findings') as YAMLSeq;
};

export const remove = (entries: YAMLSeq, fingerprints: ReadonlySet<string>): void => {
  entries.items = entries.items.filter((i) => !(isMap(i) && fingerprints.has(String(i.get('fingerprint')))));
};

/** Edits the file in place, so that people's comments are kept. The result is parsed before it is written. */
export const edit = async (b: Baseline, change: (entries: YAMLSeq, doc: Document) => void): Promise<void> => {
  const text = await readFile(b.file, 'utf8').catch(() => EMPTY);
  const doc = parseDocument(text);
  const entries = entriesOf(doc);
  change(entries, doc);
  entries.flow = entries.items.length === 0;
  const next = doc.toString({ lineWidth: 0 });
  parseBaseline(next, b.file);
  await writeWholeFile(b.file, next);
};

const update = async (b: Baseline, report: Report, a: Args): Promise<void> => {
  const known = valid(b, today());
  const fresh = report.findings
    .filter((f) => !f.planted && f.origin !== 'tool' && !known.has(f.fingerprint))
    .sort(byUrgency);
  if (fresh.length === 0) return say('nothing to accept: the last report has no fresh finding');
  const { reason } = a;
  if (!reason)
    throw new Failure(
      EXIT.USAGE,
      '--update needs a reason why the findings are accepted: --update --reason "…"',
    );
  const accepted = new Set(fresh.map((f) => f.fingerprint));
  await edit(b, (entries, doc) => {
    // Replace the expired entry of a finding that is accepted again.
    remove(entries, accepted);
    for (const f of fresh) entries.add(doc.createNode(entryOf(f, { ...a, reason })));
  });
  for (const line of columns(fresh.map((f) => ['accepted', f.fingerprint, f.hazard, whereOf(f)]))) say(line);
  say(`${count(fresh.length, 'finding')} accepted in ${b.file}`);
};

const prune = async (b: Baseline, report: Report): Promise<void> => {
  const day = today();
  const gone = new Set((report.baseline?.gone ?? []).map((e) => e.fingerprint));
  const current = valid(b, day);
  const out = b.entries.filter((e) => gone.has(e.fingerprint) || !current.has(e.fingerprint));
  if (out.length === 0) return say('nothing to prune: no entry is gone or expired');
  const names = new Set(out.map((e) => e.fingerprint));
  await edit(b, (entries) => {
    remove(entries, names);
  });
  for (const line of columns(out.map((e) => ['removed', e.fingerprint, e.hazard, e.where]))) say(line);
  say(`${count(out.length, 'entry').replace(/entrys$/, 'entries')} removed from ${b.file}`);
};

const status = (b: Baseline, report: Report): void => {
  const day = today();
  const current = valid(b, day);
  const gone = new Set((report.baseline?.gone ?? []).map((e) => e.fingerprint));
  const seen = new Set(report.findings.map((f) => f.fingerprint));
  const stateOf = (fingerprint: string): string =>
    !current.has(fingerprint)
      ? 'expired'
      : gone.has(fingerprint)
        ? 'gone'
        : seen.has(fingerprint)
          ? 'known'
          : 'not seen';
  const rows = b.entries.map((e) => [stateOf(e.fingerprint), e.fingerprint, e.hazard, acceptedOf(e)]);
  const fresh = report.findings.filter(
    (f) => !f.planted && f.origin !== 'tool' && !current.has(f.fingerprint),
  );
  for (const line of columns([...rows, ...fresh.map((f) => ['fresh', f.fingerprint, f.hazard, whereOf(f)])]))
    say(line);
  say(`${fresh.length} fresh, ${b.entries.length} in ${basename(b.file)}`);
};

/**
 * Shows the state of the baseline beside the matrix, updates it (`--update --reason`) or prunes it, by the
 * report in `out`. Throws `Failure` 2 if the report is for another matrix, or if `--update` has no reason.
 */
export const baseline = async (a: Args): Promise<ExitCode> => {
  const matrix = await readMatrix(a);
  const report = await readReport(a.out);
  if (report.matrix !== basename(matrix.file))
    throw new Failure(EXIT.USAGE, `the report in ${a.out} is for another matrix: ${report.matrix}`);
  const b = await loadBaseline(matrix.file);
  if (a.prune) await prune(b, report);
  if (a.update) await update(a.prune ? await loadBaseline(matrix.file) : b, report, a);
  if (!a.prune && !a.update) status(b, report);
  return EXIT.OK;
};
