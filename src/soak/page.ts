/** The morning's page as facts: what is new, known and gone, with exact rates, and what the night cannot say. Pure. */
import { testEntryOf, type Baseline, type Entry, type TestEntry } from '../config/baseline.js';
import { isOver, acceptance } from '../config/expiry.js';
import { EXIT, worst, type ExitCode } from '../model/exit-codes.js';
import { byText } from '../model/order.js';
import type { Accepted } from '../model/report.js';
import { blindOf, type BlindRow } from './blind.js';
import type { FoundRecord, History, IterationRecord, Night } from './history.js';
import { fisher, isGone, type Rate } from './rates.js';
import {
  conditionsOf,
  MATTERS,
  mattersIn,
  overNights,
  rateOf,
  sameCode,
  type Condition,
  type Shows,
} from './tallies.js';

/** `gone`: so many proven iterations without it are no chance. `unseen`: they may be. */
export type State = 'new' | 'open' | 'expired' | 'quarantined' | 'gone' | 'unseen';

export type Seen = { night: number; at: string; commit?: string };
export type InCell = { cell: string; conditions: Condition[]; matters?: Condition };
export type Moved = { cell: string; perturb: string; before: Rate; now: Rate; p: number };

export type FindingRow = FoundRecord & {
  state: State;
  tonight: boolean;
  accepted?: Accepted;
  firstSeen: Seen;
  lastSeen: Seen;
  /** The commit of the last night before in which its cells ran without it. */
  cleanAt?: string;
  cells: InCell[];
  moved: Moved[];
  /** The last nights, oldest first. */
  nights: Rate[];
};

/** A failed test or a missed planted case of one cell. Tests in quarantine have its terms. */
export type OtherRow = InCell & {
  kind: 'test' | 'missed';
  name: string;
  nights: Rate[];
  accepted?: Accepted;
  /** The last day of its quarantine is over. */
  expired?: true;
};

export type Page = {
  exitCode: ExitCode;
  night?: Night;
  /** How many nights the rates are of, and of how many in all. */
  pooled: number;
  total: number;
  proven: Rate;
  proofs: Rate;
  findings: FindingRow[];
  others: OtherRow[];
  blind: BlindRow[];
  /** Entries of the baseline whose last day is near, and those that are past it. */
  ending: (Accepted & {
    /** The fingerprint, or the name of the test. */
    name: string;
    /** The hazard, or `test`. */
    what: string;
    expired: boolean;
    tonight: boolean;
  })[];
};

/** Nights in a sparkline. */
const NIGHTS = 30;
/** Days before its last one on which an entry is said to end. */
const SOON_DAYS = 14;

const seenIn = (n: Night): Seen => ({
  night: n.no,
  at: n.at,
  ...(n.commit === undefined ? {} : { commit: n.commit }),
});
const showsFinding =
  (fp: string): Shows =>
  (r) =>
    r.findings.includes(fp);
const iterationsOf = (nights: readonly Night[]): IterationRecord[] => nights.flatMap((n) => n.iterations);

const inCell = (all: readonly IterationRecord[], cell: string, shows: Shows): InCell => {
  const conditions = conditionsOf(
    all.filter((r) => r.cell === cell),
    shows,
  );
  const matters = mattersIn(conditions);
  return { cell, conditions, ...(matters ? { matters } : {}) };
};

/** Rates that differ from those of all earlier nights, perturbation by perturbation. */
const movedIn = (
  cells: readonly string[],
  tonight: Night,
  before: readonly Night[],
  shows: Shows,
): Moved[] => {
  const old = iterationsOf(before);
  return cells.flatMap((cell) =>
    [...new Set(tonight.iterations.map((r) => r.perturb))].flatMap((perturb): Moved[] => {
      const here = (r: IterationRecord): boolean => r.cell === cell && r.perturb === perturb;
      const [was, now] = [rateOf(old.filter(here), shows), rateOf(tonight.iterations.filter(here), shows)];
      const p = fisher(was, now);
      return p < MATTERS ? [{ cell, perturb, before: was, now, p }] : [];
    }),
  );
};

/** Whether the condition that showed it most surely has been silent for long enough since the night that showed it last. */
const isSilent = (cells: readonly string[], nights: readonly Night[], last: Night, shows: Shows): boolean => {
  const [before, since] = [nights.filter((n) => n.no <= last.no), nights.filter((n) => n.no > last.no)];
  const now = iterationsOf(sameCode(since));
  return cells.some((cell) =>
    conditionsOf(
      iterationsOf(before).filter((r) => r.cell === cell),
      shows,
    ).some((c) => {
      const silent = now.filter((r) => r.cell === cell && r.perturb === c.name && r.proven).length;
      return isGone(c, silent);
    }),
  );
};

const rowOf = (
  found: FoundRecord,
  nights: readonly Night[],
  entry: Entry | undefined,
  day: string,
): FindingRow => {
  const shows = showsFinding(found.fp);
  const having = nights.filter((n) => n.iterations.some(shows));
  const [first, last, tonight] = [having[0]!, having.at(-1)!, nights.at(-1)!];
  const cells = [
    ...new Set(
      iterationsOf(having)
        .filter(shows)
        .map((r) => r.cell),
    ),
  ].sort(byText);
  const isTonight = last === tonight;
  // The same code still has it, whether this night saw it or not.
  const isHere = sameCode(nights).includes(last);
  const stateOf = (): State => {
    if (!isHere) return isSilent(cells, nights, last, shows) ? 'gone' : 'unseen';
    if (entry) return isOver(entry, day) ? 'expired' : 'quarantined';
    return first === tonight ? 'new' : 'open';
  };
  const clean = nights.findLast(
    (n) => n.no < first.no && n.iterations.some((r) => r.proven && cells.includes(r.cell)),
  );
  const same = iterationsOf(sameCode(nights));
  return {
    ...found,
    state: stateOf(),
    tonight: isTonight,
    ...(entry ? { accepted: acceptance(entry) } : {}),
    firstSeen: seenIn(first),
    lastSeen: seenIn(last),
    ...(clean?.commit === undefined ? {} : { cleanAt: clean.commit }),
    cells: cells.map((c) => inCell(same, c, shows)),
    moved: movedIn(cells, tonight, nights.slice(0, -1), shows),
    nights: overNights(nights.slice(-NIGHTS), new Set(cells), shows),
  };
};

