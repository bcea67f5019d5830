/** Python that loads libraries at run time, by ctypes or cffi, and compiles nothing itself. */
import { basename, dirname, relative } from 'node:path/posix';
import { libraryName, type Found, type SuiteIdea } from './proposal.js';
import { argsOf, startDir, testDir } from './python-tests.js';
import { isAside, nearestOf, dirsWith, textsOf, under, within, type Tree } from './tree.js';

const LOADS = /\b(?:CDLL|PyDLL|WinDLL|LoadLibrary|dlopen|find_library)\( ?([^)\n]{0,120})/g;

/** Libraries that a call which loads one names. */
const namedIn = (text: string): string[] =>
  [...text.matchAll(LOADS)].flatMap((m) =>
    [...m[1]!.matchAll(/["']([\w+./-]{1,80})["']/g)].map((n) => libraryName(n[1]!)),
  );

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
const addTo = (suite: SuiteIdea, links: readonly string[], module?: string): void => {
  suite.links.push(...links);
  const load = suite.with?.['load'];
  if (module !== undefined && Array.isArray(load) && !load.includes(module)) load.push(module);
};

/** One suite for each directory of tests; for a project without tests one that imports the modules that load libraries. */
export const loaders = async (tree: Tree, extensions: readonly string[]): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const files = (
    await textsOf(tree, (p) => p.endsWith('.py') && !extensions.some((d) => within(d, p)))
  ).filter((f) => /\b(?:ctypes|cffi)\b/.test(f.text) && f.text.search(LOADS) >= 0);
  const projectOf = nearestOf(dirsWith(tree, 'setup.py', 'pyproject.toml', 'setup.cfg'));
  for (const f of files) {
    const links = namedIn(f.text);
    const idea = {
      binding: 'py' as const,
      links,
      needsTarget: true as const,
      why: `${f.path} loads a library at run time; it must look on LD_LIBRARY_PATH (or in FFI_GATES_TARGET_<ID>)`,
    };
    // The project that the code belongs to: the nearest directory above with tests.
    let dir = dirname(f.path);
    while (dir !== '.' && !testDir(tree, dir)) dir = dirname(dir);
    const tests = testDir(tree, dir);
    if (tests) {
      const known = found.suites.find((s) => s.dir === tests.dir);
      if (known) {
        addTo(known, links);
        continue;
      }
      const source = sourceRoot(tree, dir);
      const path = relative(tests.dir, source) || '.';
      const root = relative(tests.dir, startDir(tree, tests.dir));
      const settings = {
        ...(path === '.' ? {} : { path: [path] }),
        ...(root ? { root } : {}),
        ...argsOf(tests),
      };
      found.suites.push({
        ...idea,
        name: nameOf(dir),
        dir: tests.dir,
        ...(Object.keys(settings).length ? { with: settings } : {}),
        ...(source === tests.dir || source === '.' ? {} : { inputs: [source] }),
      });
      continue;
    }
    if (isAside(f.path)) continue;
    found.unclear.push(
      `${f.path}: loads a native library, and there is no test_*.py; add a suite with binding py`,
    );
    const project = projectOf(f.path);
    if (project === undefined) continue;
    const source = sourceRoot(tree, project);
    const module = moduleOf(tree, source, f.path);
    if (module === undefined) continue;
    const known = found.suites.find((s) => s.dir === project);
    if (known) addTo(known, links, module);
    else
      found.suites.push({
        ...idea,
        name: nameOf(project),
        dir: project,
        with: { ...(source === project ? {} : { path: ['src'] }), load: [module] },
      });
  }
  return found;
};
