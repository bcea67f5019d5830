/** Where a Python project keeps its tests, and where its maintainers start pytest. */
import { basename, dirname, relative } from 'node:path/posix';
import { isAside, under, within, type Tree } from './tree.js';

const TEST_FILE = /^(?:test_[^/]{0,200}|[^/]{1,200}_test|tests?)\.py$/;
const depth = (path: string): number => path.split('/').length;

const isNamed = (dir: string): boolean => /^(?:tests?|testing|t|unit_?tests?)$/i.test(basename(dir));

export type Tests = {
  dir: string;
  /** True if only the directory's name says so: no file is called test_*.py. */
  odd: boolean;
  /** Directories below `dir` that hold the tests, relative to it, if there are several. */
  among?: string[];
};

/** Arguments of pytest for them: which files below the suite's directory hold tests. */
export const argsOf = ({ odd, among = [] }: Tests): { args?: string[] } => {
  const args = [...(odd ? ['-o', 'python_files=*.py'] : []), ...among];
  return args.length ? { args } : {};
};

/** The last directory that contains all of them. */
const commonParent = (dirs: readonly string[]): string => {
  let [parent = '.'] = dirs;
  while (!dirs.every((d) => within(parent, d))) parent = dirname(parent);
  return parent;
};

/**
 * The shallowest directory of that name with tests, else the shallowest with test files. Siblings of that name belong to one
 * suite: their common parent with the directories. Projects of their own below `dir` are not looked into.
 */
export const testDir = (tree: Tree, dir: string): Tests | undefined => {
  const projects = tree.paths
    .filter((p) => /^(?:setup\.py|pyproject\.toml)$/.test(basename(p)))
    .map((p) => dirname(p))
    .filter((d) => d !== dir && within(dir, d));
  const all = tree.paths.filter((p) => p.endsWith('.py') && within(dir, p));
  const own = all.filter((p) => !projects.some((d) => within(d, p)));
  const dirs = (files: string[]): string[] =>
    [...new Set(files.map((p) => dirname(p)))].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  const usualIn = (files: string[]): string[] => dirs(files.filter((p) => TEST_FILE.test(basename(p))));
  const mine = usualIn(own);
  const usual = mine.length ? mine : usualIn(all);
  // `tests/unit/test_x.py`: pytest finds them from `tests` too.
  const above = usual.map((d) => {
    const parts = d.split('/');
    const at = parts.findIndex((part, i) => isNamed(part) && within(dir, parts.slice(0, i + 1).join('/')));
    return at < 0 ? undefined : parts.slice(0, at + 1).join('/');
  });
  const named = [...new Set(above.filter((d) => d !== undefined))];
  if (named.length > 1) {
    // Tests of examples and tools are not the project's. Tests inside a package run in the installed one, others beside it.
    const isInside = (d: string): boolean => tree.paths.includes(under(dirname(d), '__init__.py'));
    const serious = named.filter(
      (d) => dirname(d) === '.' || !isAside(`${dirname(d)}/`.slice(dir === '.' ? 0 : dir.length)),
    );
    const beside = serious.filter((d) => !isInside(d));
    const chosen = beside.length ? beside : serious;
    const parent = commonParent(chosen);
    const isOne = beside.length > 0 || isInside(`${parent}/x`);
    if (chosen.length > 1 && isOne && within(dir, parent))
      return { dir: parent, odd: false, among: chosen.map((d) => relative(parent, d)).sort() };
    if (chosen[0] !== undefined) return { dir: chosen[0], odd: false };
  }
  const first = named[0] ?? usual[0];
  if (first !== undefined) return { dir: first, odd: false };
  const odd = dirs(own).find(isNamed);
  return odd === undefined ? undefined : { dir: odd, odd: true };
};

const MANIFESTS = ['pyproject.toml', 'setup.py', 'setup.cfg', 'tox.ini', 'pytest.ini', 'noxfile.py'];

/** Where pytest is started for these tests: at the nearest manifest above them, else beside a directory that is called tests. */
export const startDir = (tree: Tree, tests: string): string => {
  for (let dir = tests; ; dir = dirname(dir)) {
    if (MANIFESTS.some((m) => tree.paths.includes(under(dir, m)))) return dir;
    if (dir === '.') return isNamed(tests) ? dirname(tests) : tests;
  }
};
