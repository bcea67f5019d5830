/**
 * The report without scripts, for `<noscript>`: some CI servers serve reports in a sandbox without scripts.
 */
import { byText } from '../../model/order.js';
import type { Report } from '../../model/report.js';
import { escape } from './escape.js';
import {
  acceptedOf,
  byUrgency,
  distinct,
  endingOf,
  headline,
  placeOf,
  suppressedOf,
  titleOf,
  topFrame,
  VERDICTS,
  whyOf,
} from '../wording.js';

/** Headline, cells, findings and everything not proven, as tables. */
export const staticPage = (r: Report): string =>
  [
    `<h1>ffi-gates: ${escape(headline(r))}</h1>`,
    `<p>Exit code ${r.exitCode}: ${escape(endingOf(r.exitCode))}. ${escape(r.matrix)}, ${escape(r.started)}.</p>`,
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

const findings = (r: Report): string[][] =>
  [...r.findings]
    .sort(byUrgency)
    .map((f) => [
      `${f.hazard}${f.planted ? ' (planted)' : ''}${f.known ? ` (known: ${acceptedOf(f.known)})` : ''}`,
      titleOf(f.hazard),
      placeOf(topFrame(f)),
      f.message,
      distinct(f.witnesses.map((w) => w.cell)).join(' '),
    ]);

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

const table = (title: string, head: string[], rows: string[][]): string =>
  rows.length === 0
    ? ''
    : `<h2>${escape(title)}</h2><table><tr>${head.map((h) => `<th>${escape(h)}</th>`).join('')}</tr>${rows
        .map((row) => `<tr>${row.map((c) => `<td>${escape(c)}</td>`).join('')}</tr>`)
        .join('\n')}</table>`;
