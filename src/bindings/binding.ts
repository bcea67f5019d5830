/**
 * The seam of a binding: how one host language compiles, lists and runs its own tests, and how a gate gets between.
 * Nothing here knows a gate by name: a gate arrives as an `Instrument` (what to compile with) and an `Arm` (what to run
 * with), and the binding says where those go in its own command line.
 */
import type { TestEvent } from '../model/test-event.js';
import type { BindingId } from '../model/ids.js';
import type { Arm, Instrument, Launch, Missing, Step, Tools } from '../model/launch.js';
/** A suite in place: everything absolute. */
export type PreparedSuite = {
  /** The suite's directory in the repository; read-only. */
  dir: string;
  /** Scratch directory of this (suite, instrument): compiled tests live here and survive to the next run. */
  out: string;
  /** Output directories of the targets the suite uses, by target id: where `lib*.so`, `*.node`, … were put. */
  targets: Record<string, string>;
  /** Environment from the matrix, templates already expanded. */
  env: Record<string, string>;
  /** Free-form settings of this binding from the matrix (`with:`). */
  with: Record<string, unknown>;
  /** Where the steps of `Base` were run, for bindings that have one. */
  base?: string;
};

/** What the builds of a suite under several instruments have in common: made once, copied by each of them. */
export type Base = {
  /** Readable half of its directory's name. */
  name: string;
  /** True when the result depends on the suite's files, not on `facts` and `steps` alone. */
  sources: boolean;
  facts: unknown;
  steps: Step[];
};

/** Tests that are to have processes of their own: all of them, none, or the named ones. */
export type Apart = boolean | readonly string[];

/** Whether `test` is to have a process of its own. */
export const isApart = (apart: Apart, test: string): boolean =>
  typeof apart === 'boolean' ? apart : apart.includes(test);

export type RunPlan = {
  tests: readonly string[] | 'all';
  /** Which tests have a process each inside the launch, where the framework can do that itself: all, none, or these. */
  isolate: Apart;
  arm: Arm;
  /** Fresh directory for this launch: result files, progress files. */
  scratch: string;
  /** Where the gate writes its logs (for `TestEvent.logs`). */
  logDir: string;
};

export type Binding = {
  id: BindingId;
  title: string;
  /** Host languages' file extensions: used to tell managed frames from native ones. */
  missing(tools: Tools, settings?: PreparedSuite['with']): Missing | undefined;
  /** A second way of running that a suite's `with:` asks for: part of its cells' ids, so that the lane has a proof of its own,
   * which is run with the settings `with`. */
  variant?(settings: PreparedSuite['with']): { name: string; with: PreparedSuite['with'] } | undefined;
  /** Steps whose result is the same for many instruments or suites; they write below `place.out`, which is the base's own
   * directory here. `place` knows no target: what needs one is not common. */
  base?(place: PreparedSuite, instrument: Instrument, tools: Tools): Base | undefined;
  /** Compiles the tests (not the targets) with the instrument; may be empty. Runs only when inputs changed. */
  prepare(place: PreparedSuite, instrument: Instrument, tools: Tools): Step[];
  /** A command whose output `parseList` turns into test ids; it is run unarmed unless the code cannot load unarmed. */
  list(place: PreparedSuite, instrument: Instrument, tools: Tools, arm: Arm): Launch;
  parseList(stdout: string, place: PreparedSuite): string[];
  /** Runs tests; stdout and stderr end up in one file in order. */
  run(place: PreparedSuite, instrument: Instrument, tools: Tools, plan: RunPlan): Launch;
  /** Test events in order, from result/progress files in `scratch` and from the lines of the output, which may be without
   * number. Must work on partial output of a process that died: the running test is then `started` without an end. */
  events(scratch: string, output: Iterable<string>, place: PreparedSuite): TestEvent[];
  /** The signal (`SIGSEGV`) that ended the test process, for frameworks whose launcher outlives it and only says so. */
  killed?(output: Iterable<string>): string | undefined;
  /** True when one launch of many tests records `logs` or `pid` well enough to attribute reports to tests. */
  attributes: boolean;
  /** Executables (absolute) that carry the user's code themselves (Go and Rust test binaries), after `prepare`. */
  ownObjects?(place: PreparedSuite): string[];
  /** The copy of the project in which tests are built and run, and what it is a copy of. */
  copied?(place: PreparedSuite): { from: string; to: string };
  /**
   * How the framework can run tests in processes of their own within one launch: forked from the one that has loaded and
   * collected everything, which costs little; started anew for each; or started anew, for all tests of the launch or none.
   */
  isolates?: 'fork' | 'start' | 'start-all';
};
