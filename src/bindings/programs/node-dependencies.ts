/**
 * A separate program: keeps in a copy's package.json only those devDependencies that its files, the settings of
 * tools in package.json itself or the given words name. The others are development tools (linters, Electron,
 * prebuilders), which take minutes to fetch and are often no longer available. Arguments: directory of the copy,
 * then words; with `--only` before them, nothing else counts, since no test will run.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = /(?:\.(?:[cm]?[jt]sx?|gypi?|json)|CMakeLists\.txt)$/;

/** Contents of a package's own sources, build files and settings. */
const texts = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    if (e.isDirectory()) return e.name === 'node_modules' || e.name === '.git' ? [] : texts(path);
    const wanted = e.isFile() && SOURCE.test(e.name) && !/^package(?:-lock)?\.json$/.test(e.name);
    return wanted ? [readFileSync(path, 'utf8')] : [];
  });

/** What loaders of TypeScript need, though no file names it. */
const TYPES = /^(?:typescript|tslib|@types\/.*)$/;
/** Keys of package.json that are not settings of what tests need. */
const OTHER = /dependencies|^(?:scripts|eslintConfig|prettier|lint-staged|husky|xo|standard|release)$/i;

const isTypeScript = (dir: string): boolean =>
  readdirSync(dir, { withFileTypes: true }).some((e) =>
    e.isDirectory()
      ? e.name !== 'node_modules' && e.name !== '.git' && isTypeScript(join(dir, e.name))
      : /(?<!\.d)\.[cm]?tsx?$/.test(e.name),
  );

const [dir, ...given] = process.argv.slice(2);
const only = given[0] === '--only';
const words = only ? given.slice(1) : given;
if (!dir) throw new Error('usage: node-dependencies <directory> [word…]');
const file = join(dir, 'package.json');
const json = JSON.parse(readFileSync(file, 'utf8')) as { devDependencies?: Record<string, string> };
const all = [
  ...(only ? [] : texts(dir)),
  ...words.map((w) => `"${w.replace(/^node_modules\/(?:\.bin\/)?/, '')}"`),
];
const names = Object.keys(json.devDependencies ?? {});
const compiles = !only && isTypeScript(dir);
const isNamedIn = (name: string, contents: readonly string[]): boolean =>
  ["'", '"', '`'].some((q) =>
    contents.some(
      (t) => t.includes(`${q}${name}${q}`) || t.includes(`${q}${name}/`) || t.includes(`=${name}${q}`),
    ),
  );
const needed = new Set(names.filter((n) => (compiles && TYPES.test(n)) || isNamedIn(n, all)));
// What a tool's settings name is needed if the tool is: jest's presets, but not what a linter of Markdown loads.
const settings = only ? [] : Object.entries(json).filter(([key]) => !OTHER.test(key));
for (let before = -1; before !== needed.size;) {
  before = needed.size;
  for (const [key, value] of settings)
    if (!names.includes(key) || needed.has(key))
      for (const n of names) if (isNamedIn(n, [JSON.stringify(value)])) needed.add(n);
}
json.devDependencies = Object.fromEntries(
  Object.entries(json.devDependencies ?? {}).filter(([name]) => needed.has(name)),
);
writeFileSync(file, JSON.stringify(json, undefined, 2));
