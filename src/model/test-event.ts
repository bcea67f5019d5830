/** What a test framework says of its tests, one event at a time. */

export type TestEvent = {
  /** Stable id, as the framework selects it (`tests/test_x.py::test_y`, `TestFoo`, `Class#method`). */
  test: string;
  outcome: 'started' | 'passed' | 'failed' | 'skipped';
  /** Process that ran it, where the framework can tell: gate logs carry the pid in their name. */
  pid?: number;
  ms?: number;
  message?: string;
  /** At 'started': sizes in bytes of the files in the gate's log directory, name → size; ties later reports to tests. */
  logs?: Record<string, number>;
};
