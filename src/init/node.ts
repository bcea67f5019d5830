/** Node addons: binding.gyp, and the test command of package.json. */
import { lookUp } from '../model/look-up.js';
import { basename } from 'node:path/posix';
import { readJson, stringAt, tableAt } from './manifest.js';
import type { Found } from './proposal.js';
import { dirsWith, isAside, textsOf, under, within, type Tree } from './tree.js';

/** Runners that take a file as their argument and run it in their own process, by the first word of the test command. */
const RUNNERS: Record<string, { runner: string[]; files: string[] }> = {
  mocha: { runner: ['node_modules/mocha/bin/_mocha', '--exit'], files: ['test/**/*.{js,mjs,cjs}'] },
  _mocha: { runner: ['node_modules/mocha/bin/_mocha', '--exit'], files: ['test/**/*.{js,mjs,cjs}'] },
  tape: { runner: ['node_modules/tape/bin/tape'], files: ['test/*.js'] },
  tap: { runner: [], files: ['test/*.js'] },
  'brittle-node': { runner: [], files: ['test/*.js'] },
  brittle: { runner: [], files: ['test/*.js'] },
  jest: {
    runner: ['node_modules/jest/bin/jest.js', '--runInBand'],
    files: ['**/*.test.js', '**/__tests__/*.js'],
  },
};

/** `["test/a.js"]` of a command's words; globs stay globs. */
const fileWords = (words: readonly string[]): string[] =>
  words
    .map((w) => w.replaceAll(/["']/g, '').replace(/^\.\//, ''))
    .filter((w) => /\.[cm]?js$/.test(w) && !w.startsWith('-'));

/** How `scripts.test` is run file by file: settings of the node binding, or undefined when it is not understood. */
export const runnerOf = (
  script: string,
  isTest: (file: string) => boolean,
): Record<string, unknown> | undefined => {
  for (const part of script.split(/&&|;|\|\|/)) {
    const words = part.trim().split(/\s/).filter(Boolean);
    const at = words.findIndex((w) => !/^(?:npx|c8|nyc|cross-env|env)$/.test(w) && !/^\w{1,40}=/.test(w));
    const command = words[at] ?? '';
    const rest = words.slice(at + 1);
    if (command === 'node' && rest.includes('--test')) {
      const files = fileWords(rest);
      return files.length ? { files } : {};
    }
    const files = fileWords(rest);
    const known = lookUp(RUNNERS, basename(command));
    if (known) return { runner: known.runner, files: files.length ? files : known.files };
    if (command === 'node' && files.length && isTest(files[0]!))
      return { runner: [], files: files.slice(0, 1) };
  }
  return undefined;
};

/** Tests that ask for collections need the switch that gives them `gc`. */
const wantsGc = (texts: readonly string[]): boolean =>
  texts.some((t) => /\bglobal(?:This)?\.gc\b|(?:^|[^\w.])gc\(\)/.test(t));

export const findNode = async (tree: Tree): Promise<Found & { claimed: string[] }> => {
  const found = {
    targets: [],
    suites: [] as Found['suites'],
    unclear: [] as string[],
    claimed: [] as string[],
  };
  for (const dir of dirsWith(tree, 'package.json').filter((d) => !isAside(d))) {
    const json = (await readJson(tree, under(dir, 'package.json'), found.unclear)) ?? {};
    const [scripts, dependencies] = [tableAt(json, 'scripts'), tableAt(json, 'dependencies')];
    const gyp = under(dir, 'binding.gyp');
    const cmakeJs =
      Object.keys(scripts).some((key) => /\bcmake-js\b/.test(`${key} ${stringAt(scripts, key)}`)) ||
      'cmake-js' in { ...dependencies, ...tableAt(json, 'devDependencies') };
    if (cmakeJs) found.claimed.push(dir);
    const lists = under(dir, 'CMakeLists.txt');
    const build = tree.paths.includes(gyp) ? gyp : cmakeJs && tree.paths.includes(lists) ? lists : undefined;
    if (build === undefined && Object.keys(dependencies).length === 0) continue;
    const script = stringAt(scripts, 'test') ?? '';
    const tests = await textsOf(
      tree,
      (p) => within(dir, p) && /\.[cm]?js$/.test(p) && (isAside(p) || /\.test\.[cm]?js$/.test(p)),
    );
    const has = (file: string): boolean =>
      tree.paths.includes(under(dir, file)) && (isAside(under(dir, file)) || /test/i.test(basename(file)));
    const usual = tests.filter((f) => /\.test\.[cm]?js$/.test(f.path) && /\bnode:test\b/.test(f.text));
    const settings = usual.length ? {} : runnerOf(script, has);
    if (build === undefined && (!settings || tests.length === 0)) continue;
    if (!settings || (tests.length === 0 && !(settings['files'] as string[] | undefined)?.some(has))) {
      found.unclear.push(
        `${build}: an addon, but ${tests.length === 0 ? 'no test files are here' : script ? `the test command is not understood: ${script}` : 'package.json has no test command'}; add a suite with binding node`,
      );
      continue;
    }
    const text = build === undefined ? '' : await tree.read(build);
    const args = wantsGc(tests.map((f) => f.text)) ? { args: ['--expose-gc'] } : {};
    const all = { ...settings, ...args };
    found.suites.push({
      name: (stringAt(json, 'name') ?? basename(dir)).replace(/^@[^/]{1,80}\//, ''),
      binding: 'node',
      dir,
      ...(build === undefined ? { prebuilt: true as const } : { compiles: dir }),
      ...(Object.keys(all).length ? { with: all } : {}),
      links: [...text.matchAll(/["']-l([\w+.-]{1,80})["']/g)].map((m) => m[1]!),
      why: `${build ?? `${under(dir, 'package.json')} has no addon of its own: what its tests reach is in its dependencies`}${script ? `; npm test is: ${script.slice(0, 120)}` : ''}`,
    });
  }
  return found;
};
