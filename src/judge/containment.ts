/** What a parent makes of a worker that breaks: which of it is a failure to contain the fault. Pure. */
import type { Diagnostic } from '../model/diagnostic.js';
import { FAULT_WORDS, type FaultKind } from '../model/containment.js';

/** A fault that struck, and all that was seen from outside afterwards. */
export type Struck = {
  key: string;
  n: number;
  kind: FaultKind;
  more: number;
  /** Milliseconds for which the parent only waited, when it was called hanging. */
  hung?: number;
  /** It waited on when its worker was killed. */
  stuck?: true;
  /** Requests that workers read afterwards. */
  later: number;
  /** What the parent still had of the worker, each time that a later one read a request. */
  holds: { zombie: boolean; descriptors: number }[];
};

/** What remains when all processes have ended that were to end. */
export type Remains = { processes: string[]; memory: string[] };
export const NOTHING_REMAINS: Remains = { processes: [], memory: [] };

/** What became of the test in which the fault struck. `died`: its process ended with it. */
export type TestEnd = 'passed' | 'failed' | 'died' | 'none';

/** What went wrong, in one word that is part of the rule, and in a sentence. */
type Symptom = { what: string; text: string };

/** The second request that a new worker reads shows what its parent keeps of the old one, not what it is about to release. */
const KEPT_AFTER = 2;

/**
 * `usual` is what remains without any fault. `bears` says that the test passes although this very request is lost: another fault
 * showed it.
 */
export type Circumstances = { end: TestEnd; remains: Remains; usual: Remains; bears: boolean };

const symptomsOf = (s: Struck, { end, remains, usual, bears }: Circumstances): Symptom[] => {
  const found: Symptom[] = [];
  const held = s.holds.length >= KEPT_AFTER ? s.holds.at(-1) : undefined;
  if (s.hung !== undefined)
    found.push({
      what: 'hang',
      text: `its parent only waited for ${s.hung / 1000} s${s.stuck ? ', and went on waiting when the worker was gone' : ''}`,
    });
  else if (end === 'died') found.push({ what: 'death', text: 'its parent ended, too' });
  else if (end === 'failed' && bears)
    found.push({
      what: 'answer',
      text: 'its parent took it for an answer or failed, although the test can do without one',
    });
  if (end === 'passed' && s.hung === undefined && s.more > 0 && s.later === 0)
    found.push({ what: 'replacement', text: 'no worker took its place: no later request reached one' });
  // A parent that has ended can no longer see to it.
  if (end !== 'died' && remains.processes.length > 0 && usual.processes.length === 0)
    found.push({ what: 'process', text: 'a worker outlived its parent' });
  if (held?.zombie) found.push({ what: 'zombie', text: 'its parent never waited for it: a zombie is left' });
  if (held && held.descriptors > 0)
    found.push({ what: 'descriptor', text: 'its parent keeps its own ends of the worker’s pipes open' });
  if (remains.memory.length > 0 && usual.memory.length === 0)
    found.push({ what: 'memory', text: 'shared memory is left that nobody has mapped' });
  return found;
};

/** The failures that a fault showed. `test` is the name for people. */
export const uncontained = (test: string, s: Struck, c: Circumstances): Diagnostic[] =>
  symptomsOf(s, c).map(({ what, text }) => ({
    tool: 'contain',
    rule: `contain/${what}`,
    hazard: 'trust/crash-not-contained',
    message: `in ${test}, a worker ${FAULT_WORDS[s.kind]} at request ${s.n}, and ${text}`,
    stacks: [],
    complete: true,
    log: { line: 1, endLine: 1 },
  }));
