/** The test command of package.json, taken apart into programs that run tests, and settings of the node binding for them. */
import { lookUp } from '../model/look-up.js';
import { basename } from 'node:path/posix';
import { stringAt, type Table } from './manifest.js';

/** What the binding is told: `with`, and the environment that the command sets. */
export type Command = { with: Record<string, unknown>; env: Record<string, string> };

/** One program of a script, without what only starts it. */
type Part = { program: string; args: string[]; env: Record<string, string>; text: string };

const JS = '{js,mjs,cjs}';
const ANY = '{js,mjs,cjs,jsx,ts,mts,cts,tsx}';

/** How a runner runs one file in one process. `files`: what it takes for tests when it is told nothing. */
type Runner = { words: string[]; options?: string[]; files: string[] };

/** By the name of the program. */
const RUNNERS: Record<string, Runner> = {
  mocha: {
    words: ['node_modules/mocha/bin/_mocha'],
    options: ['--exit'],
    files: [`test/**/*.${JS}`],
  },
  tape: { words: ['node_modules/tape/bin/tape'], files: [`test/*.${JS}`] },
  tap: { words: [], files: [`test/*.${JS}`] },
  uvu: { words: [], files: [`test/**/*.${JS}`, `tests/**/*.${JS}`] },
  brittle: { words: [], files: [`test/*.${JS}`] },
  jest: {
    words: ['node_modules/jest/bin/jest.js'],
    options: ['--runInBand'],
    files: [`**/*.{test,spec}.${ANY}`, `**/__tests__/**/*.${ANY}`],
  },
  ava: {
    words: ['node_modules/ava/entrypoints/cli.mjs'],
    options: ['--serial'],
    files: [
      `{test,*.test,*.spec,test-*}.${ANY}`,
      `**/*.{test,spec}.${ANY}`,
      `{test,tests,__test__,__tests__}/**/[!_]*.${ANY}`,
    ],
  },
  vitest: {
    words: ['node_modules/vitest/vitest.mjs', 'run'],
    // In the process that is under the gate, not in children that are killed at their end.
    options: ['--pool=threads', '--no-file-parallelism'],
    files: [`**/*.{test,spec}.${ANY}`],
  },
};
const SAME: Record<string, string> = { _mocha: 'mocha', 'brittle-node': 'brittle' };

/** What node itself takes for tests after `--test` alone. */
const NODE_TEST = [
  `**/*{.test,-test,_test}.${JS}`,
  `**/{test,test-*}.${JS}`,
  `**/test/**/*.${JS}`,
  `!**/test/**/{fixtures,helpers}/**`,
];

/** Programs that are node with a loader for TypeScript, and the switches that say the same to node. */
const TYPESCRIPT: Record<string, string[]> = {
  tsx: ['--import', 'tsx'],
  'ts-node': ['-r', 'ts-node/register'],
  'ts-node-esm': ['--loader', 'ts-node/esm'],
};

/** Switches of node and of runners that are followed by a value. */
const VALUED =
  /^(?:-r|-t|-R|-u|-g|-f|-c|-C|--(?:require|import|loader|experimental-loader|conditions|timeout|reporter|ui|grep|config|project|env-file|test-reporter|test-reporter-destination|test-concurrency|test-timeout|test-name-pattern))$/;
/** Of these switches those by which code is loaded; the others are about output, or about which tests run. */
const LOADING =
  /^(?:-r|-C|-u|-c|--(?:require|import|loader|experimental-loader|conditions|ui|config|project|env-file)\b)/;
const NODE_SWITCH =
  /^--(?:expose[-_]gc|experimental|no-|harmony|enable|disable|allow|stack|max|preserve|jitless)/;

/** What starts another program, and is not one of tests. */
const STARTERS = /^(?:npx|c8|nyc|cross-env|cross-env-shell|env|dotenv|--|exec)$/;
const SETTING = /^(\w{1,60})=(.{0,400})$/;

/** Words of a shell command. Quotes group words and are taken away. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''));

/** Names of the scripts that a program runs, if it is one that runs scripts. */
const scriptsOf = (scripts: Table, program: string, args: readonly string[]): string[] | undefined => {
  const plain = args.filter((a) => !a.startsWith('-'));
  const all = (names: readonly string[]): string[] =>
    names.flatMap((n) =>
      n.endsWith('*') ? Object.keys(scripts).filter((s) => s.startsWith(n.split('*')[0]!)) : [n],
    );
  if (/^(?:run-s|run-p|npm-run-all2?)$/.test(program)) return all(plain);
  if (!/^(?:npm|yarn|pnpm|bun)$/.test(program)) return undefined;
  const [verb = '', name] = plain;
  if (verb === 'run' || verb === 'run-script') return name === undefined ? undefined : [name];
  return verb === 't' ? ['test'] : program === 'npm' && verb !== 'test' ? undefined : [verb];
};

