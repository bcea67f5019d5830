/** Fuzz targets that a repository has: suites of their own, beside those of its tests. */
import { basename, dirname, relative } from 'node:path/posix';
import type { BindingId } from '../model/ids.js';
import { onlyLoads, type SuiteIdea } from './proposal.js';
import { textsOf, under, within, type Tree } from './tree.js';

/** In which files of a suite's tests targets are, and by what they are known. */
const MARKS: Partial<Record<BindingId, { file: RegExp; words: RegExp }>> = {
  go: { file: /_test\.go$/, words: /^func Fuzz\w{0,100}\(\w{1,40} \*testing\.F\)/m },
  py: { file: /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/, words: /^[ \t]{0,40}(?:from|import) hypothesis\b/m },
  pyx: { file: /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/, words: /^[ \t]{0,40}(?:from|import) hypothesis\b/m },
  node: { file: /\.test\.[cm]?js$/, words: /['"]fast-check['"]/ },
};

/** Tests that something else than the framework itself runs cannot be told to go on. */
const isElsewhere = (s: SuiteIdea): boolean =>
  s.with?.['runner'] !== undefined || s.with?.['command'] !== undefined;

const amongTests = async (tree: Tree, s: SuiteIdea): Promise<SuiteIdea[]> => {
  const mark = MARKS[s.binding];
  if (!mark || onlyLoads(s) || isElsewhere(s)) return [];
  const files = await textsOf(tree, (p) => within(s.dir, p) && mark.file.test(p));
  const found = files.filter((f) => mark.words.test(f.text));
  if (found.length === 0) return [];
  return [
    {
      ...s,
      name: `${s.name}fuzz`,
      with: { ...s.with, fuzz: true },
      why: `${found[0]!.path}${found.length > 1 ? ` and ${found.length - 1} more` : ''}: fuzz targets, for the gate fuzz`,
    },
  ];
};

/** Packages of cargo-fuzz below a crate that reaches native code. */
const ofCargo = async (tree: Tree, suites: readonly SuiteIdea[]): Promise<SuiteIdea[]> => {
  const manifests = await textsOf(tree, (p) => basename(p) === 'Cargo.toml');
  return manifests
    .filter((f) => /^libfuzzer-sys\b/m.test(f.text))
    .flatMap((f): SuiteIdea[] => {
      const dir = dirname(f.path);
      const of = suites.find((s) => s.binding === 'rs' && s.dir !== dir && within(s.dir, dir));
      return of
        ? [
            {
              name: `${of.name}fuzz`,
              binding: 'rs',
              dir,
              with: { fuzz: true },
              links: of.links,
              why: `${f.path}: targets of cargo-fuzz`,
            },
          ]
        : [];
    });
};

const INCLUDE = /^[ \t]{0,8}#[ \t]{0,8}include[ \t]{0,8}"([^"\n]{1,300})"/gm;

/** The directory from which an include is found. Undefined if no file of the repository is meant. */
const dirOf = (tree: Tree, from: string, name: string): string | undefined => {
  if (tree.paths.includes(under(from, name))) return from;
  const path = tree.paths.find((p) => p === name || p.endsWith(`/${name}`));
  return path === undefined ? undefined : path === name ? '.' : path.slice(0, -name.length - 1);
};

const LICENCE = /^(?:LICEN[CS]E|COPYING)(?:[.-][\w.-]{1,40})?$/i;

/** A licence above a path that is not the repository's own: the code below it came from somebody else. */
const foreignLicence = async (tree: Tree): Promise<(path: string) => string | undefined> => {
  const files = await textsOf(tree, (p) => LICENCE.test(basename(p)));
  const words = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
  const own = new Set(files.filter((f) => dirname(f.path) === '.').map((f) => words(f.text)));
  if (own.size === 0) return () => undefined;
  // A directory with several licences is the repository's if one of them is.
  const shared = new Set(files.filter((f) => own.has(words(f.text))).map((f) => dirname(f.path)));
  const foreign = files.filter((f) => !shared.has(dirname(f.path)));
  return (path) => foreign.find((f) => within(dirname(f.path), path))?.path;
};

/** Sources of libFuzzer whose headers are all here. The others are named, and those of somebody else's code. */
const ofLibFuzzer = async (tree: Tree, unclear: string[]): Promise<SuiteIdea[]> => {
  const files = await textsOf(tree, (p) => /\.(?:c|cc|cpp|cxx)$/.test(p));
  const targets = files.filter(({ text }) => /\bLLVMFuzzerTestOneInput\s{0,8}\(/.test(text));
  if (targets.length === 0) return [];
  const licenceOf = await foreignLicence(tree);
  const named = new Set<string>();
  const byDir = new Map<string, { sources: string[]; include: Set<string> }>();
  for (const { path, text } of targets) {
    const licence = licenceOf(path);
    if (licence !== undefined) {
      if (!named.has(licence))
        unclear.push(
          `${path}: a target of libFuzzer, in code that came with another licence than yours (${licence}): add a suite with fuzz: true if it is to be run here`,
        );
      named.add(licence);
      continue;
    }
    const dir = dirname(path);
    const places = [...text.matchAll(INCLUDE)].map((m) => ({ name: m[1]!, at: dirOf(tree, dir, m[1]!) }));
    const lost = places.find((p) => p.at === undefined);
    if (lost) {
      unclear.push(
        `${path}: a target of libFuzzer, and its "${lost.name}" was not found: name where it is in a suite with fuzz: true`,
      );
      continue;
    }
    const known = byDir.get(dir) ?? { sources: [], include: new Set<string>() };
    known.sources.push(basename(path));
    for (const { at } of places) if (at !== dir) known.include.add(relative(dir, at!) || '.');
    byDir.set(dir, known);
  }
  return [...byDir].map(([dir, { sources, include }]) => ({
    name: 'fuzz',
    binding: 'c',
    dir,
    with: { fuzz: true, sources, ...(include.size ? { include: [...include].sort() } : {}) },
    links: [],
    needsTarget: true,
    why: `${under(dir, sources[0]!)}: targets of libFuzzer, which needs clang`,
  }));
};

/** The suites, and those of fuzz targets. Targets in C are proposed where a library is built for them. */
export const withFuzzTargets = async (
  tree: Tree,
  suites: readonly SuiteIdea[],
  { builds, unclear }: { builds: boolean; unclear: string[] },
): Promise<SuiteIdea[]> => {
  const tests = await Promise.all(suites.map((s) => amongTests(tree, s)));
  return [
    ...suites,
    ...tests.flat(),
    ...(await ofCargo(tree, suites)),
    ...(builds ? await ofLibFuzzer(tree, unclear) : []),
  ];
};
