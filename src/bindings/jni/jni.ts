/**
 * Java with JNI: JUnit 5 through Maven surefire. The user's project is copied to the scratch directory and built there;
 * its pom stays as it is. Surefire's JVM is armed (`jni-jdk.ts`), and a listener on the test class path writes progress.
 * Test ids: `Class#method`. The process of its own that `isolate` gives is one per test class.
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Base, Binding, RunPlan, PreparedSuite } from '../binding.js';
import type { Arm, Instrument, Launch, Missing, Step, Tools } from '../../model/launch.js';
import { jdkHome, makeArmedJdk } from './jdk.js';
import { compileStacks, withStacks } from './stacks.js';
import { compilesNative, shim, replaceShipped } from './shim.js';
import { linkedEnv, list } from '../link.js';
import { eventsOf, progressEnv, progressFile, readEvents } from '../progress.js';

/** The listener's own Maven project. */
const LISTENER = fileURLToPath(new URL('../../../plugins/junit', import.meta.url));

const COPY_PROJECT = fileURLToPath(new URL('../programs/copy-project.js', import.meta.url));

const missing = (tools: Tools): Missing | undefined => {
  if (!tools['java'] || !existsSync(join(jdkHome(tools), 'include', 'jni.h'))) {
    const remedy = 'apt-get install -y openjdk-17-jdk-headless, or point JAVA_HOME at a JDK';
    return { what: 'a JDK', why: 'it compiles and runs the tests, and has jni.h', remedy };
  }
  if (!tools['mvn'])
    return { what: 'mvn', why: 'it builds and runs the tests', remedy: 'apt-get install -y maven' };
  return undefined;
};

/** What is copied: the suite, or `with.root` above it when the pom has a parent or shares sources there. */
const root = (place: PreparedSuite): string => resolve(place.dir, list(place, 'root')[0] ?? '.');
const copyOfRoot = (place: PreparedSuite): string => join(place.out, 'project');
const project = (place: PreparedSuite): string => join(copyOfRoot(place), relative(root(place), place.dir));
const listener = (place: PreparedSuite): string => join(place.out, 'listener');
/** The listener beside the tests, and in Maven itself what lets old projects run where it listens. */
const plugins = (place: PreparedSuite): string[] => {
  const classes = join(listener(place), 'target', 'classes');
  return [`-Dmaven.test.additionalClasspath=${classes}`, `-Dmaven.ext.class.path=${classes}`];
};

const maven = (place: PreparedSuite, tools: Tools, cwd: string, args: string[]): Launch => ({
  argv: [tools['mvn']?.path ?? 'mvn', '-B', '-q', '-Dstyle.color=never', ...args],
  cwd,
  env: {
    ...linkedEnv(place),
    JAVA_HOME: jdkHome(tools),
    MAVEN_OPTS:
      `${place.env['MAVEN_OPTS'] ?? process.env['MAVEN_OPTS'] ?? ''} -XX:TieredStopAtLevel=1`.trim(),
  },
});

const copied = (place: PreparedSuite, from: string, to: string): Step => ({
  argv: [process.execPath, COPY_PROJECT, from, to],
  cwd: place.dir,
  env: {},
});

/**
 * The Java half: no instrument reaches it, so it is made once. What Maven needs is brought into the local repository with
 * it, since runs are offline.
 */
const base = (place: PreparedSuite, _instrument: Instrument, tools: Tools): Base => ({
  name: 'java',
  sources: true,
  facts: [list(place, 'root'), list(place, 'args')],
  steps: [
    copied(place, root(place), copyOfRoot(place)),
    copied(place, LISTENER, listener(place)),
    maven(place, tools, listener(place), ['compile']),
    dryRun(place, tools),
  ],
});

/** Each instrument's tests run in a copy of their own: what they write is not in another's way. */
const prepare = (place: PreparedSuite, instrument: Instrument, tools: Tools): Step[] => [
  { argv: ['cp', '-a', `${place.base ?? ''}/.`, place.out], cwd: place.dir, env: {} },
  ...shim(place, project(place), instrument, tools),
  ...compileStacks(place, instrument, tools),
  ...(compilesNative(place) ? [replaceShipped(place, copyOfRoot(place))] : []),
];

