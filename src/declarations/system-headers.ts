/**
 * The headers of a library that the system's package manager installed. The link by which programs are linked
 * (`libx.so`) belongs to the package with the headers; it must lead to the very object that is loaded, so the
 * headers are of its version.
 */
import { readdir, readlink, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { textOf } from '../process/regular-file.js';
import { runTool } from '../process/run-tool.js';
import { glob } from 'tinyglobby';
import { byText } from '../model/order.js';
import type { Header } from './native.js';
import { codeOf } from './source-text.js';

/** Milliseconds. */
const LIMIT = 30_000;
/** Bytes of a header that are searched for names. */
const MAX_HEADER = 4 << 20;
/** Number of headers that are compiled together. */
const MAX_HEADERS = 24;

/** Number of headers that are searched in such directories. */
const MAX_BELOW = 5000;
/** Number of headers that are tried in place of one. */
const MAX_ABOVE = 8;
const INCLUDED = /^[ \t]{0,80}#[ \t]{0,80}include[ \t]{0,80}[<"]([^>"\n]{1,300})[>"]/gm;

/** Links in the object's directory that lead to it, other than by its soname. */
const linksTo = async (object: string): Promise<string[]> => {
  const dir = dirname(object);
  const names = (await readdir(dir).catch(() => [] as string[])).filter((n) => n.endsWith('.so'));
  const found: string[] = [];
  for (const name of names) {
    const link = join(dir, name);
    const isLink = await readlink(link).then(
      () => true,
      () => false,
    );
    if (isLink && (await realpath(link).catch(() => '')) === object) found.push(link);
  }
  return found;
};

const linesOf = async (file: string, ...args: string[]): Promise<string[]> => {
  const { code, stdout } = await runTool(file, args, {
    inherit: true,
    env: { LC_ALL: 'C' },
    timeoutMs: LIMIT,
  });
  return code === 0 ? stdout.split('\n').filter((l) => l !== '') : [];
};

/** All files of the package that owns one of these paths, by dpkg or rpm. */
const packageFiles = async (paths: readonly string[]): Promise<string[]> => {
  // Systems that have merged /usr know a file by either name.
  const names = paths.flatMap((p) => [p, p.startsWith('/usr/') ? p.slice('/usr'.length) : `/usr${p}`]);
  for (const name of names) {
    const [owner] = await linesOf('dpkg', '-S', name);
    // `libx-dev:amd64, liby-dev: /usr/lib/libx.so`
    const [debian] = owner?.split(': /')[0]?.split(', ') ?? [];
    if (debian !== undefined) return linesOf('dpkg', '-L', debian);
    const files = await linesOf('rpm', '-qlf', name);
    if (files.length > 0) return files;
  }
  return [];
};

/** What directives name is not declared by that: zconf.h gives every function of zlib another name, if it is told so. */
const NAMED = /^[ \t]{0,80}#[ \t]{0,80}(?:define|undef|ifn?def)[ \t]{1,80}\w{1,200}/gm;

const wordsOf = (text: string): Set<string> =>
  new Set(
    codeOf(text)
      .replace(NAMED, '')
      .match(/\b[A-Za-z_]\w{0,200}\b/g) ?? [],
  );

/** The headers that name the most of these functions, as few as name all that any of them names. */
const covering = (headers: readonly string[], names: readonly string[]): string[] => {
  const wanted = new Set(names);
  const named = headers.map((file) => {
    const words = wordsOf(textOf(file, MAX_HEADER) ?? '');
    return { file, names: [...wanted].filter((n) => words.has(n)) };
  });
  const chosen: string[] = [];
  const open = new Set(named.flatMap((h) => h.names));
  while (open.size > 0 && chosen.length < MAX_HEADERS) {
    const count = (h: (typeof named)[number]): number => h.names.filter((n) => open.has(n)).length;
    const best = named.reduce((a, b) => (count(b) > count(a) ? b : a));
    for (const n of best.names) open.delete(n);
    chosen.push(best.file);
  }
  return chosen;
};

/** Headers of a package that include one of its headers, those that include the most first. */
const including = (header: string, files: readonly string[]): string[] =>
  files
    .filter((f) => f.endsWith('.h') && f !== header)
    .flatMap((file) => {
      const all = [...(textOf(file, MAX_HEADER) ?? '').matchAll(INCLUDED)].map((m) => m[1]!);
      const isThere = all.some((name) => header.endsWith(`/${name.replace(/^(?:\.{1,2}\/){1,8}/, '')}`));
      return isThere ? [{ file, count: all.length }] : [];
    })
    .sort((a, b) => b.count - a.count)
    .map((h) => h.file);

/**
 * Headers in the directories that pkg-config names for a library, whose package may leave them to one for all platforms
 * (`libx-headers`). Those of all libraries are none of its own.
 */
const headersBelow = async (cflags: readonly string[]): Promise<string[]> => {
  const dirs = cflags
    .filter((f) => f.startsWith('-I/') && f.includes('/include/'))
    .map((f) => f.slice('-I'.length));
  const found = await Promise.all(dirs.map((cwd) => glob('**/*.h', { cwd, absolute: true })));
  return [...new Set(found.flat())].sort(byText).slice(0, MAX_BELOW);
};

/** Headers for these functions of a system library. Undefined if none are installed. */
export const systemHeaders = async (
  object: string,
  names: readonly string[],
  cc: string,
): Promise<Header | undefined> => {
  // The loader names it by its soname, which is a link, too.
  const links = await linksTo(await realpath(object).catch(() => object));
  if (links.length === 0) return undefined;
  const files = await packageFiles(links);
  const modules = files.flatMap((f) => /\/pkgconfig\/([^/]+)\.pc$/.exec(f)?.[1] ?? []);
  const flags = modules.length > 0 ? (await linesOf('pkg-config', '--cflags', ...modules)).join(' ') : '';
  const cflags = flags.split(/\s+/).filter((f) => f !== '');
  let candidates = files.filter((f) => f.endsWith('.h'));
  let headers = covering(candidates, names);
  if (headers.length === 0) {
    candidates = await headersBelow(cflags);
    headers = covering(candidates, names);
  }
  if (headers.length === 0) return undefined;
  const compiles = async (all: readonly string[]): Promise<boolean> => {
    const input = all.map((h) => `#include "${h}"\n`).join('');
    const { code } = await runTool(cc, ['-w', '-fsyntax-only', '-x', 'c', '-', ...cflags], {
      inherit: true,
      input: `#define _GNU_SOURCE 1\n${input}`,
      timeoutMs: LIMIT,
    });
    return code === 0;
  };
  // One that cannot be included would lose the others. Some can only behind others, whatever their order here.
  const includes: string[] = [];
  let left = headers;
  for (let before = -1; before !== includes.length && left.length > 0;) {
    before = includes.length;
    const failed: string[] = [];
    for (const header of left) ((await compiles([...includes, header])) ? includes : failed).push(header);
    left = failed;
  }
  // "Only <x.h> can be included directly": by one that includes it, or that includes such a one.
  for (const header of left) {
    const above = [header];
    for (let tried = 0; tried < above.length && tried < MAX_ABOVE; tried++) {
      const next = above[tried]!;
      if (includes.includes(next)) break;
      if (next !== header && (await compiles([...includes, next]))) {
        includes.push(next);
        break;
      }
      above.push(...including(next, candidates).filter((h) => !above.includes(h)));
    }
  }
  return includes.length > 0 ? { includes, cflags } : undefined;
};
