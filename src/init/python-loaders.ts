/** Python that loads libraries at run time, by ctypes or cffi, and compiles nothing itself. */
import { basename, dirname, relative } from 'node:path/posix';
import { libraryName, type Found, type SuiteIdea } from './proposal.js';
import { testEnvironment } from './python-environment.js';
import { neededBy, packageSettings } from './python-needs.js';
import { hasDependencies, type BuildFiles } from './python-requirements.js';
import { argsOf, startDir, testDir, type Tests } from './python-tests.js';
import { isAside, nearestOf, textsOf, under, within, type Tree } from './tree.js';

/** Projects that build no extension, by directory. `generates`: their build writes modules (cffi in ABI mode). */
export type Projects = Map<string, { files: BuildFiles; name: string; generates: boolean }>;
type Project = { dir: string } & (Projects extends Map<string, infer P> ? P : never);

const LOADS = /\b(?:CDLL|PyDLL|WinDLL|LoadLibrary|dlopen|find_library)\( ?([^)\n]{0,120})/g;
/** Whether Python code loads libraries. */
const loads = (f: { text: string }): boolean =>
  /\b_?(?:ctypes|cffi|ffi)\b/.test(f.text) && f.text.search(LOADS) >= 0;
/** A library by its whole name, wherever it stands. */
const NAMED = /["'](lib[\w+.-]{1,80})["']/g;

/** Libraries that a file names where it loads one. */
const namedIn = (text: string): string[] =>
  [...text.matchAll(LOADS)].flatMap((m) =>
    [...m[1]!.matchAll(/["']([\w+./-]{1,80})["']/g)].map((n) => n[1]!),
  );

/** The C library and its parts: every program has them, and none of them is under test. */
const C_LIBRARY = new Set(['c', 'm', 'dl', 'pthread', 'rt', 'util', 'python', 'stdc++', 'gcc_s', 'libc']);

/** The objects of the system that these may be: names as `own` takes them. */
const objectsOf = (text: string, named: readonly string[]): string[] => {
  const words = [
    ...named,
    ...[...text.matchAll(NAMED)].map((m) => m[1]!).filter((w) => /\.so(?:\.[\d.]{1,20})?$/.test(w)),
  ];
  const names = words
    .filter((w) => !/\.(?:dll|dylib)$/i.test(w) && !w.includes('.framework'))
    .map(libraryName);
  return [...new Set(names)]
    .filter((n) => /^[\w+.-]+$/.test(n) && !C_LIBRARY.has(n))
    .map((n) => `lib${n}.so*`);
};

/** True if all that the project gives to cffi is opened at run time (`set_source(name, None)`): nothing is compiled then. */
export const opensAtRunTime = async (tree: Tree, dir: string): Promise<boolean> => {
  const texts = await textsOf(tree, (p) => p.endsWith('.py') && within(dir, p) && !isAside(p));
  const calls = texts.flatMap(({ text }) => text.split(/\bset_source(?:_pkgconfig)?\(/).slice(1));
  return calls.length > 0 && calls.every((rest) => /^[^,()]{1,200},\s{0,80}None\b/.test(rest));
};

/** What setuptools would compile. */
const SOURCE = /\.(?:c|cc|cpp|cxx|pyx|m|mm|S|i|f|f90)$/;
/** Such a file by its name, which may lie above the project. */
const NAMED_SOURCE = /\.(?:c|cc|cpp|cxx|pyx|m|mm|S|i|f|f90)["']/;
const BUILD_FILES = new Set(['setup.py', 'pyproject.toml']);

/**
 * True if a project loads libraries and has nothing that an extension could be compiled from: its `Extension` stands for a library
 * that its build makes or fetches.
 */
export const loadsWithoutSources = async (tree: Tree, dir: string): Promise<boolean> => {
  if (tree.paths.some((p) => within(dir, p) && SOURCE.test(p))) return false;
  const isBuild = (p: string): boolean => dirname(p) === dir && BUILD_FILES.has(basename(p));
  if ((await textsOf(tree, isBuild)).some((f) => NAMED_SOURCE.test(f.text))) return false;
  const isOwn = (p: string): boolean => p.endsWith('.py') && within(dir, p) && !isAside(p);
  return (await textsOf(tree, isOwn)).some(loads);
};

/** The directory from which a project's modules are imported. */
const sourceRoot = (tree: Tree, dir: string): string =>
  tree.paths.some((p) => within(under(dir, 'src'), p) && p.endsWith('.py')) ? under(dir, 'src') : dir;

/** The name by which a file is imported from `root`, or undefined for a script. */
const moduleOf = (tree: Tree, root: string, file: string): string | undefined => {
  const parts = relative(root, file.slice(0, -'.py'.length)).split('/');
  const name = parts.at(-1) === '__init__' ? parts.slice(0, -1) : parts;
  const isImported =
    name.length > 0 &&
    name.every((part) => /^[A-Za-z_]\w*$/.test(part)) &&
    !['setup', 'conftest', '__main__'].includes(name.at(-1)!);
  const packages = parts.slice(0, -1).map((_, i) => under(root, parts.slice(0, i + 1).join('/')));
  return isImported && packages.every((d) => tree.paths.includes(`${d}/__init__.py`))
    ? name.join('.')
    : undefined;
};

const nameOf = (dir: string): string => {
  const name = /^tests?$/.test(basename(dir)) ? basename(dirname(dir)) : basename(dir);
  return name === '.' ? 'python' : name;
};

/** Adds what another file of the same suite loads. */
const addTo = (suite: SuiteIdea, links: readonly string[], own: readonly string[], module?: string): void => {
  suite.links.push(...links);
  suite.own = [...new Set([...(suite.own ?? []), ...own])];
  const load = suite.with?.['load'];
  if (module !== undefined && Array.isArray(load) && !load.includes(module)) load.push(module);
};

/** Settings for modules that are imported from where they are. */
const fromSources = (tree: Tree, dir: string, tests: Tests): Pick<SuiteIdea, 'with' | 'inputs'> => {
  const source = sourceRoot(tree, dir);
  const path = relative(tests.dir, source) || '.';
  const root = relative(tests.dir, startDir(tree, tests.dir));
  const settings = {
    ...(path === '.' ? {} : { path: [path] }),
    ...(root ? { root } : {}),
    ...argsOf(tests),
  };
  return {
    ...(Object.keys(settings).length ? { with: settings } : {}),
    ...(source === tests.dir || source === '.' ? {} : { inputs: [source] }),
  };
};

/** Settings for a package that pip installs, because it or its tests need others; undefined if they need none. */
const fromPackage = async (
  tree: Tree,
  { dir, files, generates }: Project,
  tests: Tests,
): Promise<Pick<SuiteIdea, 'with' | 'inputs'> | undefined> => {
  const needed = await neededBy(tree, dir, files, tests.dir);
  const needsNothing = needed.extras.length + needed.requires.length === 0;
  if (!generates && !hasDependencies(files) && needsNothing) return undefined;
  return packageSettings(dir, tests, needed);
};

/** One suite for each directory of tests; for a project without tests one that imports the modules that load libraries. */
export const loaders = async (
  tree: Tree,
  extensions: readonly string[],
  projects: Projects,
): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const files = (
    await textsOf(tree, (p) => p.endsWith('.py') && !extensions.some((d) => within(d, p)))
  ).filter(loads);
  const nearest = nearestOf([...projects.keys()]);
  for (const f of files) {
    const named = namedIn(f.text);
    const links = named.map(libraryName);
    const own = objectsOf(f.text, named);
    const at = nearest(f.path);
    const project = at === undefined ? undefined : { dir: at, ...projects.get(at)! };
    const idea = {
      binding: 'py' as const,
      links,
      own,
      needsTarget: true as const,
      why: `${f.path} loads a library at run time; it must look on LD_LIBRARY_PATH (or in FFI_GATES_TARGET_<ID>)`,
    };
    // The nearest directory above with tests, from the project on that the code belongs to.
    let dir = project?.dir ?? dirname(f.path);
    while (dir !== '.' && !testDir(tree, dir)) dir = dirname(dir);
    const tests = testDir(tree, dir);
    if (tests) {
      const known = found.suites.find((s) => s.dir === tests.dir);
      if (known) addTo(known, links, isAside(f.path) ? [] : own);
      else
        found.suites.push({
          ...idea,
          name: project?.dir === dir ? project.name : nameOf(dir),
          dir: tests.dir,
          ...((project?.dir === dir ? await fromPackage(tree, project, tests) : undefined) ??
            fromSources(tree, dir, tests)),
          ...(project?.dir === dir ? await testEnvironment(tree, dir, project.files) : {}),
        });
      continue;
    }
    if (isAside(f.path)) continue;
    found.unclear.push(
      `${f.path}: loads a native library, and there is no test_*.py; add a suite with binding py`,
    );
    if (!project) continue;
    const source = sourceRoot(tree, project.dir);
    const module = moduleOf(tree, source, f.path);
    if (module === undefined) continue;
    const known = found.suites.find((s) => s.dir === project.dir);
    if (known) addTo(known, links, own, module);
    else
      found.suites.push({
        ...idea,
        name: project.name,
        dir: project.dir,
        with: {
          ...(project.generates || hasDependencies(project.files)
            ? { package: '.' }
            : source === project.dir
              ? {}
              : { path: ['src'] }),
          load: [module],
        },
      });
  }
  return found;
};