/** Programs of a script, with those of the scripts that it runs; `depth` guards against scripts that run each other. */
const partsOf = (scripts: Table, script: string, depth = 0): Part[] =>
  script.split(/&&|;|\|\||(?<!\|)\|(?!\|)/).flatMap((text) => {
    const words = wordsOf(text.trim());
    const env: Record<string, string> = {};
    let at = 0;
    for (; at < words.length; at++) {
      const set = SETTING.exec(words[at]!);
      if (set) env[set[1]!] = set[2]!;
      else if (!STARTERS.test(basename(words[at]!)) && !(at > 0 && words[at]!.startsWith('-'))) break;
    }
    const [program = '', ...args] = words.slice(at);
    if (program === '') return [];
    const part = { program: basename(program), args, env, text: words.slice(at).join(' ') };
    const names = depth < 5 ? scriptsOf(scripts, part.program, args) : undefined;
    if (!names) return [part];
    return names.flatMap((n) =>
      partsOf(scripts, stringAt(scripts, n) ?? '', depth + 1).map((p) => ({
        ...p,
        env: { ...env, ...p.env },
      })),
    );
  });

type Words = { switches: string[]; files: string[]; others: string[] };

const isFile = (word: string): boolean => /[\w})*]\.[cm]?[jt]sx?$/.test(word);

/** Words of a command by what they are: those by which code is loaded, files and globs, and the rest. */
const sorted = (args: readonly string[]): Words => {
  const out: Words = { switches: [], files: [], others: [] };
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (word.startsWith('-')) {
      const value = VALUED.test(word) && args[i + 1] !== undefined ? [args[++i]!] : [];
      if (LOADING.test(word) || NODE_SWITCH.test(word)) out.switches.push(word, ...value);
    } else (isFile(word) ? out.files : out.others).push(word.replace(/^\.\//, ''));
  }
  return out;
};

const given = (settings: Record<string, readonly string[] | undefined>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settings).filter(([, list]) => list !== undefined && list.length > 0));

