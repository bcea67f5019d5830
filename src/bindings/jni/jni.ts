/**
 * Java with JNI: JUnit 5 through Maven surefire. The project is copied to the scratch directory and built
 * there, with its pom unchanged. Surefire's JVM is armed (`jdk.ts`), and a listener on the test class path
 * writes progress. Test ids: `Class#method`. `isolate` gives each test class a process of its own.
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Base, Binding, RunPlan, PreparedSuite } from '../binding.js';
import type { Arm, Instrument, Launch, Missing, Step, Tools } from '../../model/launch.js';
import { jdkHome, makeArmedJdk } from './jdk.js';
import { compileStacks, withStacks } from './stacks.js';
import { compilesNative, shim, shimSources, replaceShipped } from './shim.js';
import { linkedEnv, list } from '../link.js';
import { eventsOf, progressEnv, progressFile, readEvents } from '../progress.js';

/** The Maven project of the listener. */
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

/**
 * The directory to copy: the suite, or `with.root` above it if the pom has a parent or shares sources there.
 */
const root = (suite: PreparedSuite): string => resolve(suite.dir, list(suite, 'root')[0] ?? '.');
const copyOfRoot = (suite: PreparedSuite): string => join(suite.out, 'project');
const project = (suite: PreparedSuite): string => join(copyOfRoot(suite), relative(root(suite), suite.dir));
const listener = (suite: PreparedSuite): string => join(suite.out, 'listener');
/**
 * Adds the listener to the tests, and to Maven the extension that lets old projects run on the JUnit
 * Platform.
 */
const plugins = (suite: PreparedSuite): string[] => {
  const classes = join(listener(suite), 'target', 'classes');
  return [`-Dmaven.test.additionalClasspath=${classes}`, `-Dmaven.ext.class.path=${classes}`];
};

const maven = (suite: PreparedSuite, tools: Tools, cwd: string, args: string[]): Launch => ({
  argv: [tools['mvn']?.path ?? 'mvn', '-B', '-q', '-Dstyle.color=never', ...args],
  cwd,
  env: {
    ...linkedEnv(suite),
    JAVA_HOME: jdkHome(tools),
    MAVEN_OPTS:
      `${suite.env['MAVEN_OPTS'] ?? process.env['MAVEN_OPTS'] ?? ''} -XX:TieredStopAtLevel=1`.trim(),
  },
});

const copied = (suite: PreparedSuite, from: string, to: string): Step => ({
  argv: [process.execPath, COPY_PROJECT, from, to],
  cwd: suite.dir,
  env: {},
});

/**
 * The Java part. It does not depend on the instrument, so it is built once. It also fetches what Maven needs
 * into the local repository, since runs are offline.
 */
const base = (suite: PreparedSuite, _instrument: Instrument, tools: Tools): Base => ({
  name: 'java',
  sources: true,
  facts: [list(suite, 'root'), list(suite, 'args')],
  steps: [
    copied(suite, root(suite), copyOfRoot(suite)),
    copied(suite, LISTENER, listener(suite)),
    maven(suite, tools, listener(suite), ['compile']),
    dryRun(suite, tools),
  ],
});

/** The tests of each instrument run in a copy of their own, so that files they write do not interfere. */
const prepare = (suite: PreparedSuite, instrument: Instrument, tools: Tools): Step[] => [
  { argv: ['cp', '-a', `${suite.base ?? ''}/.`, suite.out], cwd: suite.dir, env: {} },
  ...shim(suite, project(suite), instrument, tools),
  ...compileStacks(suite, instrument, tools),
  ...(compilesNative(suite) ? [replaceShipped(suite, copyOfRoot(suite))] : []),
];

/**
 * Lists the tests once for all cells, and fetches surefire and its provider into the local repository.
 * JUnit's dry run (Platform 1.10 and later) reports every test as skipped and loads no native code. An older
 * one runs the tests; if they fail for lack of a library, the build still succeeds.
 */
const dryRun = (suite: PreparedSuite, tools: Tools): Step => {
  const step = maven(suite, tools, project(suite), [
    ...['test-compile', 'surefire:test', '-DforkCount=1', '-DreuseForks=true', '-DfailIfNoTests=false'],
    ...['-Dmaven.test.failure.ignore=true', '-Djunit.platform.execution.dryRun.enabled=true'],
    ...plugins(suite),
    ...list(suite, 'args'),
  ]);
  return { ...step, env: { ...step.env, FFI_GATES_PROGRESS: progressFile(suite.out) } };
};

