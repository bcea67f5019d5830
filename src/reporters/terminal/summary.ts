/** The summary at the end of a run, as lines of plain text. */
import { byText } from '../../model/order.js';
import { laneId } from '../../model/cell-id.js';
import { EXIT } from '../../model/exit-codes.js';
import { styleText } from 'node:util';
import { columnsOf } from './columns.js';
import type { CellReport, Report } from '../../model/report.js';
import { inert, oneLine, plainDeep } from '../escape.js';
import { drivenLines } from '../driven.js';
import * as words from '../wording.js';
import { aside, findings, MAX_FINDINGS, pad, title, type Paint } from './findings.js';
import { fixtures } from './fixtures.js';

/** `width` is in columns. */
export type SummaryLook = { width: number; color: boolean };

/** Matrix, reasons, findings, and what is not proven. Only the line about blame may be wider than `width`. */
export const renderSummary = (given: Report, { width, color }: SummaryLook): string[] => {
  // Findings may be many, and few are shown: these are made harmless where they are shown.
  const { findings: seen, runtimeBucket, ...rest } = given;
  const report = { ...plainDeep(rest), findings: seen, runtimeBucket };
  const paint: Paint = (tone, text) => (color ? COLOURS[tone](inert(text)) : text);
  const sections = [
    matrix(report.cells, width, paint),
    reasons(report.cells, paint),
    findings(report.findings, paint),
    baseline(report, paint),
    suppressions(report, paint),
    lanes(report, paint),
    report.unavailable.length > 0 && [
      title(paint, `Unavailable (${report.unavailable.length})`),
      ...report.unavailable.flatMap((u) => [
        `  ${u.lane}  ${oneLine(u.why)}`,
        `      → ${oneLine(u.remedy)}`,
      ]),
    ],
    fixtures(report, paint),
    blindness(report, paint),
    drivenLines(report).map(oneLine),
    bucket(report),
    [
      ...[words.provenBefore(report)].flatMap((text) => (text === undefined ? [] : [paint('quiet', text)])),
      paint('strong', words.headline(report)),
      paint(
        report.exitCode === EXIT.OK ? 'good' : report.exitCode === EXIT.INCONCLUSIVE ? 'doubt' : 'bad',
        `exit ${report.exitCode}: ${words.endOf(report)} (${words.duration(report.ms)})`,
      ),
    ],
  ];
  return [
    ...sections
      .filter((s): s is string[] => s !== false && s.length > 0)
      .flatMap((s, i) => (i === 0 ? s : ['', ...s]))
      .map((line) => cut(line, width)),
    // Never shortened, since it contains the remedy.
    ...blamed(report, paint),
  ].map(inert);
};

const BLAMED: Record<words.Blamed, string> = {
  machine: 'This machine is to blame, not ffi-gates',
  toolchain: 'A version of a tool here is to blame',
  gate: 'A gate of ffi-gates is to blame, not this machine',
  fixture: 'A fixture of ffi-gates is to blame, not this machine',
};

/** For a failed run of our own fixtures: who is to blame, and the remedy. */
const blamed = ({ fixtures: f }: Report, paint: Paint): string[] =>
  f?.blame
    ? [paint('doubt', `${BLAMED[f.blame.who]}: ${oneLine(`${f.blame.says} → ${f.blame.remedy}`)}`)]
    : [];

// The caller decides about colour.
const style = (format: Parameters<typeof styleText>[0], text: string): string =>
  styleText(format, text, { validateStream: false });

const COLOURS: Record<words.Tone | 'strong', (text: string) => string> = {
  good: (t) => style('green', t),
  bad: (t) => style('red', t),
  doubt: (t) => style('yellow', t),
  quiet: (t) => style('gray', t),
  strong: (t) => style('bold', t),
};

/** Shortens a line that is too wide. It loses its colours: a cut inside an escape sequence would leak it. */
const cut = (line: string, width: number): string => {
  if (columnsOf(line) <= width) return line;
  let out = '';
  let used = 1;
  for (const c of oneLineKeepIndent(line)) {
    used += columnsOf(c);
    if (used > width) break;
    out += c;
  }
  return `${out}…`;
};

