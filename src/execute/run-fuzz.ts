/**
 * Random inputs, round after round, until the time of the cell is over. A round is changed from what the rounds before it
 * showed; a finding is reduced before the next. What showed something is kept for the next run.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { InputsRequest } from '../gates/gate.js';
import { INPUTS, learntIn } from '../gates/fuzz.js';
import { writeWholeFile } from '../process/write-file.js';
import { sizeOf, type Args } from '../values/inputs.js';
import type { Learnt } from '../values/learn.js';
import { askOn } from './ask-on.js';
import type { Runner } from './runner.js';
import { keptFor } from './fuzz-targets.js';
import { runAll } from './run-all.js';

/** Seconds, unless the matrix says otherwise. */
const SECONDS = 20;

/** Inputs of a finding that are tried through the wrapper, the smallest first. */
const MAX_SMALLER = 48;

type ByFunction<T> = Record<string, T>;

/** What all rounds together showed of each function. */
type Known = {
  /** The smallest input of each kind of answer. */
  kinds: ByFunction<Record<string, Args>>;
  /** The smallest input of each finding, by hazard. */
  found: ByFunction<Record<string, Args>>;
  /** What C alone refuses or does not survive: the next round asks it through the wrapper. */
  suspects: ByFunction<Args[]>;
  /** Functions of which an input ended the host: each further one costs a launch. */
  deadly: Set<string>;
};

/** What is kept between runs, by function. */
type Corpus = ByFunction<{ inputs: Args[]; reproducers: Args[] }>;

const isArgs = (x: unknown): x is Args => Array.isArray(x) && x.every((w) => typeof w === 'string');

/** The corpus in a file. An absent or damaged one is empty: it only saves time. */
const readCorpus = (file: string): Corpus => {
  try {
    const read = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {};
    return Object.fromEntries(
      Object.entries(read).map(([name, { inputs, reproducers }]: [string, Partial<Corpus[string]>]) => [
        name,
        { inputs: (inputs ?? []).filter(isArgs), reproducers: (reproducers ?? []).filter(isArgs) },
      ]),
    );
  } catch {
    return {};
  }
};

const keepSmaller = (into: Record<string, Args>, more: Readonly<Record<string, Args>>): void => {
  for (const [key, args] of Object.entries(more)) {
    const known = into[key];
    if (known === undefined || sizeOf(args) < sizeOf(known)) into[key] = args;
  }
};

const readLearnt = (file: string): Learnt =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Learnt) : {};

/** Adds what a launch showed. Returns the inputs with which C shows the new findings too. */
const addLearnt = (known: Known, learnt: Learnt): ByFunction<Args[]> => {
  const smaller: ByFunction<Args[]> = {};
  for (const [name, l] of Object.entries(learnt)) {
    keepSmaller((known.kinds[name] ??= {}), l.kinds);
    const before = known.found[name] ?? {};
    if (l.smaller.length > 0 && before['trust/validation-gap'] === undefined) smaller[name] = l.smaller;
    keepSmaller((known.found[name] ??= {}), l.found);
    known.suspects[name] = l.suspects;
    if (l.died) known.deadly.add(name);
  }
  return smaller;
};

/** Writes what is worth keeping: the smallest input of each kind of answer, and those of findings. */
const writeCorpus = async (file: string, before: Corpus, known: Known): Promise<void> => {
  const names = new Set([...Object.keys(before), ...Object.keys(known.kinds)]);
  const corpus: Corpus = {};
  for (const name of [...names].sort()) {
    const kinds = known.kinds[name];
    const inputs = kinds ? Object.values(kinds) : (before[name]?.inputs ?? []);
    const reproducers = [...Object.values(known.found[name] ?? {}), ...(before[name]?.reproducers ?? [])];
    const once = (all: readonly Args[]): Args[] => [
      ...new Map(all.map((a) => [a.join(' '), a] as const)).values(),
    ];
    corpus[name] = { inputs: once(inputs), reproducers: once(reproducers) };
  }
  await writeWholeFile(file, `${JSON.stringify(corpus, undefined, 1)}\n`);
};

