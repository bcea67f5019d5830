/** What a round of random inputs showed, for the next: inputs worth changing, and smaller ones that show the same. */
import type { HazardId } from '../model/hazard.js';
import type { Signature } from '../model/signature.js';
import { slotsOf } from '../model/signature.js';
import type { Asked, Outcome } from './answers.js';
import type { CallC, Found, Question } from './compare.js';
import { inputsOf, shrink, sizeOf, type Args } from './inputs.js';
import { beyondC, isError, toNative } from './native.js';
import type { OracleAnswer } from './oracle.js';

/** By function. */
export type Learnt = Record<
  string,
  {
    /** The smallest input of each kind of answer, by a name of the kind. */
    kinds: Record<string, Args>;
    /** Inputs with which C shows what was found, the simplest first: whether the wrapper lets them through is open. */
    smaller: Args[];
    /** Inputs that C alone refuses or does not survive, found without the wrapper. */
    suspects: Args[];
    /** The input of each finding, by hazard. */
    found: Record<string, Args>;
    /** Whether an input ended the host. */
    died: boolean;
  }
>;

/** What C itself shows of an input, so that smaller ones can be tried without the wrapper. */
const GAPS: ReadonlySet<string> = new Set<HazardId>([
  'trust/validation-gap',
  'init/uninitialised-out-parameter',
]);

/** SIGALRM, by which the oracle stops itself. */
const HANGS = '14';

/** Kinds of answers that are told apart. Texts of errors may hold anything. */
const MAX_KINDS = 200;

/** Where a message begins to tell of the value. */
const VALUE = /[0-9'"]/;

const magnitude = (word: string): string => {
  if (word.startsWith('i:')) {
    const n = BigInt(word.slice(2));
    return `i${n < 0n ? '-' : ''}${n.toString(2).length}`;
  }
  if (word.startsWith('f:')) return `f${word.slice(2, 5)}`;
  return `${word[0]}${Math.ceil(Math.log2(word.length + 1))}`;
};

/** Answers of one kind say that an input took much the same way. */
export const kindOf = (o: Outcome): string =>
  o.kind === 'ok'
    ? `ok ${magnitude(o.word)}`
    : o.kind === 'threw'
      ? `threw ${o.why.split(VALUE, 1)[0] ?? ''}`
      : o.kind;

/** What C showed of an input: that it died, refused it, or left the result unset. */
const fateOf = (a: OracleAnswer, { errors }: Question): string | undefined =>
  'died' in a
    ? 'died'
    : a.left === 'unset'
      ? 'unset'
      : isError(errors, a.status ?? a.word)
        ? 'refused'
        : undefined;

/** Inputs that C alone is asked in a round, in batches: if one ends it, those of its batch are asked one by one. */
const BATCHES = 10;
const BATCH = 1000;
/** Suspects of one kind that are worth the wrapper's time. */
const MAX_SUSPECTS = 8;

/**
 * Asks C alone, where a call costs little, inputs that are changed from `pool` and from those whose answers are new. Returns
 * those that it refuses or does not survive.
 */
const explore = async (
  s: Signature,
  question: Question,
  { pool, seed, callC }: { pool: readonly Args[]; seed: number; callC: CallC },
): Promise<Args[]> => {
  const slots = slotsOf(s);
  const kinds = new Map<string, Args>();
  const suspects: Record<string, Args[]> = {};
  for (let batch = 0; batch < BATCHES; batch++) {
    const parents = [...pool, ...kinds.values()];
    const inputs = inputsOf(s, { seed, round: batch + 1, count: BATCH }, parents)
      .map((v) => v.args)
      .filter((args) => beyondC(slots, args) === undefined);
    const answers = await callC(inputs.map((args) => toNative(slots, args)));
    for (const [i, a] of answers.entries()) {
      const args = inputs[i]!;
      const fate = fateOf(a, question);
      if (fate !== undefined) (suspects[fate] ??= []).push(args);
      const kind = 'word' in a ? magnitude(a.word) : 'died';
      const known = kinds.get(kind);
      if (known === undefined ? kinds.size < MAX_KINDS : sizeOf(args) < sizeOf(known)) kinds.set(kind, args);
    }
    // What it does not survive costs a process for each input of a batch: one of them is enough.
    if (suspects['died'] !== undefined) break;
  }
  return Object.values(suspects).flatMap((all) =>
    all.sort((a, b) => sizeOf(a) - sizeOf(b)).slice(0, MAX_SUSPECTS),
  );
};

/** What one test's answers about a function say for the next round. */
export const learn = async (
  s: Signature,
  question: Question,
  asked: Asked,
  { found, callC, seed }: { found: readonly Found[]; callC: CallC; seed: number },
): Promise<Learnt[string]> => {
  const slots = slotsOf(s);
  const kinds: Record<string, Args> = {};
  for (const { id, args } of question.vectors) {
    const outcome = asked.outcomes.get(id);
    if (!outcome) continue;
    const kind = kindOf(outcome);
    const known = kinds[kind];
    if (known === undefined ? Object.keys(kinds).length < MAX_KINDS : sizeOf(args) < sizeOf(known))
      kinds[kind] = args;
  }
  const argsOf = (f: Found): Args | undefined =>
    question.vectors.find((v) => `${s.name}:${v.id}` === f.vector)?.args;
  const smaller: Args[] = [];
  for (const f of found) {
    const args = argsOf(f);
    if (args === undefined || !GAPS.has(f.hazard)) continue;
    const inC = (inputs: readonly Args[]): Promise<OracleAnswer[]> =>
      callC(inputs.map((a) => toNative(slots, a)));
    const [first] = await inC([args]);
    const fate = first && fateOf(first, question);
    // What does not return takes ten seconds each time.
    if (fate === undefined || ('died' in first! && first.died === HANGS)) continue;
    const trail = await shrink(s, args, async (inputs) =>
      (await inC(inputs)).map((a) => fateOf(a, question) === fate),
    );
    smaller.push(...trail.slice(0, -1));
  }
  const died = [...asked.outcomes.values()].some((o) => o.kind === 'died');
  const searches = question.vectors.length > 0 && found.length === 0 && !died;
  const pool = Object.values(kinds);
  return {
    kinds,
    smaller,
    suspects: searches ? await explore(s, question, { pool, seed, callC }) : [],
    found: Object.fromEntries(found.flatMap((f) => (argsOf(f) ? [[f.hazard, argsOf(f)!]] : []))),
    died,
  };
};