/**
 * Lists the tests once for all cells, and brings surefire and its provider into the local repository. JUnit's dry run
 * (Platform 1.10 and later) reports every test as skipped and loads no native code; an older one runs the tests, whose
 * failures for want of a library are not the build's.
 */
const dryRun = (place: PreparedSuite, tools: Tools): Step => {
  const step = maven(place, tools, project(place), [
    ...['test-compile', 'surefire:test', '-DforkCount=1', '-DreuseForks=true', '-DfailIfNoTests=false'],
    ...['-Dmaven.test.failure.ignore=true', '-Djunit.platform.execution.dryRun.enabled=true'],
    ...plugins(place),
    ...list(place, 'args'),
  ]);
  return { ...step, env: { ...step.env, FFI_GATES_PROGRESS: progressFile(place.out) } };
};

const quietAbout = (pattern: string): string[] => [
  `-Dtest=${pattern}`,
  '-DfailIfNoSpecifiedTests=false',
  '-Dsurefire.failIfNoSpecifiedTests=false',
];

/** `Class#a+b` for each class, as surefire's `test` wants it. */
export const selection = (tests: readonly string[]): string => {
  const methods = new Map<string, string[]>();
  for (const test of tests) {
    const [cls = '', method] = test.split('#');
    methods.set(cls, [...(methods.get(cls) ?? []), ...(method ? [method] : [])]);
  }
  return [...methods].map(([cls, names]) => (names.length > 0 ? `${cls}#${names.join('+')}` : cls)).join(',');
};

type Fork = { scratch: string; logDir: string; arm: Arm; args: string[] };

/** A JVM of one class ends before the optimising compiler would pay for itself (measured: 33 s of processor time for 54). */
const BRIEF = ['-XX:TieredStopAtLevel=1'];

/** Runs of one project beside each other need names of their own. */
let launches = 0;

const surefire = (place: PreparedSuite, tools: Tools, { scratch, logDir, arm, args }: Fork): Launch => {
  const libraryPath = [place.out, ...Object.values(place.targets)];
  const jvm = makeArmedJdk(tools, {
    dir: join(scratch, 'jdk'),
    arm: withStacks(place, arm),
    logDir,
    libraryPath,
  });
  const launch = maven(place, tools, project(place), [
    ...[
      '-o',
      'surefire:test',
      `-Djvm=${jvm}`,
      '-DforkCount=1',
      '-DtrimStackTrace=true',
      '-DfailIfNoTests=false',
    ],
    ...plugins(place),
    // Surefire deletes this directory after its tests, with what another cell of the same project still needs in it.
    `-DtempDir=surefire-${String(process.pid)}-${String(++launches)}`,
    // A JVM under a checker may need minutes for its end; tests beside each other would blur what belongs to which.
    ...['-Dsurefire.exitTimeout=600', '-Djunit.jupiter.execution.parallel.enabled=false'],
    ...args,
    ...list(place, 'args'),
  ]);
  return { ...launch, env: { ...launch.env, ...progressEnv(scratch, logDir) } };
};

const run = (place: PreparedSuite, _instrument: Instrument, tools: Tools, plan: RunPlan): Launch => {
  const { tests, isolate, scratch, logDir, arm } = plan;
  const chosen = tests === 'all' ? [] : quietAbout(selection(tests));
  const args = [`-DreuseForks=${String(isolate !== true)}`, ...chosen];
  const brief: Arm = isolate === true ? { ...arm, hostArgs: [...arm.hostArgs, ...BRIEF] } : arm;
  return surefire(place, tools, { scratch, logDir, arm: brief, args });
};

/**
 * The JUnit binding. `with`: `shim` (`name`, `sources`, `include`, `libs`: a JNI library to compile), `root` (directory
 * above the suite that its pom needs), `args` (more Maven arguments, such as `-Pname`).
 */
export const jni: Binding = {
  id: 'jni',
  title: 'Java (JNI)',
  attributes: true,
  isolates: 'start-all',
  copied: (place) => ({ from: root(place), to: copyOfRoot(place) }),
  missing,
  base,
  prepare,
  list: (place) => ({ argv: ['cat', progressFile(place.out)], cwd: place.out, env: {} }),
  parseList: (stdout) => [...new Set(eventsOf(stdout).map((e) => e.test))],
  run,
  events: (scratch) => readEvents(progressFile(scratch)),
};
