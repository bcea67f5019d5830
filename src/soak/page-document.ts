/** The page as headings and tables, the same for every format. All text for people stands here. Pure. */
import type { Accepted } from '../model/report.js';
import { oneLine } from '../reporters/escape.js';
import { count, duration, endingOf, titleOf } from '../reporters/wording.js';
import { spentIn, type EndReason, type Night } from './history.js';
import type { FindingRow, InCell, OtherRow, Page, Seen, State } from './page.js';
import { saysOf } from './perturbations.js';
import { intervalOf, type Rate } from './rates.js';

/** `code`: foreign text, which is shown as it is. `lines`: the same in lines, where there is room for them. */
export type Text = { text: string; code?: true; tone?: 'bad' | 'good' | 'doubt'; lines?: readonly string[] };
export type Section = { title: string; note?: string; head: string[]; rows: Text[][] };
export type Document = { headline: string; isRed: boolean; facts: string[]; sections: Section[] };

const STATES: Readonly<Record<State, string>> = {
  new: 'NEW',
  open: 'again',
  expired: 'quarantine expired',
  quarantined: 'quarantined',
  unseen: 'not seen, n too small',
  gone: 'gone',
};

const percent = (share: number): string => {
  const p = share * 100;
  return p === 0 || p === 100 ? `${p} %` : p < 0.1 ? '< 0.1 %' : `${p < 10 ? p.toFixed(1) : p.toFixed(0)} %`;
};

/** `12 of 50 (13–38 %)`. */
export const rateText = (r: Rate): string => {
  if (r.of === 0) return 'no proven iteration';
  const { low, high } = intervalOf(r);
  const range =
    r.seen === 0
      ? `below ${percent(high)}`
      : r.seen === r.of
        ? `above ${percent(low)}`
        : `${percent(low)} to ${percent(high)}`;
  return `${r.seen} of ${r.of} (${range})`;
};

const pText = (p: number): string =>
  p < 1e-4 ? `p = ${p.toExponential(0)}` : `p = ${p > 0.99 ? 1 : p.toPrecision(2)}`;

const BARS = '▁▂▃▄▅▆▇█';
/** A character for each night: a dot for none of some, a blank where nothing ran. */
export const sparkline = (nights: readonly Rate[]): string => {
  const share = (r: Rate): number => r.seen / r.of;
  const most = Math.max(...nights.filter((r) => r.of > 0).map(share), 0);
  return nights
    .map((r) => {
      if (r.of === 0) return ' ';
      if (r.seen === 0) return '·';
      return BARS[Math.min(BARS.length - 1, Math.ceil((share(r) / most) * BARS.length) - 1)];
    })
    .join('');
};

const seenText = ({ at, commit }: Seen): string =>
  [at.slice(0, 10), commit?.slice(0, 10)].filter(Boolean).join(' at ');

const conditionLines = ({ conditions }: InCell): string[] =>
  conditions.map((c) => `${c.name} ${rateText(c)}${c.p === undefined ? '' : `, ${pText(c.p)}`}`);

const mattersText = ({ matters }: InCell): string =>
  matters ? `${matters.name} shows it: ${pText(matters.p ?? 1)}` : 'no perturbation is known to matter';

const acceptedText = (a: Accepted | undefined): string =>
  a === undefined ? '' : `${a.owner ?? 'nobody'} until ${a.expires ?? 'no day'}: ${a.reason}`;

const t = (text: string, tone?: Text['tone']): Text => ({ text: oneLine(text), ...(tone ? { tone } : {}) });
const inLines = (lines: readonly string[]): Text => ({ text: lines.join('; '), lines });
const code = (text: string): Text => ({ text: oneLine(text), code: true });

const stateTone = (s: State): Text['tone'] =>
  s === 'gone' ? 'good' : s === 'unseen' || s === 'quarantined' ? 'doubt' : 'bad';

const otherState = (o: OtherRow): Text => {
  if (o.kind === 'missed') return t('planted bug missed', 'bad');
  if (!o.accepted) return t('test failed', 'bad');
  return o.expired ? t('test failed, quarantine expired', 'bad') : t('test failed, quarantined', 'doubt');
};

const findingRows = (rows: readonly FindingRow[]): Text[][] =>
  rows.flatMap((f) =>
    f.cells.map((c, i): Text[] => [
      i === 0 ? t(STATES[f.state], stateTone(f.state)) : t(''),
      i === 0 ? code(f.fp) : t(''),
      i === 0 ? t(`${titleOf(f.hazard)} (${f.hazard})`) : t(''),
      i === 0 ? code(f.where) : t(''),
      code(c.cell),
      inLines(conditionLines(c)),
      t(mattersText(c)),
      i === 0 ? t(`${seenText(f.firstSeen)} – ${seenText(f.lastSeen)}`) : t(''),
      i === 0 ? t(acceptedText(f.accepted)) : t(''),
      i === 0 ? code(sparkline(f.nights)) : t(''),
    ]),
  );

const FINDING_HEAD = [
  '',
  'finding',
  'hazard',
  'where',
  'cell',
  'seen in proven iterations (95 %)',
  'perturbation',
  'first and last seen',
  'quarantine',
  'nights',
];

const findingSection = (title: string, rows: readonly FindingRow[], note?: string): Section => ({
  title,
  ...(note === undefined ? {} : { note }),
  head: FINDING_HEAD,
  rows: findingRows(rows),
});