/** The terms of a quarantine, as a row has them. */
const termsOf = (e: TestEntry | undefined, day: string): Pick<OtherRow, 'accepted' | 'expired'> =>
  e === undefined ? {} : { accepted: acceptance(e), ...(isOver(e, day) ? { expired: true as const } : {}) };

const othersOf = (nights: readonly Night[], tonight: Night, baseline: Baseline, day: string): OtherRow[] => {
  const same = iterationsOf(sameCode(nights));
  const rows = (kind: OtherRow['kind'], namesIn: (r: IterationRecord) => readonly string[]): OtherRow[] => {
    const cells = new Map<string, Set<string>>();
    for (const r of tonight.iterations)
      for (const name of namesIn(r)) cells.set(r.cell, (cells.get(r.cell) ?? new Set()).add(name));
    return [...cells].flatMap(([cell, names]) =>
      [...names].map((name): OtherRow => {
        const shows: Shows = (r) => namesIn(r).includes(name);
        const recent = overNights(nights.slice(-NIGHTS), new Set([cell]), shows);
        const terms = kind === 'test' ? termsOf(testEntryOf(baseline, cell, name), day) : {};
        return { kind, name, ...inCell(same, cell, shows), nights: recent, ...terms };
      }),
    );
  };
  return [...rows('test', (r) => r.failed), ...rows('missed', (r) => r.missed ?? [])].sort(
    (a, b) => byText(a.cell, b.cell) || byText(a.name, b.name),
  );
};

const soonAfter = (day: string): string =>
  new Date(Date.parse(day) + SOON_DAYS * 86_400_000).toISOString().slice(0, 10);

const exitCodeOf = (
  tonight: Night,
  { findings, others, ending }: Pick<Page, 'findings' | 'others' | 'ending'>,
): ExitCode => {
  const ran = new Set(tonight.iterations.map((r) => r.cell));
  const isMissing = tonight.cells.some((c) => !ran.has(c.id));
  return worst([
    EXIT.OK,
    // Of findings and failed tests the rows decide: what was accepted in the evening may be over in the morning.
    ...tonight.iterations.map((r) =>
      r.code === EXIT.HAZARD || (r.code === EXIT.TEST_FAILED && r.failed.length > 0) ? EXIT.OK : r.code,
    ),
    ...findings.map(({ state }) => (['new', 'open', 'expired'].includes(state) ? EXIT.HAZARD : EXIT.OK)),
    ...ending.map((e) => (e.expired ? EXIT.HAZARD : EXIT.OK)),
    others.some((o) => o.kind === 'test' && (!o.accepted || o.expired)) ? EXIT.TEST_FAILED : EXIT.OK,
    isMissing || tonight.iterations.some((r) => !r.proven) ? EXIT.INCONCLUSIVE : EXIT.OK,
  ]);
};

const URGENCY: readonly State[] = ['new', 'expired', 'open', 'quarantined', 'unseen', 'gone'];

/** Entries of the baseline whose last day is near or over. */
const endingOf = (b: Baseline, day: string, seen: ReadonlySet<string>): Page['ending'] =>
  [
    ...b.entries.map((e) => ({ e, name: e.fingerprint, what: e.hazard as string })),
    ...(b.tests ?? []).map((e) => ({ e, name: e.test, what: 'test' })),
  ]
    .filter(({ e }) => e.expires !== undefined && e.expires <= soonAfter(day))
    .map(({ e, name, what }) => ({
      ...acceptance(e),
      name,
      what,
      expired: isOver(e, day),
      tonight: seen.has(name),
    }));

/** The page of the last night. `day` is today as YYYY-MM-DD. */
export const pageOf = ({ nights, found }: History, baseline: Baseline, day: string): Page => {
  const night = nights.at(-1);
  const none = { seen: 0, of: 0 };
  if (!night)
    return {
      exitCode: EXIT.NOTHING_SELECTED,
      pooled: 0,
      total: 0,
      proven: none,
      proofs: none,
      findings: [],
      others: [],
      blind: [],
      ending: [],
    };
  const byPrint = new Map(baseline.entries.map((e) => [e.fingerprint, e]));
  const findings = [...found.values()]
    .map((f) => rowOf(f, nights, byPrint.get(f.fp), day))
    .sort(
      (a, b) =>
        URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) ||
        byText(a.hazard, b.hazard) ||
        byText(a.fp, b.fp),
    );
  const others = othersOf(nights, night, baseline, day);
  const seen = new Set([
    ...findings.filter((f) => f.tonight).map((f) => f.fp),
    ...others.filter((o) => o.kind === 'test').map((o) => o.name),
  ]);
  const ending = endingOf(baseline, day, seen);
  return {
    exitCode: exitCodeOf(night, { findings, others, ending }),
    night,
    pooled: sameCode(nights).length,
    total: nights.length,
    proven: { seen: night.iterations.filter((r) => r.proven).length, of: night.iterations.length },
    proofs: { seen: night.proofs.filter((p) => p.seen).length, of: night.proofs.length },
    findings,
    others,
    blind: blindOf(nights, night),
    ending,
  };
};
