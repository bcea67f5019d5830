/** The wording of verdicts, exit codes and places, shared by terminal, JUnit and HTML. */
import { byText } from '../model/order.js';
import { EXIT } from '../model/exit-codes.js';
import type { Frame } from '../model/diagnostic.js';
import { hazard } from '../model/hazards.js';
import type {
  Accepted,
  CellReport,
  FindingReport,
  Report,
  ReportedFrame,
  SuppressionRow,
} from '../model/report.js';
import type { Verdict } from '../model/verdict.js';
import { oneLine } from './escape.js';

export type Blamed = NonNullable<NonNullable<Report['fixtures']>['blame']>['who'];
export type Tone = 'good' | 'bad' | 'doubt' | 'quiet';

/** Glyph and label of each kind of verdict, best first. Colour is never the only indication. */
export const VERDICTS: Record<Verdict['kind'], { glyph: string; label: string; tone: Tone }> = {
  clean: { glyph: '✓', label: 'clean', tone: 'good' },
  'as-declared': { glyph: '◆', label: 'as declared', tone: 'good' },
  skipped: { glyph: '–', label: 'skipped', tone: 'quiet' },
  hazard: { glyph: '✗', label: 'hazard', tone: 'bad' },
  'suite-failed': { glyph: '▲', label: 'suite failed', tone: 'bad' },
  'build-failed': { glyph: '■', label: 'build failed', tone: 'bad' },
  missed: { glyph: '○', label: 'missed', tone: 'doubt' },
  inconclusive: { glyph: '?', label: 'inconclusive', tone: 'doubt' },
};

export const VERDICT_KINDS = Object.keys(VERDICTS) as Verdict['kind'][];

/** The reason of a verdict in one line. Empty for a `clean` that covers everything. */
export const whyOf = (v: Verdict): string => {
  switch (v.kind) {
    case 'clean':
      return oneLine(v.why ?? '');
    case 'hazard':
      return oneLine([findingsOf(v), v.why].filter(Boolean).join(': '));
    case 'as-declared':
      return oneLine([`${count(v.caught, 'planted hazard')} caught`, v.why].filter(Boolean).join(': '));
    case 'missed':
      return oneLine(`${v.why} (${v.missed.join(', ')})`);
    case 'suite-failed':
    case 'build-failed':
    case 'skipped':
      return oneLine(v.why);
    case 'inconclusive':
      return oneLine(`${v.doubt}: ${v.why}`);
  }
};

/** `2 findings`, and how many of them are in the baseline. */
const findingsOf = (v: Extract<Verdict, { kind: 'hazard' }>): string =>
  v.known === 0
    ? count(v.findings, 'finding')
    : v.fresh === 0
      ? `${count(v.known, 'known finding')}, none fresh`
      : `${count(v.findings, 'finding')}, ${v.known} of them known`;

/** True if all findings are in the baseline. Such a cell does not make the run fail. */
export const isKnownOnly = (v: Verdict): boolean => v.kind === 'hazard' && v.fresh === 0;

/** Why a finding is accepted, by whom, and until when. */
export const acceptedOf = (a: { [K in keyof Accepted]: Accepted[K] | undefined }): string =>
  oneLine(
    [a.reason, [a.owner && `owner ${a.owner}`, a.expires && `until ${a.expires}`].filter(Boolean).join(', ')]
      .filter(Boolean)
      .join(' – '),
  );

/** The effect of a suppression in one or two words. */
export const suppressedOf = (s: SuppressionRow): string =>
  s.expired
    ? 'expired'
    : s.unused
      ? 'unused'
      : s.matched === undefined
        ? 'not counted'
        : `dropped ${s.matched}`;

/** Result of a failed test without the gate and when rerun alone. Empty if neither was tried. */
export const plainOf = (t: CellReport['failedTests'][number], gate: string): string =>
  [
    t.plain === 'failed' && 'fails without the gate too',
    t.plain === 'passed' && `only under ${gate}`,
    t.flaky && 'passed when run again alone',
  ]
    .filter(Boolean)
    .join(', ');

const ENDINGS: Readonly<Record<number, string>> = {
  [EXIT.OK]: 'every cell is clean, as declared, known, or skipped',
  [EXIT.HAZARD]: 'hazards were found, or an entry of the baseline or the suppressions no longer holds',
  [EXIT.USAGE]: 'usage or matrix error',
  [EXIT.NOTHING_SELECTED]: 'nothing was selected',
  [EXIT.TEST_FAILED]: 'a suite failed without a hazard',
  [EXIT.BUILD_FAILED]: 'a build failed',
  [EXIT.INCONCLUSIVE]: 'some cells prove nothing, or none ran',
  [EXIT.FAULT]: 'internal error',
  [EXIT.INTERRUPTED]: 'interrupted',
};

/** The meaning of an exit code of `run`. */
export const endingOf = (code: number): string => ENDINGS[code] ?? `unknown exit code ${code}`;

const OUTDATED = 'an entry of the baseline or the suppressions no longer holds';

/** How a run ended. An interrupted one says how much it has judged, a red one which of its reasons it has. */
export const endOf = (
  r: Pick<Report, 'exitCode' | 'cut' | 'cells' | 'baseline' | 'suppressions'>,
): string => {
  if (r.cut) return `interrupted: ${r.cut.judged} of ${count(r.cut.cells, 'cell')} were judged`;
  if (r.exitCode !== EXIT.HAZARD) return endingOf(r.exitCode);
  const outdated =
    (r.baseline && r.baseline.gone.length + r.baseline.expired.length > 0) ||
    r.suppressions?.some((s) => s.expired);
  const found = r.cells.some((c) => c.verdict.kind === 'hazard' && !isKnownOnly(c.verdict));
  return (
    [found && 'hazards were found', outdated && OUTDATED].filter(Boolean).join('; ') || endingOf(r.exitCode)
  );
};

