/** What adapters answered, held against the oracle in C. */
import type { HazardId } from '../model/hazard.js';
import type { ErrorResult } from '../model/ids.js';
import { slotNames, slotsOf, type Signature } from '../model/signature.js';
import type { Asked, Outcome } from './answers.js';
import { explanationsFor, unexplained, type Explanation } from './explain.js';
import { beyondC, isError, reinterpret, sameResult, toNative, type Beyond, type Native } from './native.js';
import { SANITIZER_EXIT, type Left, type OracleAnswer } from './oracle.js';
import { spellValue, stringOf, text, type Slot, type Vector } from './vectors.js';

export type Found = {
  hazard: HazardId;
  message: string;
  /** `FUNCTION:ID` of the smallest vector that shows it. */
  vector: string;
  file: string;
  line: number;
  function: string;
  effect: string;
};

export type Compared = {
  found: Found[];
  /** Why an adapter proves nothing. */
  failed: string[];
  /** Vectors that the wrapper took and C answered. */
  compared: number;
};

/** Calls one function in C. */
export type CallC = (calls: readonly (readonly Native[])[]) => Promise<OracleAnswer[]>;

const spellCall = (s: Signature, args: readonly string[]): string => {
  const names = slotNames(s);
  return `${s.name}(${args.map((a, i) => `${names[i]} = ${spellValue(a)}`).join(', ')})`;
};

type Answered = { vector: Vector; native: Native[]; host: Outcome; beyond?: Beyond; inC?: OracleAnswer };

/** The arguments that a wrapper passes which lets a value through that C does not have. */
const letThrough = (slots: readonly Slot[], { vector, beyond }: Answered): Native[] => {
  const slot = slots[beyond!.slot]!;
  const word = vector.args[beyond!.slot]!;
  if (beyond!.what === 'range' && slot.kind === 'int') {
    const n = reinterpret(BigInt(word.slice(2)), slot.bits, slot.signed);
    return toNative(slots, vector.args.with(beyond!.slot, `i:${n}`));
  }
  // A buffer with a NUL in it is cut by C itself; a lone surrogate becomes U+FFFD on its way to UTF-8.
  return toNative(slots, vector.args);
};

/** A vector that a wrapper should have refused. `became` is C's answer to what it passes on, if that explains the result. */
const acceptedBeyond = (
  s: Signature,
  slots: readonly Slot[],
  a: Answered,
  became: OracleAnswer,
): Pick<Found, 'hazard' | 'message'> | undefined => {
  if (a.host.kind !== 'ok') return undefined;
  const { slot, what } = a.beyond!;
  const name = slotNames(s)[slot]!;
  const type = slots[slot]!;
  const same = 'word' in became && sameResult(s.result, became.word, a.host.word);
  const call = spellCall(s, a.vector.args);
  if (what === 'range' && type.kind === 'int') {
    const n = BigInt(a.vector.args[slot]!.slice(2));
    const sign = n < 0n && !type.signed;
    return {
      hazard: sign ? 'abi/wrong-signedness' : 'abi/wrong-width',
      message: `${call} is accepted, although ${n} is no ${type.c}: ${same ? `'${name}' arrives as ${reinterpret(n, type.bits, type.signed)}` : `the result is ${spellValue(a.host.word)}`}`,
    };
  }
  if (what === 'nul')
    return {
      hazard: 'abi/encoding',
      message: `${call} is accepted, although text of C ends at NUL: ${same ? `'${name}' arrives as ${spellValue(text(stringOf(a.vector.args[slot]!).split('\0')[0]!))}` : `the result is ${spellValue(a.host.word)}`}`,
    };
  // U+FFFD in its place is what most hosts promise.
  if (same || s.result.kind === 'void') return undefined;
  return {
    hazard: 'abi/encoding',
    message: `${call} is accepted, although half a surrogate pair has no UTF-8: the result is ${spellValue(a.host.word)}`,
  };
};

const wordOf = (a: OracleAnswer | undefined): string | undefined => (a && 'word' in a ? a.word : undefined);
/** What C itself returned: of a function with an out parameter, not what is compared. */
const statusOf = (a: OracleAnswer | undefined): string | undefined =>
  a && 'word' in a ? (a.status ?? a.word) : undefined;
