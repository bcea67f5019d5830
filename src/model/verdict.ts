/** The verdicts of a cell, and their exit codes. */
import { EXIT, type ExitCode } from './exit-codes.js';

/** Why a cell proves nothing. */
export type InconclusiveReason =
  | 'gate-not-armed' // the lane's canary was not seen
  | 'fired-but-silent' // the process ended as if a checker had fired, and no log says why
  | 'log-truncated' // a report has a beginning and no end
  | 'unread-report' // a line looks like a checker's, and no reader took it
  | 'timed-out'
  | 'flooded' // a launch exceeded its limit of output and was stopped
  | 'did-not-start' // no test began
  | 'not-delivered' // no shard delivered a result of this cell
  | 'listing-failed' // the command that lists the tests failed, so there may be more tests
  | 'no-tests' // the suite lists no tests
  | 'tests-missing' // listed tests have no result
  | 'leaks-unchecked' // a process that ran tests ended without the checker's check for leaks
  | 'tests-unproven' // tests that a guard had no time to look at
  | 'tool-failed'; // the checker itself failed

export type Verdict =
  /** `why`: what it does not cover, such as files that could not be collected. */
  | { kind: 'clean'; why?: string }
  /** `known` of the findings are in the baseline, `fresh` are not. */
  | { kind: 'hazard'; findings: number; fresh: number; known: number; why?: string }
  /** Hazard and canary cells: every declared hazard was seen. */
  | { kind: 'as-declared'; caught: number; why?: string }
  | { kind: 'missed'; missed: string[]; why: string }
  | { kind: 'suite-failed'; why: string }
  | { kind: 'build-failed'; why: string }
  | { kind: 'skipped'; why: string }
  | { kind: 'inconclusive'; doubt: InconclusiveReason; why: string };

/** A cell's contribution to the exit code of its run. */
export const exitCodeOf = (v: Verdict): ExitCode => {
  switch (v.kind) {
    case 'clean':
    case 'as-declared':
    case 'skipped':
      return EXIT.OK;
    case 'hazard':
      return v.fresh > 0 ? EXIT.HAZARD : EXIT.OK;
    case 'suite-failed':
      return EXIT.TEST_FAILED;
    case 'build-failed':
      return EXIT.BUILD_FAILED;
    case 'missed':
    case 'inconclusive':
      return EXIT.INCONCLUSIVE;
  }
};

/** Whether a cell makes its run fail. */
export const isRed = (v: Verdict): boolean => exitCodeOf(v) !== EXIT.OK;
