/** The JNI library that a suite has beside its Java code (`with.shim`), and headers that its build would generate. */
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Instrument, Step, Tools } from '../../model/launch.js';
import { jdkHome } from './jdk.js';
import { includeFlags, libraryFlags, list } from '../link.js';

const HEADERS = fileURLToPath(new URL('../programs/jni-headers.js', import.meta.url));

/** Whether native code is compiled for this suite, so that what its tests load has to be that. */
export const compilesNative = (place: PreparedSuite): boolean =>
  place.with['shim'] !== undefined || Object.keys(place.targets).length > 0;

/** For each file given: the library of its name in one of the directories on top of it, or away with it. */
const REPLACE = [
  'IFS=:; for f; do for d in $BUILT; do',
  '[ -f "$d/${f##*/}" ] && cp -f "$d/${f##*/}" "$f" && continue 2;',
  'done; rm -f "$f"; done',
].join(' ');

/**
 * Puts what was compiled in the place of libraries that a project carries compiled among its resources: many loaders unpack
 * those before they look at the library path, or never look there, and no gate sees into them. Others are taken out.
 */
export const replaceShipped = (place: PreparedSuite, project: string): Step => ({
  argv: [
    ...(['find', '.', '(', '-path', '*/src/main/*', '-o', '-path', '*/target/classes/*', ')'] as const),
    ...['-name', '*.so', '-exec', 'sh', '-c', REPLACE, 'sh', '{}', '+'],
  ],
  cwd: project,
  env: { BUILT: [place.out, ...Object.values(place.targets)].join(':') },
});

/** Compiles the suite's own JNI library: paths are relative to the suite. `project`: the copy, which has the Java sources. */
export const shim = (
  place: PreparedSuite,
  project: string,
  { cc, cxx, cflags, ldflags }: Instrument,
  tools: Tools,
): Step[] => {
  const settings = place.with['shim'];
  if (settings === undefined) return [];
  if (typeof settings !== 'object' || settings === null) throw new TypeError("'with.shim' must be a mapping");
  const own: PreparedSuite = { ...place, with: { ...settings } };
  const sources = list(own, 'sources').map((source) => resolve(place.dir, source));
  const [name] = list(own, 'name');
  if (sources.length === 0 || !name) throw new TypeError("'with.shim' needs 'sources' and 'name'");
  const include = join(jdkHome(tools), 'include');
  const generated = join(place.out, 'headers');
  const compile: [string, ...string[]] = [
    sources.every((s) => s.endsWith('.c')) ? cc : cxx,
    ...['-g', '-O1', '-fno-omit-frame-pointer', '-fPIC', '-shared', ...cflags],
    ...[`-I${include}`, `-I${join(include, 'linux')}`, ...includeFlags(own), `-I${generated}`, ...sources],
    ...['-o', join(place.out, `lib${name}.so`), ...ldflags, ...libraryFlags(own)],
    ...Object.values(place.targets).map((dir) => `-Wl,-rpath,${dir}`),
  ];
  const javac = join(jdkHome(tools), 'bin', 'javac');
  const inCopy = sources.map((s) => join(project, relative(place.dir, s)));
  return [
    { argv: [process.execPath, HEADERS, javac, generated, project, ...inCopy], cwd: project, env: {} },
    { argv: compile, cwd: place.dir, env: place.env },
  ];
};
