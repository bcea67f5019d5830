/** `ffi-gates suppress`: adds an entry for one finding to the suppressions beside the matrix. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { writeWholeFile } from '../process/write-file.js';
import { isSeq, parseDocument, type YAMLSeq } from 'yaml';
import { acceptance, schemaLine } from '../config/expiry.js';
import { plainName } from '../model/function-name.js';
import { Failure } from '../model/failure.js';
import type { Tool } from '../model/diagnostic.js';
import { findFinding, readReport } from './last-report.js';
import type { FindingReport } from '../model/report.js';
import { topFrame } from '../reporters/wording.js';
import {
  loadSuppressions,
  nameOf,
  parseSuppressions,
  wouldHide,
  type Suppression,
} from '../config/suppressions.js';
import { say } from './say.js';
import { readMatrix } from './where.js';

const EMPTY = `${schemaLine('suppressions.schema.json')}
# Reports that the checkers drop because they are no bugs. Real bugs belong in the baseline.
version: 1
suppressions: []
`;

/** The part of a finding that suppressions match. The tool is the first part of its rule. */
const sightingOf = (f: FindingReport) => ({
  tool: f.rule.split('/')[0] as Tool,
  hazard: f.hazard,
  stacks: f.stacks,
});

/** The narrowest place that the top frame gives: function, else module, else file. */
const placeIn = (f: FindingReport): Pick<Suppression, 'function' | 'module' | 'file'> | undefined => {
  const top = topFrame(f);
  if (!top || top.kind === 'opaque') return undefined;
  const fn = top.function === undefined ? '' : plainName(top.function);
  if (fn && !/[?[\]{}^$*\n]/.test(fn)) return { function: fn };
  const module = top.kind === 'symbol' ? undefined : top.module;
  if (module !== undefined) return { module: basename(module) };
  return top.kind === 'source' ? { file: top.file } : undefined;
};

/**
 * Adds the entry and prints it. Throws `Failure` 2 if no checker can drop the finding, or if the entry would
 * hide canaries.
 */
export const suppress = async (a: {
  finding: string;
  reason: string;
  owner?: string | undefined;
  expires?: string | undefined;
  matrix?: string | undefined;
  out: string;
}): Promise<ExitCode> => {
  const matrix = await readMatrix(a);
  const report = await readReport(a.out);
  const f = findFinding(report, a.finding);
  const place = placeIn(f);
  if (!place)
    throw new Failure(EXIT.USAGE, 'the finding has no named frame; accept it in the baseline instead');
  const entry: Suppression = {
    hazard: f.hazard,
    ...place,
    ...acceptance(a),
  };
  if (!wouldHide(entry, sightingOf(f)))
    throw new Failure(
      EXIT.USAGE,
      `${f.rule.split('/')[0]} cannot drop ${f.hazard}; accept it instead: ffi-gates baseline --update --reason …`,
    );
  const canaries = new Set(report.cells.filter((c) => c.role === 'canary').map((c) => c.id));
  const hidden = report.findings.filter(
    (x) => x.planted && x.witnesses.some((w) => canaries.has(w.cell)) && wouldHide(entry, sightingOf(x)),
  );
  if (hidden.length)
    throw new Failure(
      EXIT.USAGE,
      `too broad: '${nameOf(entry)}' would hide the planted ${hidden[0]!.hazard}`,
    );
  const { file, entries } = await loadSuppressions(matrix.file);
  if (entries.some((e) => nameOf(e) === nameOf(entry))) {
    say(`already there: ${nameOf(entry)}`);
    return EXIT.OK;
  }
  const doc = parseDocument(await readFile(file, 'utf8').catch(() => EMPTY));
  if (!isSeq(doc.get('suppressions'))) doc.set('suppressions', doc.createNode([]));
  const list = doc.get('suppressions') as YAMLSeq;
  list.flow = false;
  list.add(doc.createNode(entry));
  const text = doc.toString({ lineWidth: 0 });
  parseSuppressions(text, file);
  await writeWholeFile(file, text);
  say(`added to ${file}: ${nameOf(entry)}`);
  return EXIT.OK;
};
