/**
 * Compiles a package's own addon with the gate's flags: by node-gyp, node-pre-gyp (node-gyp with the
 * variables of package.json's `binary`), CMake as cmake-js and cmake-ts call it, or Cargo (crate.ts). Always with
 * the headers of the installed Node, since all of them would download some.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Instrument, Missing, Step, Tools } from '../../model/launch.js';
import { cmakeFlags, LEAKS_IGNORED } from '../../builders/builder.js';
import type { Request } from '../programs/place-addon.js';
import { buildTools, compileCrate, type CratePackage } from './crate.js';
import { flagText, includeFlags, linkedEnv, list as setting } from '../link.js';

/** The Node that runs the tests. */
export const nodeOf = (tools: Tools): string => tools['node']?.path ?? process.execPath;

/** The directory that contains `include/node/node_api.h` of this Node, for `--nodedir`. */
export const nodeHeaders = (tools: Tools): string | undefined => {
  const prefix = dirname(dirname(realpathSync(nodeOf(tools))));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
};

/** npm's own node-gyp, which matches this Node, else the project's. */
const gyp = (dir: string, tools: Tools): string | undefined => {
  const prefix = dirname(dirname(realpathSync(nodeOf(tools))));
  const bundled = join(prefix, 'lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js');
  if (existsSync(bundled)) return bundled;
  try {
    return createRequire(join(dir, 'package.json')).resolve('node-gyp/bin/node-gyp.js');
  } catch {
    return undefined;
  }
};

type Package = CratePackage & { binary?: object; dependencies?: object; 'cmake-ts'?: object };

const PLACE = fileURLToPath(new URL('../programs/place-addon.js', import.meta.url));

const packageOf = (dir: string): Package => {
  const file = join(dir, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Package) : {};
};

const uses = (p: Package, name: string): boolean => name in { ...p.dependencies, ...p.devDependencies };

/** The directory of the addon's build file: `with.addon`, relative to the suite. */
const addonOf = (suite: PreparedSuite): string => setting(suite, 'addon')[0] ?? '.';

const isCmake = (p: Package, dir: string, name: 'cmake-js' | 'cmake-ts'): boolean =>
  (uses(p, name) || name in p || JSON.stringify(p.scripts ?? {}).includes(name)) &&
  existsSync(join(dir, 'CMakeLists.txt'));

type Kind = 'gyp' | 'cmake-js' | 'cmake-ts' | 'crate';

/** What builds the addon; undefined if there is none. */
const kindOf = (suite: PreparedSuite): Kind | undefined => {
  const source = join(suite.dir, addonOf(suite));
  if (existsSync(join(source, 'binding.gyp'))) return 'gyp';
  const pkg = packageOf(suite.dir);
  return (
    (['cmake-js', 'cmake-ts'] as const).find((name) => isCmake(pkg, source, name)) ??
    (existsSync(join(source, 'Cargo.toml')) ? 'crate' : undefined)
  );
};

/** Whether the suite has an addon of its own. */
export const isBuilt = (suite: PreparedSuite): boolean => kindOf(suite) !== undefined;

/** Programs that fetch an addon or build it: what precedes them makes files that the build reads. */
const BUILDS = /^(?:npx )?(?:node-gyp|node-pre-gyp|prebuild-install|node-gyp-build|cmake-js|cmake-ts)\b/;

/** Commands of the package's own install script before it builds (`node check.js > check.gypi && node-gyp rebuild`). */
const beforeBuild = ({ scripts = {} }: Package): string[] =>
  ['preinstall', 'install'].flatMap((name) => {
    const parts = (scripts[name] ?? '').split('&&').map((part) => part.trim());
    const at = parts.findIndex((part) => BUILDS.test(part));
    // Of alternatives the first often fetches what others have compiled.
    return parts.slice(0, Math.max(0, at)).filter((part) => part !== '' && !part.includes('||'));
  });

/** Packages that building the addon needs, though no source names them. */
export const toolsFor = (suite: PreparedSuite): string[] =>
  kindOf(suite) === 'crate' ? buildTools(suite, packageOf(suite.dir)) : [];

/** A tool that is missing here to compile an addon. */
export const missingForAddon = (tools: Tools): Missing | undefined => {
  const why = 'node-gyp compiles the addon under the gate’s flags';
  if (!nodeHeaders(tools)) {
    return { what: 'the headers of Node', why, remedy: 'install Node with its include/node beside bin/' };
  }
  if (!gyp(process.cwd(), tools)) return { what: 'node-gyp', why, remedy: 'npm install --save-dev node-gyp' };
  return undefined;
};

