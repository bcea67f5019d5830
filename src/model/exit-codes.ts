/** The exit codes of every command, named once. They are public: their meaning never changes. */

export const EXIT = {
  /** All that ran is proven, and clean or known to the baseline. */
  OK: 0,
  /** A hazard was found, or an entry of the baseline or the suppressions no longer holds. */
  HAZARD: 1,
  /** Wrong usage, or an error in a file that the user wrote. */
  USAGE: 2,
  /** Nothing was selected. */
  NOTHING_SELECTED: 3,
  /** A test of the user's failed, without a hazard. */
  TEST_FAILED: 4,
  BUILD_FAILED: 5,
  /** Nothing can be said: a gate was not armed, a report was not understood, a planted hazard was missed. */
  INCONCLUSIVE: 6,
  /** Stopped by a signal. */
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const WORST_FIRST: readonly ExitCode[] = [
  EXIT.USAGE,
  EXIT.BUILD_FAILED,
  EXIT.INCONCLUSIVE,
  EXIT.HAZARD,
  EXIT.TEST_FAILED,
  EXIT.NOTHING_SELECTED,
  EXIT.OK,
];

/** The code of the worst cell decides. */
export const worst = (codes: readonly ExitCode[]): ExitCode =>
  WORST_FIRST.find((c) => codes.includes(c)) ?? EXIT.OK;
