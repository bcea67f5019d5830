/** npm packages with an addon: how it is built, and how its tests are run. */
import { basename, relative } from 'node:path/posix';
import { readPackages, type CargoPackage } from './cargo.js';
import { readJson, stringAt, tableAt, type Table } from './manifest.js';
import { findAddon, ownPaths, usesCmake, type Addon } from './node-addon.js';
import { commandByTests, commandOf, type Command, type Facts } from './node-command.js';
import type { Found, SuiteIdea } from './proposal.js';
import { dirsWith, isAside, textsOf, under, type Tree } from './tree.js';

/** Tests that ask for collections need the switch that gives them `gc`. */
const wantsGc = (texts: readonly string[]): boolean =>
  texts.some((t) => /\bglobal(?:This)?\.gc\b|(?:^|[^\w.])gc\(\)/.test(t));

const SCRIPT = /\.[cm]?[jt]sx?$/;
const TEST_FILE = /(?:[.-](?:test|spec)|(?:^|\/)test(?:s|-[^/]{1,80})?)\.[cm]?[jt]sx?$/;
const isDeclaration = (path: string): boolean => /\.d\.[cm]?ts$/.test(path);

/** Names without what the tests of a package are run by, but never with its lint and its types. */
const isUsual = (f: { path: string; text: string }): boolean =>
  /\.test\.[cm]?js$/.test(f.path) && /\bnode:test\b/.test(f.text);

/** Scripts that compile JavaScript which is not in the repository, by the names that packages give them. */
const MAKES_JS = /\b(?:tsc|rollup|esbuild|tsup|swc|babel|unbuild|webpack|vite|tsdown|microbundle|ncc)\b/;
const MAKES_ADDON = /\b(?:node-gyp|prebuildify|cmake-js|cmake-ts|napi|cargo|node-pre-gyp|prebuild)\b/;
const ORDER = [
  'build:ts',
  'build:js',
  'build.js',
  'build-ts',
  'build-js',
  'compile',
  'tsc',
  'ts',
  'build',
  'prepare',
  'prepack',
  'prepublishOnly',
];

