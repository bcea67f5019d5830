/** Merges diagnostics into findings: one per fingerprint, with all witnesses. */
import { isPlanted } from '../model/role.js';
import { byText } from '../model/order.js';
import { relative } from 'node:path';
import { isOwnManaged } from './origin.js';
import { boundaryOf, fingerprintOf } from './fingerprint.js';
import { projectFrames, type ProjectCode } from '../model/project-code.js';
import type { Frame, Stack } from '../model/diagnostic.js';
import type { Judged } from './judge.js';
import type { FindingReport, ReportedFrame, ReportedStack, Witness } from '../model/report.js';
import type { SourceReader } from '../process/source-reader.js';
import { scopeOf } from './compare-cells.js';

const CONTEXT = 3;
const reported = (f: Frame, mine: readonly Frame[], root: string): ReportedFrame => {
  if (!mine.includes(f)) return f;
  const near =
    f.kind === 'source' && f.file.startsWith(`${root}/`) ? { ...f, file: relative(root, f.file) } : f;
  return { ...near, own: true };
};

/** Whether the JVM printed a stack: its frames name classes and no directories. */
const isJava = (k: Stack): boolean =>
  k.role === 'managed' &&
  k.frames.some(
    (f) => f.kind === 'symbol' || (f.kind === 'source' && /\.(?:java|kt|scala|groovy)$/.test(f.file)),
  );

/**
 * A stack as reported: own frames are marked, with the lines around the first of them if its file can be
 * read.
 */
const withSource = async (
  k: Stack,
  own: ProjectCode,
  root: string,
  readSource: SourceReader,
): Promise<ReportedStack> => {
  const mine = isJava(k) ? k.frames.filter(isOwnManaged) : projectFrames(k.frames, own);
  const stack: ReportedStack = { ...k, frames: k.frames.map((f) => reported(f, mine, root)) };
  const f = mine.find((x) => x.kind === 'source');
  if (f?.kind !== 'source') return stack;
  const lines = await readSource(f.file);
  if (!lines?.[f.line - 1]) return stack;
  const from = Math.max(1, f.line - CONTEXT);
  const around = lines.slice(from - 1, f.line + CONTEXT).map((text, i) => ({ no: from + i, text }));
  const file = f.file.startsWith(`${root}/`) ? relative(root, f.file) : f.file;
  return { ...stack, source: { file, line: f.line, lines: around } };
};

type Draft = Omit<FindingReport, 'stacks'> & { stacks: Stack[]; own: ProjectCode };
/** Findings and the runtime bucket, each sorted by hazard and fingerprint. */
export const mergeFindings = async (
  cells: readonly Judged[],
  out: string,
  root: string,
  readSource: SourceReader,
): Promise<{ findings: FindingReport[]; runtimeBucket: FindingReport[] }> => {
  const drafts = new Map<string, Draft>();
  for (const j of cells) {
    const { cell, own } = j.evidence;
    const planted = isPlanted(cell.suite.role);
    for (const s of j.seen) {
      const fingerprint = fingerprintOf(s.diagnostic, own);
      const key = `${s.origin === 'runtime' ? 'r' : 'f'}${fingerprint}`;
      const witness: Witness = {
        cell: cell.id,
        log: relative(out, s.log),
        line: s.diagnostic.log.line,
        gate: cell.gate.id,
        binding: cell.suite.binding,
        ...(s.test === undefined ? {} : { test: s.test }),
        count: s.diagnostic.count ?? 1,
      };
      const known = drafts.get(key);
      if (known) {
        // A command that runs one test is more useful than one that runs all.
        if (s.test !== undefined && known.witnesses.every((w) => w.test === undefined)) {
          known.repro = s.repro;
          if (s.diagnostic.seed !== undefined) known.seed = s.diagnostic.seed;
        }
        known.witnesses.push(witness);
        known.planted &&= planted;
        // The complete report with the most stacks represents the finding.
        if (s.diagnostic.complete && s.diagnostic.stacks.length > known.stacks.length)
          Object.assign(known, {
            stacks: s.diagnostic.stacks,
            own,
            message: s.diagnostic.message,
            rule: s.diagnostic.rule,
          });
        continue;
      }
      const boundary = boundaryOf(s.diagnostic, own);
      drafts.set(key, {
        fingerprint,
        hazard: s.diagnostic.hazard,
        rule: s.diagnostic.rule,
        origin: s.origin,
        message: s.diagnostic.message,
        complete: s.diagnostic.complete,
        stacks: s.diagnostic.stacks,
        ...(boundary ? { boundary } : {}),
        ...(s.diagnostic.leak
          ? { leak: { bytes: s.diagnostic.leak.bytes, objects: s.diagnostic.leak.objects } }
          : {}),
        planted,
        witnesses: [witness],
        repro: s.repro,
        ...(s.diagnostic.seed === undefined ? {} : { seed: s.diagnostic.seed }),
        own,
      });
    }
  }
  const findings: FindingReport[] = [];
  const runtimeBucket: FindingReport[] = [];
  for (const { own, ...d } of [...drafts.values()].sort(
    (a, b) => byText(a.hazard, b.hazard) || byText(a.fingerprint, b.fingerprint),
  )) {
    const stacks = await Promise.all(d.stacks.map((k) => withSource(k, own, root, readSource)));
    const scope = scopeOf(d.witnesses, cells);
    (d.origin === 'runtime' ? runtimeBucket : findings).push({ ...d, ...(scope ? { scope } : {}), stacks });
  }
  return { findings, runtimeBucket };
};
