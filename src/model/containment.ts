/** Faults that the gate `contain` puts into a worker. */

/** In the order in which they are tried: the first three show most. `plugins/contain/tracer.h` has the same names. */
export const FAULT_KINDS = ['segv', 'hang', 'garbage', 'abort', 'memory', 'close'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What a worker does when the fault strikes. */
export const FAULT_WORDS: Record<FaultKind, string> = {
  segv: 'crashed (SIGSEGV)',
  hang: 'hung (SIGSTOP)',
  garbage: 'wrote garbage',
  abort: 'aborted (SIGABRT)',
  memory: 'was killed as for its memory (SIGKILL)',
  close: 'closed its pipes',
};

/** A fault of one launch: its worker breaks when it has read the nth request of a test. */
export type WorkerFault = {
  test: string;
  /** The test as the tracer knows it: as it is spelt in the record of our plugins, or `*` where there is none. */
  key: string;
  /** From 1. */
  n: number;
  kind: FaultKind;
  /** Milliseconds for which the parent may wait before its test goes on. */
  patience: number;
  /** Requests of the test that follow when nothing breaks. */
  more: number;
};
