/** What a launch of one fuzz target that a repository has is told. */
export type FuzzPlan = {
  seconds: number;
  /** Seconds for making one failing input smaller. */
  smaller: number;
  /** After so many different failures nothing more is looked for. */
  failures: number;
  seed: number;
  /** Directory of all targets of the suite. */
  kept: string;
  /** The only input to run, one that was found. */
  input?: string;
};

/** Whether a suite consists of fuzz targets (`with: { fuzz: true }`). */
export const isFuzzing = (suite: { with: Readonly<Record<string, unknown>> }): boolean =>
  suite.with['fuzz'] === true;
