/**
 * A separate program: keeps in a copy's package.json only those devDependencies that its files or the given
 * words name. The others are development tools (linters, Electron, prebuilders), which take minutes to fetch
 * and are often no longer available. Arguments: directory of the copy, then words.
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

const [dir, ...words] = process.argv.slice(2);
if (!dir) throw new Error('usage: node-dependencies <directory> [word…]');
const file = join(dir, 'package.json');
const json = JSON.parse(readFileSync(file, 'utf8')) as { devDependencies?: Record<string, string> };
const all = [...texts(dir), ...words.map((w) => `"${w.replace(/^node_modules\//, '')}"`)];
const isNamed = (name: string): boolean =>
  ["'", '"', '`'].some((q) => all.some((t) => t.includes(`${q}${name}${q}`) || t.includes(`${q}${name}/`)));
const needed = Object.entries(json.devDependencies ?? {}).filter(([name]) => isNamed(name));
json.devDependencies = Object.fromEntries(needed);
writeFileSync(file, JSON.stringify(json, undefined, 2));
