/** How a cell can end, and what each ending is worth. */
import { EXIT, type ExitCode } from './exit-codes.js';

/** Why a cell proves nothing either way. */
export type InconclusiveReason =
  | 'gate-not-armed' // the lane's canary was not seen
  | 'fired-but-silent' // the process ended as if a checker fired, and no log says why
  | 'log-truncated' // a report was begun and not finished
  | 'unread-report' // lines that smell of a checker were not understood
  | 'timed-out'
  | 'flooded' // a launch wrote more than it may, and was ended
  | 'did-not-start' // no test began
  | 'listing-failed' // the command that lists the tests did not end well: there may be more of them
  | 'no-tests' // the suite listed nothing
  | 'tests-missing' // listed tests have no result
  | 'leaks-unchecked' // a process that ran tests left without the checker's look for leaks
  | 'tool-failed'; // the checker itself could not work (an honesty row)

export type Verdict =
  | { kind: 'clean' }
  /** `known` of the findings are in the baseline, `fresh` are not. */
  | { kind: 'hazard'; findings: number; fresh: number; known: number; why?: string }
  /** Hazard and canary cells: every declared hazard was seen. */
  | { kind: 'as-declared'; caught: number; why?: string }
  | { kind: 'missed'; missed: string[]; why: string }
  | { kind: 'suite-failed'; why: string }
  | { kind: 'build-failed'; why: string }
  | { kind: 'skipped'; why: string }
  | { kind: 'inconclusive'; doubt: InconclusiveReason; why: string };

/** What a cell adds to the exit code of its run. */
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

/** Whether a cell makes its run red. */
export const isRed = (v: Verdict): boolean => exitCodeOf(v) !== EXIT.OK;
