/** The exit codes of all commands. They are public; their meaning never changes. */

export const EXIT = {
  /** Everything that ran is proven, and clean or known to the baseline. */
  OK: 0,
  /** A hazard was found, or an entry of the baseline or the suppressions no longer holds. */
  HAZARD: 1,
  /** Wrong usage, or an error in a user's file. */
  USAGE: 2,
  /** The selectors match nothing. */
  NOTHING_SELECTED: 3,
  /** A test of a suite failed, and no hazard was found. */
  TEST_FAILED: 4,
  BUILD_FAILED: 5,
  /** Nothing is proven: a gate was not armed, a report could not be read, a planted hazard was missed. */
  INCONCLUSIVE: 6,
  /** A fault of our own: nothing is known. Set in `bin/`, where also what cannot be loaded is caught. */
  FAULT: 70,
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

/** The exit code of a run is that of its worst cell (Law 11). */
export const worst = (codes: readonly ExitCode[]): ExitCode =>
  WORST_FIRST.find((c) => codes.includes(c)) ?? EXIT.OK;