const leftOf = (a: OracleAnswer | undefined): Left | undefined => (a && 'word' in a ? a.left : undefined);
const outOf = (s: Signature): string => s.parameters.find((p) => p.kind === 'out')?.name ?? '';
/** Why what was found in an out parameter is no result. */
const ODD = {
  read: 'reads what its out parameter held before the call',
  longer: 'writes more through its out parameter than its type holds',
};
const hostWord = (a: Answered): string => (a.host.kind === 'ok' ? a.host.word : '');

/** The first explanation that gives the host's result for every vector. */
const explain = async (s: Signature, all: readonly Answered[], callC: CallC): Promise<Explanation> => {
  const explanations = explanationsFor(s);
  const calls = explanations.map((e) => (e.args ? all.map((a) => e.args!(a.vector.args, a.native)) : []));
  const answers = await callC(calls.flat());
  let at = 0;
  for (const [i, e] of explanations.entries()) {
    const n = calls[i]!.length;
    const inC = n > 0 ? answers.slice(at, at + n) : all.map((a) => a.inC!);
    at += n;
    const { result = (w: string) => w } = e;
    // What C does not bear in that form says nothing.
    const fits = inC.every((r, j) => 'died' in r || sameResult(s.result, result(r.word), hostWord(all[j]!)));
    if (fits && inC.some((r) => 'word' in r)) return e;
  }
  return unexplained(s);
};

/** What became of the oracle. It stops itself by SIGALRM after ten seconds. */
const deathOf = (how: string): string =>
  how === '14'
    ? 'does not return in C'
    : how === `exit ${SANITIZER_EXIT}`
      ? 'is an error of memory in C'
      : how.startsWith('exit ')
        ? 'leaves C without an answer'
        : `ends C with signal ${how}`;

const count = (n: number, all: number): string => `${n} of ${all} vectors that C takes`;

/** What was asked: the vectors, the simplest first, and how C says that it refuses one, if it does. */
export type Question = {
  vectors: readonly Vector[];
  errors?: ErrorResult;
  /** Of random inputs a wrapper may refuse all, if C refuses them as well. */
  random?: true;
};

/** Refused inputs of which C is asked whether it takes one. */
const MAX_ASKED = 20;

