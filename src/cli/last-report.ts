/** Reads an earlier run's report, and finds findings in it by user input. */
import { EXIT } from '../model/exit-codes.js';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '../model/failure.js';
import { readBytes } from '../process/read-file.js';
import { nearest } from '../config/did-you-mean.js';
import type { FindingReport, Report } from '../model/report.js';
import { fromJsonRows } from '../reporters/json-rows.js';
import { unshareFrames } from '../reporters/shared-frames.js';

/** A longer file is parsed row by row: no string of V8 holds much more. */
const MAX_TEXT = 256 << 20;

function* linesOf(bytes: Buffer): Generator<string> {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\n', at);
    const stop = end < 0 ? bytes.length : end;
    yield bytes.toString('utf8', at, stop);
    at = stop + 1;
  }
}

/** The document in the bytes of a file that any version of `run` wrote. */
const documentIn = (bytes: Buffer): unknown =>
  bytes.length > MAX_TEXT ? fromJsonRows(linesOf(bytes)) : JSON.parse(bytes.toString('utf8'));

/**
 * The report in these bytes, which were read from `file`. Throws `Failure` 2 with the remedy if there is none.
 */
export const parseReport = (bytes: Buffer | undefined, file: string): Report => {
  if (bytes === undefined)
    throw new Failure(
      EXIT.USAGE,
      `there is no report at ${file}: run \`ffi-gates run\` first, or pass its --out`,
    );
  let report: Report | null;
  try {
    report = documentIn(bytes) as Report | null;
  } catch (e) {
    throw new Failure(EXIT.USAGE, `not a report: ${(e as Error).message}`, file);
  }
  if (report?.version !== 1 || !Array.isArray(report.findings))
    throw new Failure(EXIT.USAGE, 'not a report of version 1', file);
  try {
    return unshareFrames(report);
  } catch (e) {
    throw new Failure(EXIT.USAGE, `not a report of version 1: ${(e as Error).message}`, file);
  }
};

/** The report at `path`, which is its file or the directory of a run. Throws `Failure` 2 with the remedy. */
export const readReport = async (path: string): Promise<Report> => {
  const at = resolve(path);
  const file = at.endsWith('.json') ? at : join(at, 'report.json');
  return parseReport(existsSync(file) ? await readBytes(file) : undefined, file);
};

/**
 * The only finding whose fingerprint begins with `word`, or whose hazard it is. Throws `Failure` 2 with the
 * candidates.
 */
export const findFinding = (report: Report, word: string): FindingReport => {
  const all = [...report.findings, ...report.runtimeBucket];
  const found = all.filter((f) => f.fingerprint.startsWith(word) || f.hazard === word);
  if (found.length === 1) return found[0]!;
  const rows = (found.length ? found : report.findings.filter((f) => !f.planted)).slice(0, 10);
  const list = rows.map((f) => `\n  ${f.fingerprint}  ${f.hazard}  ${f.message}`).join('');
  if (found.length) throw new Failure(EXIT.USAGE, `'${word}' matches ${found.length} findings:${list}`);
  const close = nearest(word, [...all.map((f) => f.fingerprint), ...all.map((f) => f.hazard)]);
  throw new Failure(
    EXIT.USAGE,
    `no finding '${word}' in the last report (fingerprints of 'parse' match only if it gets --matrix).${close === undefined ? '' : ` Did you mean '${close}'?`}${list}`,
  );
};
