/** One row of `doctor`. */

export type Diagnosis = {
  /** `gate asan`, `binding py`, `compiler gcc`, or the name of a trap. */
  subject: string;
  /** `warn`: it works partly, or fails under a named condition. */
  state: 'ok' | 'missing' | 'warn';
  version?: string;
  says: string;
  /** A command or a change. Absent if there is nothing to do. */
  remedy?: string;
};
