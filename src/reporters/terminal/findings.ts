/** The findings of a run, as lines of the summary. */
import { columnsOf } from './columns.js';
import type { FindingReport } from '../../model/report.js';
import { oneLine, plainDeep } from '../escape.js';
import * as words from '../wording.js';

/** Colours a text, if the caller wants colours. */
export type Paint = (tone: words.Tone | 'strong', text: string) => string;

/** Number of findings shown; the rest is only counted. */
export const MAX_FINDINGS = 30;

/** The title of a section. */
export const title = (paint: Paint, text: string): string => paint('strong', text);

/** A text filled up to a number of columns. */
export const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - columnsOf(text)));

/** A remark in parentheses, if there is one. */
export const aside = (text: string): string => (text === '' ? '' : ` (${text})`);

/** Where it is; of what has no place in any code, the cells in which it was seen. */
const headOf = (f: FindingReport): string => {
  const top = words.topFrame(f);
  const [place, name] = [words.placeOf(top), words.functionOf(top)];
  return place === '' && name === ''
    ? words.distinct(f.witnesses.map((w) => w.cell)).join(' ')
    : `${place}  ${name}`;
};

/** The open findings, most urgent first. Known and planted ones are counted. */
export const findings = (all: FindingReport[], paint: Paint): string[] => {
  const open = all.filter((f) => !f.planted && !f.known).sort(words.byUrgency);
  const planted = all.filter((f) => f.planted).length;
  const known = all.filter((f) => f.known).length;
  const warnings = open.filter((f) => f.tier).length;
  const note = [
    warnings > 0 && `, ${warnings} of them no errors`,
    known > 0 && `, and ${known} known`,
    planted > 0 && `, and ${planted} planted`,
  ]
    .filter(Boolean)
    .join('');
  if (open.length === 0) return [title(paint, `Findings: none${note}`)];
  return [
    title(paint, `Findings (${open.length}${note})`),
    ...open
      .slice(0, MAX_FINDINGS)
      .map(plainDeep)
      .flatMap((f) => {
        const caller = words.callerOf(f);
        const gates = words.distinct(f.witnesses.map((w) => `${w.binding}/${w.gate}`)).join(' ');
        return [
          `  ${f.tier ? paint('doubt', '!') : paint('bad', '✗')} ${headOf(f)}`,
          ...(caller === undefined ? [] : [`      called from ${caller}`]),
          `      ${f.hazard}: ${words.titleOf(f.hazard)}${f.complete ? '' : ' (the report is cut short)'}`,
          `      ${paint('quiet', oneLine(f.message))}`,
          ...(f.effect === undefined ? [] : [`      effect: ${oneLine(f.effect)}`]),
          ...(f.mend === undefined ? [] : [`      mend:   ${oneLine(f.mend)}`]),
          `      seen by ${gates}${aside(words.asideOf(f))}  [${f.fingerprint}]`,
          `      ${oneLine(f.repro)}`,
        ];
      }),
    ...(open.length > MAX_FINDINGS ? [`  … ${open.length - MAX_FINDINGS} more in the report`] : []),
  ];
};