/** `1 cell`, `2 cells`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `850 ms`, `3.2 s`, `4 m 05 s`, `2 h 03 m`. */
export const duration = (ms: number): string => {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 59.95) return `${s.toFixed(1)} s`;
  const rounded = Math.round(s);
  const two = (n: number): string => String(n).padStart(2, '0');
  return rounded < 3600
    ? `${Math.floor(rounded / 60)} m ${two(rounded % 60)} s`
    : `${Math.floor(rounded / 3600)} h ${two(Math.floor((rounded % 3600) / 60))} m`;
};

/** Number of cells of each kind of verdict. */
export const tally = (cells: readonly CellReport[]): Record<Verdict['kind'], number> => {
  const counts = Object.fromEntries(VERDICT_KINDS.map((k) => [k, 0])) as Record<Verdict['kind'], number>;
  for (const c of cells) counts[c.verdict.kind] += 1;
  return counts;
};

/** `suite-binding`, the part of a cell id before the underscore: a row of the matrix. */
export const rowOf = (c: CellReport): string => `${c.suite}-${c.binding}`;
/** `builder-gate`, the part of a cell id after the underscore: a column of the matrix. */
export const columnOf = (c: { builder: string; gate: string }): string => `${c.builder}-${c.gate}`;

/** Summary of a run in one sentence. */
export const headline = (report: Report): string => {
  const n = tally(report.cells);
  const proven = n.clean + n['as-declared'];
  const open = n.missed + n.inconclusive + n['build-failed'];
  const known = report.cells.filter((c) => isKnownOnly(c.verdict)).length;
  const parts = [
    `${proven} of ${count(report.cells.length, 'cell')} proven`,
    n.hazard - known > 0 && `${n.hazard - known} with hazards`,
    known > 0 && `${known} with known hazards only`,
    n['suite-failed'] && `${n['suite-failed']} with failed tests`,
    open && `${open} not proven`,
    n.skipped && `${n.skipped} skipped`,
  ];
  return parts.filter(Boolean).join(', ');
};

/** How many lanes an earlier run has proven, and how to prove them again. Undefined if none. */
export const provenBefore = ({ lanes }: Pick<Report, 'lanes'>): string | undefined => {
  const times = lanes.flatMap((l) => l.provenAt ?? []).sort(byText);
  const first = times[0];
  if (first === undefined) return undefined;
  const when = `${first.slice(0, 16).replace('T', ' ')} UTC`;
  return `${times.length} of ${count(lanes.length, 'lane')} proven by an earlier run under the same conditions (the oldest at ${when}); --prove runs every canary again`;
};

/** True for a frame in the project's code. */
export const isOwn = (f: ReportedFrame): boolean => f.own === true;

/** The project's own allocator, which every leak of it has on top. */
const isAllocator = (f: ReportedFrame): boolean =>
  f.kind !== 'opaque' && /[mc]alloc|realloc|strn?dup|memdup/i.test(f.function ?? '');

/**
 * The frame at which a finding is shown: its first own frame, searched stack by stack, else its first frame with a source. A
 * leak is shown at the code that asked for the block, not at an allocator of the project's.
 */
export const topFrame = (f: FindingReport): ReportedFrame | undefined => {
  for (const s of f.stacks) {
    const own = s.frames.filter(isOwn);
    const asked = f.leak ? own.find((x) => !isAllocator(x)) : undefined;
    if (own[0]) return asked ?? own[0];
  }
  return f.stacks.flatMap((s) => s.frames).find((x) => x.kind === 'source') ?? f.stacks[0]?.frames[0];
};

/** `file:line`, or the best known place of a frame. */
export const placeOf = (f: Frame | undefined): string => {
  if (!f) return '';
  switch (f.kind) {
    case 'source':
      return oneLine(`${f.file}:${f.line}`);
    case 'module':
      return oneLine(
        [f.function, `(${f.module}${f.offset ? `+${f.offset}` : ''})`].filter(Boolean).join(' '),
      );
    case 'symbol':
      return oneLine([f.function, f.file && `(${f.file})`].filter(Boolean).join(' '));
    case 'opaque':
      return oneLine(f.text);
  }
};

/** The function of a frame on one line, or an empty string. */
export const functionOf = (f: Frame | undefined): string =>
  f && f.kind !== 'opaque' && f.function ? oneLine(f.function) : '';

/** The catalogue's title, or the id if this version does not know it. */
export const titleOf = (id: string): string => hazard(id)?.title ?? oneLine(id);

/** The host's own line that called, on one line. Undefined if it is not known. */
export const callerOf = ({ caller }: Pick<FindingReport, 'caller'>): string | undefined =>
  caller && oneLine(`${caller.file}:${caller.line} ${caller.function}`);

/** Additional facts about a finding: its scope, and the seed of its schedule. */
export const asideOf = (f: FindingReport): string =>
  [f.scope, f.seed !== undefined && `seed ${f.seed}`].filter(Boolean).join(', ');

/** Distinct values in order of first appearance. */
export const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Sorts by urgency: unplanted first, then fresh, then errors, then own code, then by hazard and fingerprint. */
export const byUrgency = (a: FindingReport, b: FindingReport): number =>
  Number(a.planted) - Number(b.planted) ||
  Number(a.known !== undefined) - Number(b.known !== undefined) ||
  Number(a.tier !== undefined) - Number(b.tier !== undefined) ||
  ORIGINS.indexOf(a.origin) - ORIGINS.indexOf(b.origin) ||
  byText(a.hazard, b.hazard) ||
  byText(a.fingerprint, b.fingerprint);

const ORIGINS = ['own', 'host', 'runtime', 'tool'];
