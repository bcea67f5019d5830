/** What `init` looks at: a listing of paths and lazy reads. Everything behind it is pure, so that tests need no disk. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { basename, dirname } from 'node:path/posix';
import { glob } from 'tinyglobby';

/**
 * Paths are relative to the repository, with `/`, sorted. `read` gives the first `most` bytes (256 KiB where it is not said) as text,
 * '' for what is gone.
 */
export type Tree = { paths: readonly string[]; read(path: string, most?: number): Promise<string> };

/** What a path must hold to be about the build of somebody else's code, or the output of a build. */
const SKIPPED = [
  ...['node_modules', 'bower_components', 'vendor', 'vendored', '_vendor', 'third_party', 'third-party'],
  ...['thirdparty', '3rdparty', 'external', 'extern', 'deps', '_deps', 'subprojects', 'Pods'],
  ...['target', 'build', 'dist', 'out', 'cmake-build-*', 'bin/Debug', 'bin/Release', 'obj'],
  ...['venv', 'env', 'virtualenv', 'site-packages', '__pycache__', '*.egg-info', '*.xcodeproj'],
];

/** Of hidden files those that say how a project is built and tested. */
const HIDDEN = [
  ...['.github/workflows/*.{yml,yaml}', '.gitlab-ci.yml', '.travis.yml', '.circleci/config.yml'],
  ...['**/.mocharc.{json,yml,yaml,cjs,js}'],
];

/** Sources are read up to here: what tells a build system or a binding apart stands near the top. */
const MOST = 256 * 1024;

/** UTF-16 is recognised by its first bytes, as XML wants it; anything else is UTF-8. A byte order mark is no part of the text. */
const decoded = (bytes: Buffer): string => {
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
};

/** Lists a directory without vendored trees, build output and hidden directories; symbolic links are not followed. */
export const readTree = async (dir: string): Promise<Tree> => {
  const ignore = SKIPPED.map((name) => `**/${name}/**`);
  const paths = await glob(['**', ...HIDDEN], {
    cwd: dir,
    ignore,
    followSymbolicLinks: false,
    expandDirectories: false,
  });
  // Addons that a package ships are the one thing of interest in a directory that is called build.
  const shipped = await glob(['**/*.node'], {
    cwd: dir,
    ignore: ['**/node_modules/**'],
    followSymbolicLinks: false,
    expandDirectories: false,
  });
  const texts = new Map<string, Promise<string>>();
  const load = async (path: string, most: number): Promise<string> => {
    const file = await open(join(dir, path)).catch(() => undefined);
    if (!file) return '';
    try {
      const size = Math.min(most, (await file.stat()).size);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
      return decoded(buffer.subarray(0, bytesRead));
    } catch {
      return '';
    } finally {
      await file.close();
    }
  };
  return {
    paths: [...new Set([...paths, ...shipped])].sort(),
    read: (path, most = MOST) => {
      const key = `${most} ${path}`;
      const known = texts.get(key) ?? load(path, most);
      texts.set(key, known);
      return known;
    },
  };
};

/** A tree from texts, for tests. */
export const treeOf = (files: Record<string, string>): Tree => ({
  paths: Object.keys(files).sort(),
  read: (path) => Promise.resolve(files[path] ?? ''),
});

/** `dir/name`, without the dot that stands for the repository itself. */
export const under = (dir: string, name: string): string => (dir === '.' ? name : `${dir}/${name}`);

/** True when `path` is `dir` or lies below it. */
export const within = (dir: string, path: string): boolean =>
  dir === '.' || path === dir || path.startsWith(`${dir}/`);

/** Directories that hold a file of this name, sorted. */
export const dirsWith = (tree: Tree, ...names: readonly string[]): string[] => [
  ...new Set(tree.paths.filter((p) => names.includes(basename(p))).map((p) => dirname(p))),
];

/** A function that gives the nearest of some directories above a path. */
export const nearestOf = (dirs: readonly string[]): ((path: string) => string | undefined) => {
  const known = new Set(dirs);
  return (path) => {
    for (let dir = dirname(path); ; dir = dirname(dir)) {
      if (known.has(dir)) return dir;
      if (dir === '.') return undefined;
    }
  };
};

/** Of some directories those that lie in no other of them. */
export const topmost = (dirs: readonly string[]): string[] =>
  dirs.filter((d) => !dirs.some((o) => o !== d && within(o, d)));

const ASIDE =
  /(?:^|\/)(?:examples?|samples?|demos?|docs?|tests?|testing|testdata|fuzz\w*|bench\w*|perf|tools|contrib)(?:\/|$)/i;

/** True for places that hold tests, examples and such rather than the library itself. */
export const isAside = (path: string): boolean => ASIDE.test(path);

/** Texts of the files that match, read side by side, at most `most` of them. */
export const textsOf = async (
  tree: Tree,
  wanted: (path: string) => boolean,
  most = 20_000,
): Promise<{ path: string; text: string }[]> => {
  const paths = tree.paths.filter(wanted).slice(0, most);
  const found: { path: string; text: string }[] = [];
  for (let i = 0; i < paths.length; i += 64) {
    const part = paths.slice(i, i + 64);
    found.push(...(await Promise.all(part.map(async (path) => ({ path, text: await tree.read(path) })))));
  }
  return found;
};

/**
 * Arguments of each call of `name` (lower case) in a build file, up to the first `)`, without quotes; comments from `#` are
 * left out. CMake takes its commands in any case, and old files shout them.
 */
export const calls = (text: string, name: string): string[][] => {
  const code = text
    .split('\n')
    .map((line) => line.split('#')[0] ?? '')
    .join('\n');
  // Letter by letter: toLowerCase of a whole text may change its length.
  const low = code.replaceAll(/[A-Z]/g, (c) => c.toLowerCase());
  const found: string[][] = [];
  for (let at = low.indexOf(name); at >= 0; at = low.indexOf(name, at + name.length)) {
    const paren =
      at +
      name.length +
      (/^[ \t]{0,8}/.exec(code.slice(at + name.length, at + name.length + 9))?.[0].length ?? 0);
    const before = code[at - 1] ?? ' ';
    if (code[paren] !== '(' || /[\w.]/.test(before)) continue;
    const close = code.indexOf(')', paren);
    const inside = code.slice(paren + 1, close < 0 ? code.length : close);
    found.push(
      inside
        .split(/[\s,]/)
        .map((w) => w.replaceAll(/["']/g, ''))
        .filter(Boolean),
    );
  }
  return found;
};
