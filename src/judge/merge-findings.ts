/** Merges diagnostics into findings: one per fingerprint, with all witnesses. */
import { isPlanted } from '../model/role.js';
import { byText } from '../model/order.js';
import { relative } from 'node:path';
import { isOwnManaged } from './origin.js';
import { boundaryOf, fingerprintOf } from './fingerprint.js';
import { projectFrames, type ProjectCode } from '../model/project-code.js';
import { isOfBlock, type Frame, type Stack } from '../model/diagnostic.js';
import type { Judged } from './judge.js';
import type { Caller, FindingReport, ReportedFrame, ReportedStack, Witness } from '../model/report.js';
import type { SourceReader } from '../process/source-reader.js';
import { scopeOf } from './compare-cells.js';

const CONTEXT = 3;
/** A file of the repository relative to its root. */
const near = (file: string, root: string): string =>
  file.startsWith(`${root}/`) ? relative(root, file) : file;

const reported = (f: Frame, mine: readonly Frame[], root: string): ReportedFrame => {
  if (!mine.includes(f)) return f;
  return { ...(f.kind === 'source' ? { ...f, file: near(f.file, root) } : f), own: true };
};

/** Whether the JVM printed a stack: its frames name classes and no directories. */
const isJava = (k: Stack): boolean =>
  k.role === 'managed' &&
  (k.host === undefined
    ? k.frames.some(
        (f) => f.kind === 'symbol' || (f.kind === 'source' && /\.(?:java|kt|scala|groovy)$/.test(f.file)),
      )
    : k.host === 'jvm');

/** The project's frames of a stack, and the first of them that has a source: the lines around it are shown. */
export const shownSource = (
  k: Stack,
  own: ProjectCode,
): { mine: Frame[]; shown?: Extract<Frame, { kind: 'source' }> } => {
  const mine = isJava(k) ? k.frames.filter(isOwnManaged) : projectFrames(k.frames, own);
  const shown = mine.find((x) => x.kind === 'source');
  return { mine, ...(shown?.kind === 'source' ? { shown } : {}) };
};

/** The innermost line of the project's code of each stack in the host's own language, that of the fault first. */
export const callersOf = (stacks: readonly Stack[], own: ProjectCode): Caller[] =>
  stacks.flatMap((k) => {
    const shown = k.role === 'managed' && !isOfBlock(k) ? shownSource(k, own).shown : undefined;
    return shown ? [{ function: shown.function, file: shown.file, line: shown.line }] : [];
  });

/** The innermost line of the project's code in stacks of the host's own language. */
export const callerOf = (stacks: readonly Stack[], own: ProjectCode): Caller | undefined =>
  callersOf(stacks, own)[0];

/** First and last line that are shown around a line. */
export const linesAround = (line: number): { first: number; last: number } => ({
  first: Math.max(1, line - CONTEXT),
  last: line + CONTEXT,
});

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
  const { mine, shown: f } = shownSource(k, own);
  const stack: ReportedStack = { ...k, frames: k.frames.map((x) => reported(x, mine, root)) };
  if (!f) return stack;
  const lines = await readSource(f.file, own.dirs);
  if (!lines?.[f.line - 1]) return stack;
  const { first: from, last } = linesAround(f.line);
  const around = lines.slice(from - 1, last).map((text, i) => ({ no: from + i, text }));
  return { ...stack, source: { file: near(f.file, root), line: f.line, lines: around } };
};

/** One report of a finding, and the cell that saw it. */
type Report = { cell: Judged; seen: Judged['seen'][number] };

/** The report that represents a finding: a complete one before others, then one that makes cells red, then the one with the most stacks, then the first. */
const representative = (reports: readonly Report[]): Report =>
  reports.reduce((best, r) => {
    const [a, b] = [best.seen.diagnostic, r.seen.diagnostic];
    if (a.complete !== b.complete) return b.complete ? r : best;
    if ((a.tier === undefined) !== (b.tier === undefined)) return b.tier === undefined ? r : best;
    return b.stacks.length > a.stacks.length ? r : best;
  });

/** `caller` with its file relative to the root of the repository. */
const nearCaller = (stacks: readonly Stack[], own: ProjectCode, root: string): { caller?: Caller } => {
  const caller = callerOf(stacks, own);
  return caller ? { caller: { ...caller, file: near(caller.file, root) } } : {};
};

