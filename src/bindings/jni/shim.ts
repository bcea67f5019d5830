/**
 * The JNI library beside a suite's Java code (`with.shim`), and the headers that its build would generate.
 */
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Instrument, Step, Tools } from '../../model/launch.js';
import { jdkHome } from './jdk.js';
import { includeFlags, libraryFlags, list } from '../link.js';

const HEADERS = fileURLToPath(new URL('../programs/jni-headers.js', import.meta.url));

/** Whether native code is compiled for this suite. Its tests must then load that code. */
export const compilesNative = (suite: PreparedSuite): boolean =>
  suite.with['shim'] !== undefined || Object.keys(suite.targets).length > 0;

/** Replaces each given file by the compiled library of the same name, or removes it if there is none. */
const REPLACE = [
  'IFS=:; for f; do for d in $BUILT; do',
  '[ -f "$d/${f##*/}" ] && cp -f "$d/${f##*/}" "$f" && continue 2;',
  'done; rm -f "$f"; done',
].join(' ');

/**
 * Replaces prebuilt libraries among a project's resources by the compiled ones, and removes others. Many
 * loaders unpack prebuilt ones before they search the library path, or never search it, and no gate sees into
 * them.
 */
export const replaceShipped = (suite: PreparedSuite, project: string): Step => ({
  argv: [
    ...(['find', '.', '(', '-path', '*/src/main/*', '-o', '-path', '*/target/classes/*', ')'] as const),
    ...['-name', '*.so', '-exec', 'sh', '-c', REPLACE, 'sh', '{}', '+'],
  ],
  cwd: project,
  env: { BUILT: [suite.out, ...Object.values(suite.targets)].join(':') },
});

const headers = (suite: PreparedSuite): string => join(suite.out, 'headers');
const includes = (suite: PreparedSuite, own: PreparedSuite, tools: Tools): string[] => {
  const include = join(jdkHome(tools), 'include');
  return [`-I${include}`, `-I${join(include, 'linux')}`, ...includeFlags(own), `-I${headers(suite)}`];
};

/** The sources of the suite's own JNI library, and the flags by which their headers are found. */
export const shimSources = (suite: PreparedSuite, tools: Tools): { sources: string[]; cflags: string[] } => {
  const settings = suite.with['shim'];
  if (typeof settings !== 'object' || settings === null) return { sources: [], cflags: [] };
  const own: PreparedSuite = { ...suite, with: { ...settings } };
  const sources = list(own, 'sources').map((source) => resolve(suite.dir, source));
  return { sources, cflags: includes(suite, own, tools) };
};

/**
 * Compiles the suite's own JNI library. Paths are relative to the suite. `project` is the copy with the Java
 * sources.
 */
export const shim = (
  suite: PreparedSuite,
  project: string,
  { cc, cxx, cflags, ldflags }: Instrument,
  tools: Tools,
): Step[] => {
  const settings = suite.with['shim'];
  if (settings === undefined) return [];
  if (typeof settings !== 'object' || settings === null) throw new TypeError("'with.shim' must be a mapping");
  const own: PreparedSuite = { ...suite, with: { ...settings } };
  const sources = list(own, 'sources').map((source) => resolve(suite.dir, source));
  const [name] = list(own, 'name');
  if (sources.length === 0 || !name) throw new TypeError("'with.shim' needs 'sources' and 'name'");
  const compile: [string, ...string[]] = [
    sources.every((s) => s.endsWith('.c')) ? cc : cxx,
    ...['-g', '-O1', '-fno-omit-frame-pointer', '-fPIC', '-shared', ...cflags],
    ...includes(suite, own, tools),
    ...sources,
    ...['-o', join(suite.out, `lib${name}.so`), ...ldflags, ...libraryFlags(own)],
    ...Object.values(suite.targets).map((dir) => `-Wl,-rpath,${dir}`),
  ];
  const generated = headers(suite);
  const javac = join(jdkHome(tools), 'bin', 'javac');
  const inCopy = sources.map((s) => join(project, relative(suite.dir, s)));
  return [
    { argv: [process.execPath, HEADERS, javac, generated, project, ...inCopy], cwd: project, env: {} },
    { argv: compile, cwd: suite.dir, env: suite.env },
  ];
};