const oneLineKeepIndent = (line: string): string => `${/^ */.exec(line)?.[0] ?? ''}${oneLine(line)}`;

/** Suites by lanes, in as many blocks of columns as the width requires. */
const matrix = (cells: CellReport[], width: number, paint: Paint): string[] => {
  const rows = words.distinct(cells.map(words.rowOf));
  const columns = words
    .distinct(cells.map(words.columnOf))
    .sort((a, b) => byText(gateFirst(a), gateFirst(b)));
  const at = new Map(cells.map((c) => [`${words.rowOf(c)}\0${words.columnOf(c)}`, c]));
  const left = Math.max(...rows.map((r) => r.length), 5) + 2;
  const blocks: string[][] = [[]];
  let room = width - left;
  for (const column of columns) {
    if (column.length + 2 > room && blocks.at(-1)?.length) {
      blocks.push([]);
      room = width - left;
    }
    blocks.at(-1)?.push(column);
    room -= column.length + 2;
  }
  const lines = blocks.flatMap((block) => {
    const shown = rows.filter((row) => block.some((column) => at.has(`${row}\0${column}`)));
    return [
      ' '.repeat(left) + block.map((c) => pad(c, c.length + 2)).join(''),
      ...shown.map((row) => {
        const line = block
          .map((column) => mark(at.get(`${row}\0${column}`), column.length + 2, paint))
          .join('');
        return `${pad(row, left)}${line}`.trimEnd();
      }),
    ];
  });
  const used = words.VERDICT_KINDS.filter((k) => cells.some((c) => c.verdict.kind === k));
  const legend = used.map(
    (k) => `${words.VERDICTS[k].glyph} ${words.VERDICTS[k].label} ${words.tally(cells)[k]}`,
  );
  return [...lines, '', `  ${legend.join('   ')}`];
};

const gateFirst = (column: string): string => column.split('-').reverse().join('-');

const mark = (c: CellReport | undefined, width: number, paint: Paint): string => {
  if (!c) return pad('·', width);
  const { glyph, tone } = words.VERDICTS[c.verdict.kind];
  if (words.isKnownOnly(c.verdict)) return paint('quiet', pad(`${glyph} known`, width));
  const n = c.verdict.kind === 'hazard' ? ` ${c.verdict.fresh}` : '';
  return paint(tone, pad(`${glyph}${n}`, width));
};

/** The reason of each cell that is neither clean, as declared nor a hazard. */
const reasons = (cells: CellReport[], paint: Paint): string[] => {
  const quiet = new Set(['clean', 'as-declared', 'hazard']);
  const explained = cells
    .filter((c) => !quiet.has(c.verdict.kind) || c.uncollected !== undefined)
    .sort((a, b) => byText(a.verdict.kind, b.verdict.kind) || byText(a.id, b.id));
  if (explained.length === 0) return [];
  const left = Math.max(...explained.map((c) => c.id.length));
  return [
    title(paint, 'Not clean'),
    ...explained.flatMap((c) => {
      const { glyph, label, tone } = words.VERDICTS[c.verdict.kind];
      const compiler = c.verdict.kind === 'build-failed' ? c.verdict.why.split('\n').slice(1, 6) : [];
      const more = [
        ...compiler.map((line) => oneLine(line)),
        ...c.failedTests
          .slice(0, 5)
          .map((t) =>
            oneLine(`failed ${t.test}${aside(words.plainOf(t, c.gate))}: ${t.message?.split('\n')[0] ?? ''}`),
          ),
        ...c.diedIn.slice(0, 5).map((t) => oneLine(`died in ${t}`)),
        ...c.unread.slice(0, 3).map((u) => oneLine(`${u.log}:${u.line}: ${u.text}`)),
      ];
      return [
        `  ${paint(tone, glyph)} ${pad(c.id, left)}  ${label}: ${words.whyOf(c.verdict)}`,
        ...more.map((m) => `      ${m}`),
      ];
    }),
  ];
};

