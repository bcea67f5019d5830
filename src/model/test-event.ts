/** Events of a test framework. */

export type TestEvent = {
  /** Stable id, as the framework selects it (`tests/test_x.py::test_y`, `TestFoo`, `Class#method`). */
  test: string;
  outcome: 'started' | 'passed' | 'failed' | 'skipped';
  /** Process that ran it, if the framework can tell. Gate logs carry the process id in their names. */
  pid?: number;
  ms?: number;
  message?: string;
  /**
   * At 'started': the files in the gate's log directory and their sizes in bytes. Assigns later reports to
   * tests.
   */
  logs?: Record<string, number>;
};
