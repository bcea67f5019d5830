/**
 * Blocks that were allocated for project code, and of which the first launch could not tell by whom. Sanitizers unwind each
 * allocation by frame pointers, which CPython's functions do not keep, so the stack ends before it reaches the project; and in each
 * host the line that allocated is gone when the report is made. Both take time at each allocation, so they are noted only in a second launch,
 * when the first has reported such a block.
 */
import { fingerprintOf } from '../judge/fingerprint.js';
import { isProjectFrame, type ProjectCode } from '../model/project-code.js';
import { isOfBlock, type Diagnostic } from '../model/diagnostic.js';
import { runAttempt } from './attempt.js';
import type { Runner } from './runner.js';
import type { Attempt, EvidenceDraft, Observation } from '../judge/evidence.js';

/** A leak whose stacks never reach the project's code, unless that is known to have no part in it. */
export const isTruncatedLeak = (s: Diagnostic, own: ProjectCode): boolean =>
  s.leak !== undefined &&
  s.leak.foreign !== true &&
  !s.stacks.some((k) => k.host === undefined && k.frames.some((f) => isProjectFrame(f, own)));

const hasHost = (s: Diagnostic): boolean => s.stacks.some((k) => k.host !== undefined);

/**
 * A leak without the line of the host that led to the allocation. Where stacks are whole, those without the project are the host's
 * own.
 */
const lacksCaller = (s: Diagnostic, own: ProjectCode, truncates: boolean): boolean =>
  s.leak !== undefined && s.leak.foreign !== true && !hasHost(s) && (truncates || !isTruncatedLeak(s, own));

/** Where the library that asks the host unwound a block's stack, that stack is whole, with or without code of the project. */
const staysTruncated = (s: Diagnostic, own: ProjectCode): boolean => isTruncatedLeak(s, own) && !hasHost(s);

/** An error in a block of the heap without the lines of the host that allocated and freed it. */
const lacksBlock = (s: Diagnostic, own: ProjectCode): boolean =>
  s.leak === undefined &&
  s.tool === 'asan' &&
  hasHost(s) &&
  s.stacks.some((k) => k.role === 'allocated' && k.frames.some((f) => isProjectFrame(f, own))) &&
  !s.stacks.some(isOfBlock);

const UNKNOWN =
  'the stacks of some end inside the host, and a slower launch with full unwinding did not report them';

/** What another launch of the same tests showed, with more of its stacks. Nothing else of it counts. */
type Again = { attempt: Attempt; seen: readonly Observation[] };

const launchAgain = async (
  r: Runner,
  tests: Attempt['requested'],
  { traces, apart = false }: { traces: boolean; apart?: boolean },
): Promise<Again> => {
  const aside: EvidenceDraft = { ...r.evidence, attempts: [], seen: [] };
  const slow: Runner = { ...r, evidence: aside, fullUnwind: true, tracesBlocks: traces };
  const attempt = await runAttempt(slow, tests, apart);
  r.n = slow.n;
  return { attempt, seen: aside.seen };
};

const isTruncating = ({ cell }: Runner): boolean => cell.gate.truncatesStacks?.(cell.suite.binding) === true;

const isLeak = (o: Observation): boolean => o.diagnostic.leak !== undefined;

/**
 * Whether it can stand for a launch with so many leaks: it must report leaks and be read completely, otherwise its silence would make
 * the cell clean. Full unwinding tells records apart and never merges them, so fewer of them mean that one was lost.
 */
const isWhole = ({ attempt, seen }: Again, leaks: number): boolean =>
  attempt.unchecked === undefined &&
  seen.filter(isLeak).length >= leaks &&
  !attempt.logs.some((l) => l.parsed.unread.length > 0);

/** The observations with the lines of the host that the second launch showed for their blocks. */
const withBlocks = (
  seen: readonly Observation[],
  again: readonly Observation[],
  own: ProjectCode,
): Observation[] => {
  const known = new Map<string, Diagnostic>();
  for (const { diagnostic: d } of again) if (d.stacks.some(isOfBlock)) known.set(fingerprintOf(d, own), d);
  return seen.map((o) => {
    const d = lacksBlock(o.diagnostic, own) ? known.get(fingerprintOf(o.diagnostic, own)) : undefined;
    if (d === undefined) return o;
    const stacks = [...o.diagnostic.stacks, ...d.stacks.filter(isOfBlock)];
    return { ...o, diagnostic: { ...o.diagnostic, stacks } };
  });
};

