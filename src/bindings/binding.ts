/**
 * The interface of a binding: how one host language compiles, lists and runs its own tests under a gate.
 * Bindings do not know gates by name. A gate is passed as an `Instrument` (what to compile with) and an `Arm`
 * (what to run with), and the binding places these in its own command line.
 */
import type { TestEvent } from '../model/test-event.js';
import type { BindingId } from '../model/ids.js';
import type { Arm, Instrument, Launch, Missing, Step, Tools } from '../model/launch.js';
import type { FuzzPlan } from '../model/fuzz-plan.js';
import type { Toolchain } from '../host/tools.js';

/** A suite that is ready to run. All paths are absolute. */
export type PreparedSuite = {
  /** The suite's directory in the repository; read-only. */
  dir: string;
  /** Directory of compiled tests for this suite and instrument. Kept for the next run. */
  out: string;
  /** Output directories of the suite's targets (`lib*.so`, `*.node`, …), by target id. */
  targets: Record<string, string>;
  /** Environment from the matrix, with templates expanded. */
  env: Record<string, string>;
  /** Free-form settings of this binding from the matrix (`with:`). */
  with: Record<string, unknown>;
  /** Directory in which the steps of `Base` ran, for bindings that have one. */
  base?: string;
};

/** The part of a build that is the same under several instruments. Built once and copied by each. */
export type Base = {
  /** The readable part of its directory's name. */
  name: string;
  /** True if the result depends on the suite's files, and not only on `facts` and `steps`. */
  sources: boolean;
  facts: unknown;
  steps: Step[];
};

/** Tests that run in processes of their own: all, none, or the named ones. */
export type Apart = boolean | readonly string[];

/** Whether `test` runs in a process of its own. */
export const isApart = (apart: Apart, test: string): boolean =>
  typeof apart === 'boolean' ? apart : apart.includes(test);

/** A file of tests that the framework could not load, and its last word about it. */
export type Uncollected = { file: string; why: string };

export type RunPlan = {
  tests: readonly string[] | 'all';
  /** Tests that get a process of their own within the launch, if the framework supports it. */
  isolate: Apart;
  arm: Arm;
  /** Empty directory for this launch: result files, progress files. */
  scratch: string;
  /** Directory of the gate's logs (for `TestEvent.logs`). */
  logDir: string;
  /** For suites of fuzz targets (`with.fuzz`), of which a launch runs one: its time and its inputs. */
  fuzz?: FuzzPlan;
};

export type Binding = {
  id: BindingId;
  title: string;
  /** What is looked for on a machine whose matrix has this binding. */
  toolchains?: readonly Toolchain[];
  /** A tool that the binding lacks here. Undefined if it has all that it needs. */
  missing(tools: Tools, settings?: PreparedSuite['with']): Missing | undefined;
  /**
   * A second way of running that a suite's `with:` selects. Its name is part of the cells' ids, so that the
   * lane has a proof of its own, which runs with the settings `with`.
   */
  variant?(settings: PreparedSuite['with']): { name: string; with: PreparedSuite['with'] } | undefined;
  /**
   * Steps whose result is the same for several instruments or suites. They write below `suite.out`, which
   * here is the base's own directory. `suite` has no targets, since a step that needs one is not common.
   */
  base?(suite: PreparedSuite, instrument: Instrument, tools: Tools): Base | undefined;
  /**
   * Compiles the tests (not the targets) with the instrument. May be empty. Runs only if inputs have changed.
   */
  prepare(suite: PreparedSuite, instrument: Instrument, tools: Tools): Step[];
  /**
   * A command whose output `parseList` turns into test ids. It runs unarmed unless the code needs the arm to
   * load.
   */
  list(suite: PreparedSuite, instrument: Instrument, tools: Tools, arm: Arm): Launch;
  parseList(stdout: string, suite: PreparedSuite): string[];
  /** Files whose tests are not in that list, for frameworks that go on without them. */
  uncollected?(stdout: string): Uncollected[];
  /** Runs tests. stdout and stderr go to one file, in order. */
  run(suite: PreparedSuite, instrument: Instrument, tools: Tools, plan: RunPlan): Launch;
  /**
   * Test events in order, from result and progress files in `scratch` and from the lines of the output, of
   * which there may be any number. Must work on the partial output of a process that died: the running test
   * is then `started` without an end.
   */
  events(scratch: string, output: Iterable<string>, suite: PreparedSuite): TestEvent[];
  /** True if a launch can be told any number of tests, since their names are not passed as arguments. */
  selectsAny?: true;
  /**
   * The signal (`SIGSEGV`) that ended the test process, for frameworks whose launcher survives and only
   * prints it.
   */
  killed?(output: Iterable<string>): string | undefined;
  /** True if one launch of many tests records `logs` or `pid` well enough to assign reports to tests. */
  attributes: boolean;
  /**
   * Executables (absolute) that contain the project's code themselves (Go and Rust test binaries), after
   * `prepare`.
   */
  ownObjects?(suite: PreparedSuite): string[];
  /** The copy of the project in which tests are built and run, and its origin. */
  copied?(suite: PreparedSuite): { from: string; to: string } | undefined;
  /**
   * Where its declarations of foreign functions are, for a gate that compares them: settings of its program.
   * Absent if they cannot be had.
   */
  declarations?(suite: PreparedSuite, instrument: Instrument, tools: Tools): Record<string, unknown>;
  /**
   * How the framework can run tests in processes of their own within one launch. `fork`: forked from the
   * process that has loaded and collected everything, which is cheap. `start`: started anew for each.
   * `start-all`: started anew, for all tests of the launch or none.
   */
  isolates?: 'fork' | 'start' | 'start-all';
};