/**
 * The arguments that cmake-js passes to CMake (its lib/cMake.js), but with this machine's headers and without
 * a build type, whose -O3 would win.
 */
const cmake = (suite: PreparedSuite, project: string, tools: Tools, env: Step['env']): Step[] => {
  const include = join(nodeHeaders(tools) ?? '', 'include', 'node');
  // nan and node-addon-api have their headers in their own directories.
  const configure = [
    'inc="$1"; for m in node-addon-api nan; do',
    '[ -d "node_modules/$m" ] && inc="$inc;$PWD/node_modules/$m"; done;',
    'shift; exec cmake "$@" "-DCMAKE_JS_INC=$inc"',
  ].join(' ');
  const words = [
    ...['-S', '.', '-B', 'build', '--no-warn-unused-cli', '-DCMAKE_BUILD_TYPE=None'],
    ...cmakeFlags(env['CFLAGS'] ?? '', env['LDFLAGS'] ?? ''),
    `-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=${join(project, 'build', 'Release')}`,
    ...['-DCMAKE_JS_VERSION=7.0.0', '-DCMAKE_JS_SRC=', '-DCMAKE_JS_LIB=', '-DNODE_RUNTIME=node'],
    `-DNODE_RUNTIMEVERSION=${tools['node']?.version ?? process.versions.node}`,
    `-DNODE_ARCH=${process.arch}`,
    ...setting(suite, 'cmake'),
  ];
  const quiet = { ...env, ...LEAKS_IGNORED };
  return [
    { argv: ['sh', '-c', configure, 'sh', include, ...words], cwd: project, env: quiet },
    { argv: ['cmake', '--build', 'build', '-j', '2'], cwd: project, env: quiet },
  ];
};

/**
 * Steps that compile the addon of the copy in `project`. None if the package has no addon. Prebuilt addons
 * are removed from the copy first, since the package's loader may prefer them and no gate sees into them.
 */
export const compileAddon = (
  suite: PreparedSuite,
  project: string,
  instrument: Instrument,
  tools: Tools,
): Step[] => {
  const { cc, cxx, cflags, ldflags } = instrument;
  const addon = addonOf(suite);
  const pkg = packageOf(suite.dir);
  const kind = kindOf(suite);
  if (kind === undefined) return [];
  const flags = flagText(['-g', '-O1', '-fno-omit-frame-pointer', ...cflags, ...includeFlags(suite)]);
  const libraries = Object.values(suite.targets).flatMap((dir) => [`-L${dir}`, `-Wl,-rpath,${dir}`]);
  const env = {
    ...linkedEnv(suite),
    ...{ CC: cc, CXX: cxx, CFLAGS: flags, CXXFLAGS: flags, LDFLAGS: flagText([...ldflags, ...libraries]) },
  };
  const shipped: Step = {
    argv: [
      'find',
      '.',
      '-name',
      'node_modules',
      '-prune',
      '-o',
      '-name',
      '*.node',
      '-exec',
      'rm',
      '-f',
      '{}',
      '+',
    ],
    cwd: project,
    env: {},
  };
  const dir = join(project, addon);
  if (kind === 'crate')
    return [shipped, ...compileCrate(suite, { project, dir, pkg, env }, instrument, tools)];
  if (kind !== 'gyp') {
    const from = join(dir, 'build', 'Release');
    const request: Request = { project, from, ending: '.node', places: [], manifest: true };
    const place: Step = { argv: [process.execPath, PLACE, JSON.stringify(request)], cwd: project, env: {} };
    return [shipped, ...cmake(suite, dir, tools, env), ...(kind === 'cmake-ts' ? [place] : [])];
  }
  const nodedir = `--nodedir=${nodeHeaders(tools) ?? ''}`;
  const tool = gyp(suite.dir, tools) ?? 'node-gyp';
  const pre = ['@mapbox/node-pre-gyp', 'node-pre-gyp'].find((name) => pkg.binary && uses(pkg, name));
  const build: Step =
    pre === undefined
      ? { argv: [nodeOf(tools), tool, 'rebuild', nodedir], cwd: join(project, addon), env }
      : {
          argv: [
            nodeOf(tools),
            join(project, 'node_modules', pre, 'bin', 'node-pre-gyp'),
            ...['rebuild', '--build-from-source', nodedir],
          ],
          cwd: project,
          env: { ...env, npm_config_node_gyp: tool },
        };
  const made = beforeBuild(pkg).map((command): Step => ({
    argv: ['sh', '-c', `PATH="$PWD/node_modules/.bin:$PATH"; ${command}`],
    cwd: project,
    env,
  }));
  return [shipped, ...made, build];
};