/**
 * Reruns such launches and replaces the incomplete leak records. Test results of the rerun are ignored. Where the library that asks the
 * host unwinds by itself, it takes little longer than the first; where it does not, or lost something, the sanitizer unwinds every
 * allocation, which takes several times as long.
 */
export const rerunTruncatedLeaks = async (r: Runner): Promise<void> => {
  const { evidence, options } = r;
  const truncates = isTruncating(r);
  if (!truncates && r.tracesBlocks !== true) return;
  const { own } = evidence;
  for (const [i, attempt] of evidence.attempts.entries()) {
    const logs = new Set(attempt.logs.map((l) => l.path));
    const here = evidence.seen.filter((s) => logs.has(s.log));
    const cut = truncates ? here.filter((s) => isTruncatedLeak(s.diagnostic, own)) : [];
    const poor = r.tracesBlocks === true ? here.filter((s) => lacksCaller(s.diagnostic, own, truncates)) : [];
    const blocks = r.tracesBlocks === true && here.some((s) => lacksBlock(s.diagnostic, own));
    if ((cut.length === 0 && poor.length === 0 && !blocks) || options.signal.aborted) continue;
    const leaks = here.filter(isLeak).length;
    const traced =
      r.tracesBlocks === true ? await launchAgain(r, attempt.requested, { traces: true }) : undefined;
    if (traced) evidence.seen = withBlocks(evidence.seen, traced.seen, own);
    let again =
      traced &&
      isWhole(traced, leaks) &&
      !(truncates && traced.seen.some((s) => staysTruncated(s.diagnostic, own)))
        ? traced
        : undefined;
    if (again === undefined && cut.length > 0 && !options.signal.aborted) {
      const slow = await launchAgain(r, attempt.requested, { traces: false });
      if (!isWhole(slow, leaks)) {
        evidence.attempts[i] = { unchecked: UNKNOWN, ...attempt };
        continue;
      }
      again = slow;
    }
    if (again) evidence.seen = replaced(evidence.seen, { logs, cut, poor }, again.seen.filter(isLeak), own);
  }
};

type Launched = { logs: ReadonlySet<string>; cut: readonly Observation[]; poor: readonly Observation[] };

/** Law 9: what was seen once and is not seen again stays, unless nothing but its incomplete stack is known of it. */
const replaced = (
  seen: readonly Observation[],
  { logs, cut, poor }: Launched,
  leaks: readonly Observation[],
  own: ProjectCode,
): Observation[] => {
  const printOf = (s: Observation): string => fingerprintOf(s.diagnostic, own);
  const again = new Set(leaks.filter((s) => hasHost(s.diagnostic)).map(printOf));
  const others = seen.filter((s) => !cut.includes(s) && !(poor.includes(s) && again.has(printOf(s))));
  const known = new Set(others.map(printOf));
  const knownHere = new Set(others.filter((s) => logs.has(s.log)).map(printOf));
  const fresh = leaks.filter((s) => !(hasHost(s.diagnostic) ? knownHere : known).has(printOf(s)));
  return [...others, ...fresh];
};

/**
 * The lines of the host for planted blocks that were reported without: their tests once more, each in a process of its own. Other
 * launches of planted bugs have already seen whatever there is to see.
 */
export const tracePlantedBlocks = async (r: Runner): Promise<void> => {
  const { evidence, options } = r;
  if (r.tracesBlocks !== true) return;
  const { own } = evidence;
  const lined = new Set(evidence.seen.flatMap((s) => (isLeak(s) && hasHost(s.diagnostic) ? s.test : [])));
  const poor = evidence.seen.filter(
    (s) => lacksCaller(s.diagnostic, own, isTruncating(r)) && !lined.has(s.test),
  );
  const blocks = evidence.seen.filter((s) => lacksBlock(s.diagnostic, own));
  const tests = [...new Set([...poor, ...blocks].flatMap((s) => s.test ?? []))];
  if (tests.length === 0 || options.signal.aborted) return;
  const again = await launchAgain(r, tests, { traces: true, apart: true });
  const logs = new Set(poor.map((s) => s.log));
  const leaks = again.seen.filter((s) => isLeak(s) && hasHost(s.diagnostic));
  evidence.seen = replaced(withBlocks(evidence.seen, again.seen, own), { logs, cut: [], poor }, leaks, own);
};