/** `test` → `test/**`: what directories of tests mean to a runner. */
const filesIn = (dirs: readonly string[], endings: string): string[] =>
  dirs.filter((d) => /^[\w./*-]+$/.test(d)).map((d) => `${d.replace(/\/$/, '')}/**/*.${endings}`);

export type Facts = {
  /** The file that node means by a word (`test/unit` is `test/unit.js`, or its index.js), if it is one of tests. */
  fileOf: (word: string) => string | undefined;
  /** True for a directory of the package. */
  isDir: (path: string) => boolean;
};

const ofNode = (part: Part, facts: Facts): Record<string, unknown> | undefined => {
  const loader = lookUp(TYPESCRIPT, part.program) ?? [];
  const isTest = part.args.some((a) => a === '--test' || a === 'test');
  const { switches, files, others } = sorted(part.args);
  const args = [...loader, ...switches];
  if (isTest && (part.args.includes('--test') || part.program === 'tsx')) {
    const dirs = filesIn(
      others.filter((o) => o !== 'test' || facts.isDir(o)),
      loader.length ? ANY : JS,
    );
    const said = [...files, ...dirs];
    return given({ files: said.length ? said : NODE_TEST, args });
  }
  const [word] = [...files, ...others];
  const file = word === undefined ? undefined : facts.fileOf(word);
  return file === undefined ? undefined : { runner: [], ...given({ files: [file], args }) };
};

const ofRunner = (part: Part, facts: Facts): Record<string, unknown> | undefined => {
  const name = lookUp(SAME, part.program) ?? part.program;
  const runner = lookUp(RUNNERS, name);
  if (!runner) return undefined;
  const { switches, files, others } = sorted(part.args);
  const dirs = others.filter((o) => facts.isDir(o) || o.includes('*'));
  // uvu: a directory and a pattern of names in it.
  const said = [...files, ...(name === 'jest' || name === 'vitest' ? [] : filesIn(dirs, ANY))];
  // Runners that are node itself take its switches.
  const isNode = runner.words.length === 0;
  return {
    runner: isNode ? [] : [...runner.words, ...switches, ...(runner.options ?? [])],
    ...given({ files: said.length ? said : runner.files, args: isNode ? switches : [] }),
  };
};

/** Programs that check, build or tidy. What they are given is no test. */
const NO_TESTS =
  /^(?:npm|yarn|pnpm|bun|run-s|run-p|npm-run-all2?|eslint|xo|standard|semistandard|ts-standard|tsc|tsd|prettier|biome|oxlint|rimraf|rm|mkdir|cp|echo|cd|true|exit|clang-format|cpplint|node-gyp|node-gyp-build|node-pre-gyp|prebuild|prebuildify|prebuild-install|cmake-js|cmake-ts|napi|neon|cargo|lunte|tslint|dtslint|attw|publint|size-limit|codecov|coveralls|istanbul|check-dts|markdownlint|depcheck|dependency-check|husky|lint-staged|webpack|rollup|esbuild|tsup|vite|babel|swc|typedoc|jsdoc|patch|git|zig)$/;

/** Programs that ask for a file beside package.json. */
const WANTS: Record<string, string[]> = { make: ['Makefile', 'makefile', 'GNUmakefile'] };

/** A program that nothing here knows: it is started as it is, and each node that it starts is under the gate. */
const ofShell = (part: Part, facts: Facts & { has: (file: string) => boolean }): boolean => {
  if (NO_TESTS.test(part.program) || part.program === 'node') return false;
  const wanted = lookUp(WANTS, part.program);
  if (wanted) return wanted.some(facts.has);
  if (/^(?:sh|bash)$/.test(part.program)) return part.args.some((a) => facts.has(a.replace(/^\.\//, '')));
  return !part.text.startsWith('./') || facts.has(part.text.split(' ')[0]!.slice(2));
};

/** Settings for `scripts.test`; undefined when there is none, or when it is not understood. */
export const commandOf = (
  scripts: Table,
  facts: Facts & { has: (file: string) => boolean },
): Command | undefined => {
  const parts = partsOf(scripts, stringAt(scripts, 'test') ?? '');
  const found: Command[] = [];
  for (const part of parts) {
    const isNode = part.program === 'node' || lookUp(TYPESCRIPT, part.program) !== undefined;
    const settings = isNode ? ofNode(part, facts) : ofRunner(part, facts);
    if (settings) found.push({ with: settings, env: part.env });
  }
  const [first] = found;
  if (first) {
    // `node a.js && node b.js`
    const same = found.filter(
      (f) => JSON.stringify(f.with['runner']) === JSON.stringify(first.with['runner']),
    );
    const files = [...new Set(same.flatMap((f) => (f.with['files'] as string[] | undefined) ?? []))];
    return { with: { ...first.with, ...(files.length ? { files } : {}) }, env: first.env };
  }
  const rest = parts.find((part) => ofShell(part, facts));
  return rest && { with: { command: rest.text }, env: rest.env };
};

const FRAMEWORK =
  /(?:\bfrom|\brequire\(|\bimport) ?["'](ava|vitest|tape|tap|uvu|brittle|node:test|@jest\/globals|mocha)["']/;
/** Calls of functions that only a runner defines. */
const GLOBALS = /^\s{0,8}(?:describe|it|test|suite)(?:\.\w{1,10})?\(/m;

const SCRIPT = /^(?:test|spec)s?[._-]|[._-](?:test|spec)\.[a-z]{2,3}$/i;

/** Where no test command tells: by what the tests import; plain scripts are started one by one. */
export const commandByTests = (tests: readonly { path: string; text: string }[]): Command | undefined => {
  const names = tests.flatMap((t) => FRAMEWORK.exec(t.text)?.[1] ?? []);
  const [name] = names;
  const files = tests.map((t) => t.path);
  if (name === 'node:test')
    return { with: { files: tests.filter((t) => FRAMEWORK.exec(t.text)).map((t) => t.path) }, env: {} };
  const runner = lookUp(RUNNERS, name === '@jest/globals' ? 'jest' : name);
  if (runner)
    return { with: { runner: [...runner.words, ...(runner.options ?? [])], files: runner.files }, env: {} };
  const plain = files.filter((f) => SCRIPT.test(basename(f)));
  if (
    plain.length === 0 ||
    plain.some((f) => !/\.[cm]?js$/.test(f)) ||
    tests.some((t) => GLOBALS.test(t.text))
  )
    return undefined;
  return { with: { runner: [], files: plain }, env: {} };
};