const quietAbout = (pattern: string): string[] => [
  `-Dtest=${pattern}`,
  '-DfailIfNoSpecifiedTests=false',
  '-Dsurefire.failIfNoSpecifiedTests=false',
];

/** `Class#a+b` for each class, the format of surefire's `test`. */
export const selection = (tests: readonly string[]): string => {
  const methods = new Map<string, string[]>();
  for (const test of tests) {
    const [cls = '', method] = test.split('#');
    methods.set(cls, [...(methods.get(cls) ?? []), ...(method ? [method] : [])]);
  }
  return [...methods].map(([cls, names]) => (names.length > 0 ? `${cls}#${names.join('+')}` : cls)).join(',');
};

type Fork = { scratch: string; logDir: string; arm: Arm; args: string[] };

/**
 * A JVM that runs one class ends before the optimising compiler would pay off (measured: 33 s of processor
 * time instead of 54).
 */
const BRIEF = ['-XX:TieredStopAtLevel=1'];

/** Concurrent runs of one project need distinct names. */
let launches = 0;

const surefire = (suite: PreparedSuite, tools: Tools, { scratch, logDir, arm, args }: Fork): Launch => {
  const libraryPath = [suite.out, ...Object.values(suite.targets)];
  const jvm = makeArmedJdk(tools, {
    dir: join(scratch, 'jdk'),
    arm: withStacks(suite, arm),
    logDir,
    libraryPath,
  });
  const launch = maven(suite, tools, project(suite), [
    ...[
      '-o',
      'surefire:test',
      `-Djvm=${jvm}`,
      '-DforkCount=1',
      '-DtrimStackTrace=true',
      '-DfailIfNoTests=false',
    ],
    ...plugins(suite),
    // Surefire deletes this directory after its tests, although another cell of the same project may still
    // need it.
    `-DtempDir=surefire-${String(process.pid)}-${String(++launches)}`,
    // A JVM under a checker may need minutes to end. Parallel tests would make it unclear which report
    // belongs to which.
    ...['-Dsurefire.exitTimeout=600', '-Djunit.jupiter.execution.parallel.enabled=false'],
    ...args,
    ...list(suite, 'args'),
  ]);
  return { ...launch, env: { ...launch.env, ...progressEnv(scratch, logDir) } };
};

const run = (suite: PreparedSuite, _instrument: Instrument, tools: Tools, plan: RunPlan): Launch => {
  const { tests, isolate, scratch, logDir, arm } = plan;
  const chosen = tests === 'all' ? [] : quietAbout(selection(tests));
  const args = [`-DreuseForks=${String(isolate !== true)}`, ...chosen];
  const brief: Arm = isolate === true ? { ...arm, hostArgs: [...arm.hostArgs, ...BRIEF] } : arm;
  return surefire(suite, tools, { scratch, logDir, arm: brief, args });
};

/**
 * The JUnit binding. `with`: `shim` (`name`, `sources`, `include`, `libs`: a JNI library to compile), `root`
 * (directory above the suite that its pom needs), `args` (further Maven arguments, such as `-Pname`), `foreign`
 * (`jna` if Java calls libraries through it, `both` if it has native methods, too).
 */
export const jni: Binding = {
  id: 'jni',
  title: 'Java (JNI)',
  toolchains: ['jvm'],
  attributes: true,
  isolates: 'start-all',
  copied: (suite) => ({ from: root(suite), to: copyOfRoot(suite) }),
  missing,
  variant: ({ foreign }) =>
    foreign === 'jna' || foreign === 'both' ? { name: foreign, with: { foreign } } : undefined,
  base,
  prepare,
  list: (suite) => ({ argv: ['cat', progressFile(suite.out)], cwd: suite.out, env: {} }),
  parseList: (stdout) => [...new Set(eventsOf(stdout).map((e) => e.test))],
  run,
  events: (scratch) => readEvents(progressFile(scratch)),
  declarations: (suite, instrument, tools) => ({
    language: 'java',
    jni: {
      project: { from: root(suite), to: copyOfRoot(suite) },
      libraries: [suite.out, ...Object.values(suite.targets)],
      sources: shimSources(suite, tools).sources,
      cflags: [...instrument.cflags, ...shimSources(suite, tools).cflags],
    },
  }),
};