const baseline = ({ baseline: b, findings: all }: Report, paint: Paint): string[] => {
  if (!b) return [];
  const rows = (kind: string, entries: typeof b.gone, tone: words.Tone): string[] =>
    entries.flatMap((e) => [
      `  ${paint(tone, kind)}  ${e.fingerprint}  ${e.hazard}  ${oneLine(e.where)}`,
      `      ${words.acceptedOf(e)}`,
    ]);
  const stale = b.gone.length + b.expired.length;
  return [
    title(paint, `Baseline ${b.file}: ${b.fresh} fresh, ${b.known} known, ${b.gone.length} gone`),
    ...all
      .filter((f) => f.known)
      .slice(0, MAX_FINDINGS)
      .map(plainDeep)
      .map((f) => `  known  ${f.fingerprint}  ${f.hazard}  ${words.acceptedOf(f.known!)}`),
    ...rows('gone', b.gone, 'bad'),
    ...rows('expired', b.expired, 'bad'),
    ...(b.unchecked.length
      ? [`  ${words.count(b.unchecked.length, 'known finding')} could not be checked in this run`]
      : []),
    ...(stale ? ['  → ffi-gates baseline --prune   removes gone and expired entries'] : []),
  ];
};

const suppressions = ({ suppressions: all }: Report, paint: Paint): string[] => {
  if (!all) return [];
  return [
    title(paint, `Suppressions (${all.length})`),
    ...all.flatMap((s) => [
      `  ${words.suppressedOf(s)}  ${oneLine(s.name)}`,
      `      ${words.acceptedOf(s)}`,
      ...(s.hides.length
        ? [paint('doubt', `      too broad: it would have hidden the planted ${s.hides.join(', ')}`)]
        : []),
    ]),
  ];
};

const lanes = (report: Report, paint: Paint): string[] => {
  const open = report.lanes.filter((l) => !l.proven);
  if (open.length === 0) return [];
  return [
    title(paint, `Lanes not proven (${open.length} of ${report.lanes.length})`),
    ...open.flatMap((l) => [
      `  ${paint('doubt', '○')} ${laneId(l)}`,
      ...l.canaries.filter((c) => !c.seen).map((c) => `      ${c.class}: ${oneLine(c.why ?? 'not seen')}`),
    ]),
  ];
};

/** Counted, since they are the same after each run. The report lists them. */
const unseen = ({ unseenHazards: rows }: Report): string[] => {
  const [first] = rows;
  if (first === undefined) return [];
  const bindings = [...new Set(rows.flatMap((u) => u.bindings))].sort();
  const what = `${words.count(rows.length, 'kind')} of hazard that no gate of this run sees (${bindings.join(' ')})`;
  return [`  ${what}`, `      → ffi-gates explain ${first.hazard}; the report lists them`];
};

const blindness = (report: Report, paint: Paint): string[] => {
  const dark = report.cells.filter((c) => (c.objects?.blind.length ?? 0) > 0);
  const lines = [
    ...unseen(report),
    ...dark
      .map((c) => oneLine(`${c.id} has uninstrumented objects: ${c.objects?.blind.join(' ')}`))
      .map((l) => `  ◐ ${l}`),
    ...report.lanes.flatMap((l) =>
      l.noHostLines === undefined
        ? []
        : [
            `  ${oneLine(`${l.binding}_${l.builder}-${l.gate}: no lines of the host, because ${l.noHostLines}`)}`,
          ],
    ),
  ];
  return lines.length === 0 ? [] : [title(paint, 'Blind spots'), ...lines];
};

const bucket = (report: Report): string[] =>
  report.runtimeBucket.length === 0
    ? []
    : [
        `${words.count(report.runtimeBucket.length, 'finding')} entirely outside your own objects (runtime bucket)`,
      ];
