/**
 * A separate program: puts a built addon where a package's own JavaScript looks for it. Argument: JSON of `Request`.
 * The places are those that are asked for, and every path of an addon that a source names literally, unless it is one
 * for another platform.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export type Request = {
  /** The copy of the package. */
  project: string;
  /** Directory with the built addon, and how its file's name ends. */
  from: string;
  ending: string;
  /** Further places, relative to the copy. */
  places: string[];
  /** For cmake-ts, whose loader asks `build/manifest.json`. */
  manifest?: true;
};

const LITERAL = /["'`](\.{0,2}\/?[\w./-]{1,200}\.node)["'`]/g;
const OTHERS = /win32|windows|darwin|macos|android|freebsd|openharmony|wasi|musl/;
const ARCH: Partial<Record<NodeJS.Architecture, RegExp>> = {
  x64: /arm|ia32|riscv|ppc|s390|loong|mips/,
  arm64: /x64|ia32|riscv|ppc|s390|loong|mips|armv?7|gnueabi/,
};

const scripts = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    if (e.isDirectory()) return /^(?:node_modules|\.git|target)$/.test(e.name) ? [] : scripts(path);
    return /\.[cm]?[jt]s$/.test(e.name) ? [path] : [];
  });

const { project, from, ending, places, manifest } = JSON.parse(process.argv[2] ?? '{}') as Request;

const inside = (path: string): boolean => !relative(project, path).startsWith('..');
const isOurs = (path: string): boolean => !OTHERS.test(path) && !ARCH[process.arch]?.test(path);
const named = scripts(project).flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(LITERAL)]
    .map(([, path = '']) => path)
    .filter(isOurs)
    .map((path) => resolve(dirname(file), path))
    .filter(inside),
);

const built = readdirSync(from).filter((name) => name.endsWith(ending));
const [first] = built;
if (first === undefined) throw new Error(`nothing in ${from} ends with ${ending}`);
for (const place of new Set([...places.map((p) => join(project, p)), ...named])) {
  // Of several addons each has its own name.
  const name =
    built.find((b) => b === place.slice(place.lastIndexOf('/') + 1)) ??
    (built.length === 1 ? first : undefined);
  if (name === undefined || resolve(from, name) === place) continue;
  mkdirSync(dirname(place), { recursive: true });
  copyFileSync(join(from, name), place);
}

if (manifest) {
  const dir = join(project, 'build');
  const file = join(dir, 'manifest.json');
  const key = JSON.stringify({
    ...{ os: process.platform, arch: process.arch, libc: 'glibc' },
    abi: Number(process.versions.modules),
  });
  if (!existsSync(dir)) mkdirSync(dir);
  writeFileSync(file, JSON.stringify({ [key]: relative(dir, join(from, first)) }));
}