const REASONS: Readonly<Record<EndReason, string>> = {
  time: 'its time was over',
  repeats: 'all repeats were done',
  failed: 'something failed',
  rate: 'every cell ran often enough',
  interrupted: 'it was interrupted',
};

const factsOf = (p: Page, n: Night): string[] => {
  const planned = n.end?.planned === undefined ? '' : ` of ${n.end.planned}`;
  const ended = n.end ? REASONS[n.end.reason] : 'it has no end: the process was killed';
  return [
    `Night ${n.no}, begun ${n.at}, ${n.commit ? `commit ${n.commit.slice(0, 10)}${n.dirty ? ' with changes' : ''}` : 'no commit'}, ffi-gates ${oneLine(n.tool)}, ${oneLine(n.host.os)}, ${count(n.host.cores, 'core')}, seed ${n.seed}.`,
    `${n.iterations.length}${planned} iterations of ${count(n.cells.length, 'cell')} in ${duration(spentIn(n))}; ${ended}.`,
    `${p.proven.seen} of ${count(p.proven.of, 'iteration')} proven; the canaries were seen ${p.proofs.seen} of ${count(p.proofs.of, 'time')}.`,
    p.pooled > 1
      ? `Rates are of ${p.pooled} nights of this commit, of ${p.total} nights in all.`
      : 'Rates are of this night alone: no other night has this commit without changes.',
    'Exit code ' + `${p.exitCode}: ${endingOf(p.exitCode)}.`,
  ];
};

const reproSection = (rows: readonly FindingRow[]): Section => ({
  title: 'How to see them again',
  note: 'The command of the first iteration that showed it, with its seed. It does not restore what surrounded the launch (cpus, load).',
  head: ['finding', 'perturbation', 'seed', 'command', 'since'],
  rows: rows.map((f) => [
    code(f.fp),
    t(`${f.perturb} (${saysOf(f.perturb)})`),
    t(String(f.seed)),
    code(f.repro),
    t(f.cleanAt === undefined ? 'no clean night before' : `clean at ${f.cleanAt.slice(0, 10)}`),
  ]),
});

/** The page as a document. Sections without rows are left out. */
export const documentOf = (p: Page): Document => {
  const n = p.night;
  if (!n) return { headline: 'No night yet', isRed: true, facts: ['The history is empty.'], sections: [] };
  const of = (...states: State[]): FindingRow[] => p.findings.filter((f) => states.includes(f.state));
  const [fresh, again, held, gone] = [of('new'), of('open', 'expired'), of('quarantined'), of('gone')];
  const unseen = of('unseen');
  const proven = p.proven.seen === p.proven.of && p.proofs.seen === p.proofs.of;
  const sections: Section[] = [
    findingSection('New', fresh),
    findingSection(
      'Again',
      again,
      'Seen in earlier nights as well, or in an earlier one of this commit, or in a quarantine that is over.',
    ),
    reproSection([...fresh, ...again]),
    {
      title: 'Failed tests and missed plants',
      head: ['', 'name', 'cell', 'seen in proven iterations (95 %)', 'perturbation', 'quarantine', 'nights'],
      rows: p.others.map((o) => [
        otherState(o),
        code(o.name),
        code(o.cell),
        inLines(conditionLines(o)),
        t(mattersText(o)),
        t(acceptedText(o.accepted)),
        code(sparkline(o.nights)),
      ]),
    },
    {
      title: 'Rates that moved',
      note: 'Against all earlier nights, whatever their commits (Fisher’s exact test, p < 0.01).',
      head: ['finding', 'cell', 'perturbation', 'before', 'tonight', ''],
      rows: p.findings.flatMap((f) =>
        f.moved.map((m) => [
          code(f.fp),
          code(m.cell),
          t(m.perturb),
          t(rateText(m.before)),
          t(rateText(m.now)),
          t(pText(m.p)),
        ]),
      ),
    },
    findingSection(
      'Gone',
      gone,
      'With the lowest rate that fits what was seen, so much silence has a probability below 5 %.',
    ),
    findingSection('Not seen, too few iterations to say more', unseen),
    {
      title: 'Blind',
      head: ['cell', 'why'],
      rows: p.blind.map((b) => [code(b.cell), t(b.why.join('; '), 'doubt')]),
    },
    findingSection('Quarantined', held, 'These run all the same, and hide nothing else.'),
    {
      title: 'Quarantine that ends',
      head: ['', 'finding or test', 'hazard', 'quarantine', ''],
      rows: p.ending.map((e) => [
        e.expired ? t('expired', 'bad') : t('soon', 'doubt'),
        code(e.name),
        t(e.what),
        t(acceptedText(e)),
        t(e.tonight ? 'seen tonight' : 'not seen tonight'),
      ]),
    },
  ];
  const planned = n.end?.planned ?? n.iterations.length;
  const missed = p.others.filter((o) => o.kind === 'missed').length;
  const failed = p.others.filter((o) => o.kind === 'test' && (!o.accepted || o.expired)).length;
  const others = [
    failed > 0 && `${count(failed, 'failed test')}, `,
    missed > 0 && `${count(missed, 'planted bug')} missed, `,
  ];
  return {
    headline: `${others.filter(Boolean).join('')}${fresh.length} new, ${again.length} again, ${held.length} quarantined, ${gone.length} gone, ${unseen.length} not seen; ${n.iterations.length} of ${planned} done; ${proven ? 'the gates were proven' : 'NOT ALL PROVEN'}`,
    isRed: p.exitCode !== 0,
    facts: factsOf(p, n),
    sections: sections.filter((s) => s.rows.length > 0),
  };
};
