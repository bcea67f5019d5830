/**
 * The report without scripts, for `<noscript>`: some CI servers serve reports in a sandbox without scripts.
 */
import { byText } from '../../model/order.js';
import type { FindingReport, Report } from '../../model/report.js';
import { drivenLines } from '../driven.js';
import { plainDeep } from '../escape.js';
import { escape } from './escape.js';
import {
  acceptedOf,
  byUrgency,
  distinct,
  endOf,
  headline,
  placeOf,
  provenBefore,
  suppressedOf,
  titleOf,
  topFrame,
  VERDICTS,
  whyOf,
} from '../wording.js';

/** Rows of a table. More would make the file as large as the report. */
const MAX_ROWS = 200;

/** Headline, cells, findings and everything not proven, as tables. */
export const staticPage = (given: Report): string => {
  const { findings: all, runtimeBucket, ...rest } = given;
  const r = { ...plainDeep(rest), findings: all, runtimeBucket };
  return [
    `<h1>ffi-gates: ${escape(headline(r))}</h1>`,
    `<p>Exit code ${r.exitCode}: ${escape(endOf(r))}. ${escape(r.matrix)}, ${escape(r.started)}.</p>`,
    ...[provenBefore(r)].flatMap((text) => (text === undefined ? [] : [`<p>${escape(text)}</p>`])),
    ...drivenLines(r).map((text) => `<p>${escape(text)}</p>`),
    table('Findings', ['hazard', 'what', 'where', 'message', 'seen by'], findings(r)),
    table('Cells', ['', 'cell', 'verdict', 'why'], cells(r)),
    table('Baseline entries that no longer hold', ['entry', 'why', 'reason'], baseline(r)),
    table(
      'Suppressions',
      ['entry', 'dropped', 'reason', 'planted bugs it would hide'],
      (r.suppressions ?? []).map((s) => [s.name, suppressedOf(s), acceptedOf(s), s.hides.join(' ')]),
    ),
    table('Lanes not proven', ['lane', 'canary', 'why'], lanes(r)),
    table(
      'Unavailable',
      ['lane', 'why', 'remedy'],
      r.unavailable.map((u) => [u.lane, u.why, u.remedy]),
    ),
    table(
      'Hazards that no gate here can see',
      ['hazard', 'what', 'bindings'],
      r.unseenHazards.map((u) => [u.hazard, u.title, u.bindings.join(', ')]),
    ),
    `<p>Findings entirely outside your own objects: ${r.runtimeBucket.length}.</p>`,
  ].join('\n');
};

const findings = (r: Report): string[][] =>
  [...r.findings].sort(byUrgency).map((f, i) =>
    // Rows that are not shown are only counted.
    i >= MAX_ROWS ? [] : findingRow(plainDeep(f)),
  );

const findingRow = (f: FindingReport): string[] => [
  `${f.hazard}${f.planted ? ' (planted)' : ''}${f.known ? ` (known: ${acceptedOf(f.known)})` : ''}`,
  titleOf(f.hazard),
  placeOf(topFrame(f)),
  f.message,
  distinct(f.witnesses.map((w) => w.cell)).join(' '),
];

const baseline = (r: Report): string[][] => [
  ...(r.baseline?.gone ?? []).map((e) => [`${e.hazard} ${e.where}`, 'gone', acceptedOf(e)]),
  ...(r.baseline?.expired ?? []).map((e) => [`${e.hazard} ${e.where}`, 'expired', acceptedOf(e)]),
];

const cells = (r: Report): string[][] =>
  [...r.cells]
    .sort((a, b) => byText(a.id, b.id))
    .map((c) => [VERDICTS[c.verdict.kind].glyph, c.id, VERDICTS[c.verdict.kind].label, whyOf(c.verdict)]);

const lanes = (r: Report): string[][] =>
  r.lanes
    .filter((l) => !l.proven)
    .flatMap((l) =>
      l.canaries
        .filter((c) => !c.seen)
        .map((c) => [`${l.binding}_${l.builder}-${l.gate}`, c.class, c.why ?? 'not seen']),
    );

const table = (title: string, head: string[], rows: string[][]): string => {
  if (rows.length === 0) return '';
  const line = (tag: 'th' | 'td', texts: string[]): string =>
    `<tr>${texts.map((t) => `<${tag}>${escape(t)}</${tag}>`).join('')}</tr>`;
  const shown = rows.slice(0, MAX_ROWS).map((row) => line('td', row));
  const more = rows.length - shown.length;
  return [
    `<h2>${escape(title)}</h2><table>${line('th', head)}${shown.join('\n')}</table>`,
    more > 0 ? `<p>… and ${more} more, which are in report.json.</p>` : '',
  ].join('');
};