const witnessOf = ({ cell: j, seen: s }: Report, out: string, root: string): Witness => ({
  cell: j.evidence.cell.id,
  log: relative(out, s.log),
  line: s.diagnostic.log.line,
  gate: j.evidence.cell.gate.id,
  binding: j.evidence.cell.suite.binding,
  ...(s.test === undefined ? {} : { test: s.test }),
  ...nearCaller(s.diagnostic.stacks, j.evidence.own, root),
  count: s.diagnostic.count ?? 1,
});

/** The finding's tier: that of its most severe report. */
const tierOf = (reports: readonly Report[]): Pick<FindingReport, 'tier'> => {
  const tiers = new Set(reports.map((r) => r.seen.diagnostic.tier));
  if (tiers.has(undefined)) return {};
  return { tier: tiers.has('warning') ? 'warning' : 'info' };
};

/** One witness for each log and test of a cell, and of leaks for each line that called: a runtime may repeat one report thousands of times. */
const witnessesOf = (reports: readonly Report[], out: string, root: string): Witness[] => {
  const groups = new Map<string, Witness>();
  for (const r of reports) {
    const w = witnessOf(r, out, root);
    // One function may allocate for many lines of the host, each of which may be the one that forgets.
    const line = r.seen.diagnostic.leak === undefined ? undefined : w.caller;
    const key = JSON.stringify([w.cell, w.log, w.test, line?.file, line?.line]);
    const first = groups.get(key);
    if (!first) {
      groups.set(key, w);
      continue;
    }
    first.count += w.count;
    (first.lines ??= []).push(w.line);
  }
  return [...groups.values()];
};

/** All that a finding says, from one report: its parts belong together. */
const findingOf = (
  reports: readonly [Report, ...Report[]],
  out: string,
  root: string,
): Omit<FindingReport, 'stacks' | 'scope'> & { stacks: Stack[]; own: ProjectCode } => {
  const { cell, seen } = representative(reports);
  const { diagnostic } = seen;
  const { own } = cell.evidence;
  // A command that runs one test is more useful than one that runs all. A seed holds for its own command only, and the
  // command of an input that the message tells of is that input's.
  const again =
    diagnostic.vector === undefined
      ? (reports.find((r) => r.seen.test !== undefined) ?? reports[0]).seen
      : seen;
  const boundary = boundaryOf(diagnostic, own);
  const { leak } = diagnostic;
  return {
    fingerprint: fingerprintOf(diagnostic, own),
    hazard: diagnostic.hazard,
    rule: diagnostic.rule,
    origin: reports[0].seen.origin,
    ...tierOf(reports),
    message: diagnostic.message,
    ...(diagnostic.effect === undefined ? {} : { effect: diagnostic.effect }),
    ...(diagnostic.mend === undefined ? {} : { mend: diagnostic.mend }),
    complete: diagnostic.complete,
    stacks: diagnostic.stacks,
    ...(boundary ? { boundary } : {}),
    ...nearCaller(diagnostic.stacks, own, root),
    ...(leak ? { leak: { bytes: leak.bytes, objects: leak.objects } } : {}),
    planted: reports.every((r) => isPlanted(r.cell.evidence.cell.suite.role)),
    witnesses: witnessesOf(reports, out, root),
    repro: again.repro,
    ...(again.diagnostic.seed === undefined ? {} : { seed: again.diagnostic.seed }),
    own,
  };
};

/** Findings and the runtime bucket, each sorted by hazard and fingerprint. */
export const mergeFindings = async (
  cells: readonly Judged[],
  out: string,
  root: string,
  readSource: SourceReader,
): Promise<{ findings: FindingReport[]; runtimeBucket: FindingReport[] }> => {
  const groups = new Map<string, [Report, ...Report[]]>();
  for (const cell of cells)
    for (const seen of cell.seen) {
      const kind = seen.origin === 'runtime' ? 'runtime' : 'finding';
      const key = `${kind} ${fingerprintOf(seen.diagnostic, cell.evidence.own)}`;
      const group = groups.get(key);
      if (group) group.push({ cell, seen });
      else groups.set(key, [{ cell, seen }]);
    }
  const merged = [...groups.values()].map((reports) => findingOf(reports, out, root));
  merged.sort((a, b) => byText(a.hazard, b.hazard) || byText(a.fingerprint, b.fingerprint));
  const findings: FindingReport[] = [];
  const runtimeBucket: FindingReport[] = [];
  for (const { own, ...f } of merged) {
    const stacks = await Promise.all(f.stacks.map((k) => withSource(k, own, root, readSource)));
    const scope = scopeOf(f.witnesses, cells);
    (f.origin === 'runtime' ? runtimeBucket : findings).push({ ...f, ...(scope ? { scope } : {}), stacks });
  }
  return { findings, runtimeBucket };
};
