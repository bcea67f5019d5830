/** The score of planted hazards in the summary of a run. */
import type { Report } from '../../model/report.js';
import { oneLine } from '../escape.js';
import * as words from '../wording.js';
import { pad, title, type Paint } from './findings.js';

type Fixtures = NonNullable<Report['fixtures']>;

/** What was planted: caught or missed, with or without the host's line, and by whom. */
export const fixtures = ({ fixtures: f }: Report, paint: Paint): string[] => {
  if (!f) return [];
  const noisy = f.noisyTwins.map((t) => `  ✗ ${t.cell}${t.test ? ` ${oneLine(t.test)}` : ''}: ${t.finding}`);
  const tone = f.missed.length > 0 ? 'doubt' : 'good';
  return [
    title(paint, 'Planted hazards'),
    `  ${paint(tone, `${f.caught} of ${f.declared} caught`)}, ${f.noisyTwins.length} of ${words.count(f.twins, 'twin')} noisy`,
    ...f.missed.map((m) => `  ○ ${m.gate} missed ${m.case} (${m.hazard}) at ${m.at} in ${m.cell}`),
    ...noisy,
    ...hostLines(f),
    ...f.detection.map((d) => `  ${pad(d.hazard, 36)}  ${detection(d)}`),
  ];
};

const hostLines = ({ hostLines: rows = [], hostLinesLost: lost = [] }: Fixtures): string[] => {
  if (rows.length === 0) return [];
  const sum = (key: 'seen' | 'shown'): number => rows.reduce((n, r) => n + r[key], 0);
  return [
    `  ${sum('shown')} of ${sum('seen')} show the host's line`,
    ...lost.map((l) =>
      oneLine(
        `  ○ ${l.cell}: ${l.case} shows ${l.instead ?? 'no line of the host'}, ${l.at === undefined ? 'and none is annotated' : `not ${l.at}`}`,
      ),
    ),
  ];
};

type Detection = Fixtures['detection'][number];

const detection = (d: Detection): string =>
  [
    ...Object.entries(d.bindings)
      .filter(([, gates]) => gates.length > 0)
      .map(([b, gates]) => `${b}: ${gates.join(' ')}`),
    ...(d.blind.length > 0 ? [`blind: ${d.blind.join(' ')}`] : []),
  ].join('  ');