/** Compares what one test answered about one function. */
export const compareFunction = async (
  s: Signature,
  { vectors, errors, random }: Question,
  asked: Asked,
  callC: CallC,
): Promise<Compared> => {
  const slots = slotsOf(s);
  const failed: string[] = [];
  const found: Found[] = [];
  const where = { file: asked.file, line: asked.line, function: s.name };
  const died = [...asked.outcomes.values()].some((o) => o.kind === 'died');
  const answered = vectors.flatMap((vector): Answered[] => {
    const host = asked.outcomes.get(vector.id);
    if (!host) return [];
    const beyond = beyondC(slots, vector.args);
    return [{ vector, native: toNative(slots, vector.args), host, ...(beyond ? { beyond } : {}) }];
  });
  if (answered.length < vectors.length && !died)
    failed.push(`${s.name} answered ${answered.length} of ${vectors.length} vectors`);
  const accepted = answered.filter((a) => a.host.kind === 'ok');
  if (accepted.length === 0 && answered.length > 0 && !died) {
    const first = answered.map((a) => a.host).find((h) => h.kind === 'threw');
    const why = first?.kind === 'threw' ? `: ${first.why}` : '';
    const some = answered.filter((a) => !a.beyond).slice(0, MAX_ASKED);
    const takenByC =
      random === true &&
      (await callC(some.map((a) => a.native))).some((a) => 'word' in a && !isError(errors, statusOf(a)));
    if (random !== true) failed.push(`${s.name} took no vector at all${why}`);
    else if (takenByC)
      failed.push(`${s.name} took none of ${answered.length} inputs, of which C takes some${why}`);
  }
  const beyond = accepted.filter((a) => a.beyond);
  const asIs = answered.filter((a) => !a.beyond && (a.host.kind === 'ok' || a.host.kind === 'died'));
  const [inC, became] = [
    await callC(asIs.map((a) => a.native)),
    await callC(beyond.map((a) => letThrough(slots, a))),
  ];
  for (const [i, a] of asIs.entries()) a.inC = inC[i]!;
  const add = (a: Answered, hazard: HazardId, message: string, effect: string): void =>
    void found.push({ hazard, message, effect, vector: `${s.name}:${a.vector.id}`, ...where });

  // Beyond so many deadly vectors the rest is not asked.
  const unasked = died && answered.length < vectors.length ? vectors.length - answered.length : 0;
  const andUnasked = unasked > 0 ? `; ${unasked} vectors behind it were not asked` : '';
  const deadly = asIs.find((a) => a.inC && 'died' in a.inC);
  if (deadly)
    add(
      deadly,
      'trust/validation-gap',
      `${spellCall(s, deadly.vector.args)} ${deathOf((deadly.inC as { died: string }).died)}, and the wrapper does not refuse it`,
      `whoever passes such a value ends the process, or worse${andUnasked}`,
    );
  const refuses = (a: Answered): boolean => isError(errors, statusOf(a.inC));
  const took = asIs.filter((a) => wordOf(a.inC) !== undefined && a.host.kind === 'ok');
  const odd = took.find((a) => leftOf(a.inC) === 'read' || leftOf(a.inC) === 'longer');
  if (odd)
    failed.push(
      `${s.name} ${ODD[leftOf(odd.inC) as keyof typeof ODD]}; give it a body in C ('c') that returns a value`,
    );
  const unset = took.filter((a) => leftOf(a.inC) === 'unset');
  if (unset[0] && !deadly && !odd) {
    const status = statusOf(unset[0].inC)!;
    const returns = s.status?.kind === 'void' ? '' : `, which returns ${spellValue(status)},`;
    add(
      unset[0],
      'init/uninitialised-out-parameter',
      `${spellCall(s, unset[0].vector.args)} leaves '${outOf(s)}' unset in C${returns} and the wrapper answers ${spellValue(hostWord(unset[0]))}`,
      `${unset.length} of ${took.length} inputs that the wrapper accepts are answered with what nobody wrote`,
    );
  }
  const written = took.filter((a) => leftOf(a.inC) === undefined);
  const refused = written.find(refuses);
  if (refused && !deadly)
    add(
      refused,
      'trust/validation-gap',
      `${spellCall(s, refused.vector.args)} is refused by C, which returns ${spellValue(statusOf(refused.inC)!)}, and the wrapper answers ${spellValue(hostWord(refused))}`,
      `${written.filter(refuses).length} of ${took.length} inputs that the wrapper accepts are refused by C, and nobody notices`,
    );
  const both = written.filter((a) => !refuses(a));
  const wrong = both.filter((a) => !sameResult(s.result, wordOf(a.inC)!, hostWord(a)));
  const killed = asIs.find((a) => a.host.kind === 'died' && wordOf(a.inC) !== undefined);
  if (killed)
    add(
      killed,
      'crash/signal',
      `${spellCall(s, killed.vector.args)} ended the host; C alone answers ${spellValue(wordOf(killed.inC)!)}`,
      `a value that C takes ends the process on its way there${andUnasked}`,
    );
  if (wrong.length > 0) {
    const e = await explain(s, both, callC);
    const a = wrong[0]!;
    add(
      a,
      e.hazard,
      `${spellCall(s, a.vector.args)} is ${spellValue(wordOf(a.inC)!)} in C and ${spellValue(hostWord(a))} through the wrapper: ${e.says}`,
      `${count(wrong.length, both.length)} have another result`,
    );
  } else
    for (const [i, a] of beyond.entries()) {
      const gap = acceptedBeyond(s, slots, a, became[i]!);
      if (!gap || found.some((f) => f.hazard === gap.hazard)) continue;
      add(a, gap.hazard, gap.message, 'another value than the one that was given reaches the library');
    }
  return { found, failed, compared: took.length };
};