/** The tests of the launches since `from` that asked a function: files of answers grew while they ran. */
const askingSince = ({ evidence }: Runner, from: number): string[] => {
  const asking = new Set<string>();
  for (const { events } of evidence.attempts.slice(from)) {
    const started = events.filter((e) => e.outcome === 'started');
    const sizes = started.map(({ logs }) =>
      Object.entries(logs ?? {}).reduce((n, [name, size]) => (name.startsWith('answers.') ? n + size : n), 0),
    );
    // A framework that does not tell sizes, and the last test, whose end is not told.
    for (const [i, e] of started.entries())
      if (e.logs === undefined || i + 1 === started.length || sizes[i + 1]! !== sizes[i]!) asking.add(e.test);
  }
  return evidence.wanted.filter((t) => asking.has(t));
};

/** Runs the rounds of a cell. */
export const runFuzz = async (r: Runner): Promise<void> => {
  const { cell, evidence, options } = r;
  const settings = cell.matrix.gates[cell.gate.id];
  const end = performance.now() + (settings?.time ?? SECONDS) * 1000;
  const file = `${keptFor(cell, options.kept)}.json`;
  const corpus = readCorpus(file);
  const known: Known = { kinds: {}, found: {}, suspects: {}, deadly: new Set() };
  const count = settings?.inputs ?? INPUTS;
  let tests: readonly string[] = evidence.wanted;

  /** One round. Returns inputs with which C shows what was new in it. */
  const launch = async (request: InputsRequest): Promise<ByFunction<Args[]>> => {
    const from = evidence.attempts.length;
    r.inputs = request;
    await runAll(r, tests, false);
    // Of reduced inputs the first that ends its process is the smallest.
    if (request.count > 0) await askOn(r, from);
    if (from === 0) tests = askingSince(r, from);
    const smaller: ByFunction<Args[]> = {};
    for (const dir of (r.logDirs ?? []).slice(from))
      Object.assign(smaller, addLearnt(known, readLearnt(learntIn(dir))));
    return smaller;
  };

  let rounds = 0;
  const open = (): boolean => Object.values(known.suspects).some((s) => s.length > 0);
  for (let round = 0; round === 0 || performance.now() < end || (round === 1 && open()); round++) {
    if (options.signal.aborted || tests.length === 0) break;
    const kept = (name: string): Args[] => Object.values(known.kinds[name] ?? {});
    const exact = known.suspects;
    known.suspects = {};
    if (round === 0)
      for (const [name, { inputs, reproducers }] of Object.entries(corpus))
        exact[name] = [...reproducers, ...inputs];
    const pool = Object.fromEntries(Object.keys(known.kinds).map((name) => [name, kept(name)]));
    const settled = [...known.deadly];
    const smaller = await launch({ round, count, pool: round === 0 ? exact : pool, exact, settled });
    if (Object.keys(smaller).length > 0) {
      // What it shows stands first: the finding is identified by its smallest input.
      const before = evidence.seen.length;
      const all = Object.keys(known.kinds);
      const tried = Object.fromEntries(Object.entries(smaller).map(([n, s]) => [n, s.slice(0, MAX_SMALLER)]));
      await launch({ round: round + 1, count: 0, pool: {}, exact: tried, settled: all });
      evidence.seen.unshift(...evidence.seen.splice(before));
    }
    if (evidence.attempts.some((a) => a.exit.kind !== 'code' && a.exit.kind !== 'signal')) break;
    rounds = round + 1;
    if (tests.length > 0 && Object.keys(known.kinds).every((name) => known.deadly.has(name))) break;
  }
  delete r.inputs;
  options.note?.(`${rounds} ${rounds === 1 ? 'round' : 'rounds'} of random inputs`);
  await writeCorpus(file, corpus, known);
};