/** The script that makes the package's main file, if that is no part of the repository. */
const scriptsFor = (json: Table, has: (file: string) => boolean): string[] => {
  const scripts = tableAt(json, 'scripts');
  const main = (stringAt(json, 'main') ?? stringAt(json, 'module') ?? '')
    .replace(/^\.\//, '')
    .replace(/\/$/, '');
  const forms = ['', '.js', '.cjs', '.mjs', '.json', '.node', '/index.js', '/index.cjs', '/index.mjs'];
  if (main === '' || main === '.' || forms.some((end) => has(`${main}${end}`))) return [];
  const names = [...ORDER.filter((n) => n in scripts), ...Object.keys(scripts)];
  const makes = (name: string): boolean => {
    const text = stringAt(scripts, name) ?? '';
    return MAKES_JS.test(text) && !MAKES_ADDON.test(text) && !/\btest\b/.test(name);
  };
  const first = names.find(makes);
  return first === undefined ? [] : [first];
};

const factsOf = (own: readonly string[], dir: string): Facts & { has: (file: string) => boolean } => {
  const has = (file: string): boolean => own.includes(under(dir, file));
  const isTest = (file: string): boolean =>
    has(file) && (isAside(under(dir, file)) || /test|spec/i.test(basename(file)));
  return {
    has,
    isDir: (path) => own.some((p) => p.startsWith(`${under(dir, path.replace(/\/$/, ''))}/`)),
    fileOf: (word) => {
      const plain = word.replace(/^\.\//, '').replace(/\/$/, '');
      return ['', '.js', '.cjs', '.mjs', '/index.js', '/index.cjs', '/index.mjs']
        .map((end) => `${plain}${end}`)
        .find(isTest);
    },
  };
};

type Package = { dir: string; json: Table; addon: Addon; own: readonly string[]; unclear: string[] };

/** The suite of a package with native code: its own tests, else one that only loads it. */
const suiteOf = async (tree: Tree, { dir, json, addon, own, unclear }: Package): Promise<SuiteIdea> => {
  const scripts = tableAt(json, 'scripts');
  const script = stringAt(scripts, 'test') ?? '';
  const facts = factsOf(own, dir);
  const tests = await textsOf(
    { ...tree, paths: own },
    (p) =>
      SCRIPT.test(p) &&
      !isDeclaration(p) &&
      (isAside(p.slice(dir === '.' ? 0 : dir.length)) || TEST_FILE.test(p)),
  );
  const command: Command | undefined = tests.some(isUsual)
    ? { with: {}, env: {} }
    : tests.length
      ? (commandOf(scripts, facts) ??
        commandByTests(tests.map((t) => ({ ...t, path: relative(dir, t.path) }))))
      : undefined;
  const manifest = under(dir, 'package.json');
  if (!command && tests.length)
    unclear.push(
      `${manifest}: ${tests[0]!.path} looks like a test, but ${script ? `the test command is not understood: ${script}` : 'package.json has no test command'}; add a suite with binding node`,
    );
  if (tests.length === 0)
    unclear.push(
      `${addon.file ?? manifest}: an addon, and no test files are here; add a suite with binding node whose tests call it`,
    );
  const built = addon.dir === undefined ? '' : relative(dir, addon.dir);
  const settings = {
    ...command?.with,
    ...(wantsGc(tests.map((f) => f.text)) && command
      ? { args: ['--expose-gc', ...((command.with['args'] as string[] | undefined) ?? [])] }
      : {}),
    ...(built === '' ? {} : { addon: built }),
    ...listed('scripts', scriptsFor(json, facts.has)),
    ...(addon.foreign === undefined ? {} : { foreign: addon.foreign }),
    ...(command ? {} : { load: true }),
  };
  const text = addon.file === undefined ? '' : await tree.read(addon.file);
  const ofTests = command ? (script ? `; npm test is: ${script.slice(0, 120)}` : '') : '';
  return {
    name: (stringAt(json, 'name') ?? basename(dir)).replace(/^@[^/]{1,80}\//, ''),
    binding: 'node',
    dir,
    ...(addon.dir === undefined ? { prebuilt: true as const } : { compiles: dir }),
    ...(addon.rust ? { rust: true as const } : {}),
    ...(Object.keys(settings).length ? { with: settings } : {}),
    ...(command && Object.keys(command.env).length ? { env: command.env } : {}),
    links: [...text.matchAll(/["']-l([\w+.-]{1,80})["']/g)].map((m) => m[1]!),
    why: `${addon.why}${ofTests}`,
  };
};

const listed = (name: string, list: readonly string[]): Record<string, readonly string[]> =>
  list.length ? { [name]: list } : {};

/** A package without an addon whose tests may reach one that it depends on. */
const ofDependencies = async (
  tree: Tree,
  dir: string,
  json: Table,
  own: readonly string[],
): Promise<SuiteIdea | undefined> => {
  if (Object.keys(tableAt(json, 'dependencies')).length === 0) return undefined;
  const addon = {
    why: `${under(dir, 'package.json')} has no addon of its own: what its tests reach is in its dependencies`,
  };
  const suite = await suiteOf(tree, { dir, json, addon, own, unclear: [] });
  return suite.with?.['load'] === true || suite.with?.['command'] !== undefined ? undefined : suite;
};

/** `claimed`: directories whose CMakeLists.txt is the addon's. `crates`: those of crates that are addons. */
export const findNode = async (tree: Tree): Promise<Found & { claimed: string[]; crates: string[] }> => {
  const found = {
    targets: [],
    suites: [] as Found['suites'],
    unclear: [] as string[],
    unfound: [] as string[],
    claimed: [] as string[],
    crates: [] as string[],
  };
  const packages = dirsWith(tree, 'package.json');
  const crates: CargoPackage[] = packages.length ? await readPackages(tree, []) : [];
  for (const dir of packages.filter((d) => !isAside(d))) {
    const json = (await readJson(tree, under(dir, 'package.json'), found.unclear)) ?? {};
    if (usesCmake(json) !== undefined) found.claimed.push(dir);
    const own = ownPaths(tree, dir, packages);
    const search = findAddon(dir, json, { own, crates });
    if ('addon' in search) {
      const { addon } = search;
      if (addon.dir !== undefined) found.claimed.push(addon.dir);
      if (addon.rust) found.crates.push(addon.dir!);
      found.suites.push(await suiteOf(tree, { dir, json, addon, own, unclear: found.unclear }));
      continue;
    }
    const suite = await ofDependencies(tree, dir, json, own);
    if (suite) found.suites.push(suite);
    else if ('refused' in search) found.unclear.push(search.refused);
    else found.unfound.push(search.none);
  }
  return found;
};
