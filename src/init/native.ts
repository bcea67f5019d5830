/** Native libraries with a build system of their own: CMake, Meson, Autotools, make. */
import { basename, dirname } from 'node:path/posix';
import type { Found, TargetIdea } from './proposal.js';
import { calls, dirsWith, isAside, textsOf, topmost, under, within, type Tree } from './tree.js';

const nameOf = (dir: string, fallback = 'native'): string => (dir === '.' ? fallback : basename(dir));

const target = (
  builder: TargetIdea['builder'],
  dir: string,
  libraries: string[],
  more: { args?: string[]; produces?: string[]; why: string },
): TargetIdea => ({
  name: nameOf(dir, libraries[0]),
  builder,
  dir,
  // The first is certain; of further ones some are options that are off.
  produces: more.produces ?? [`lib${libraries[0]}.so`, ...(libraries.length > 1 ? ['*.so'] : [])],
  ...(more.args ? { args: more.args } : {}),
  libraries,
  why: more.why,
});

const NOT_SHARED = new Set(['STATIC', 'OBJECT', 'INTERFACE', 'ALIAS', 'IMPORTED', 'UNKNOWN']);

type CmakeNames = { shared: string[]; fixed: string[]; unknown: string[]; maybe: string[] };

/** What `${X}` stands for in a word: a variable that is set in several places may be any of those values. */
const expand = (word: string, values: ReadonlyMap<string, readonly string[]>, depth = 0): string[] => {
  const name = [...values.keys()].find((k) => word.includes(`\${${k}}`));
  if (name === undefined || depth > 4) return [word];
  return (values.get(name) ?? [])
    .filter((v) => !v.includes(`\${${name}}`))
    .flatMap((v) => expand(word.replaceAll(`\${${name}}`, v), values, depth + 1));
};

/**
 * Shared libraries that CMake text declares, by file name; `${X}` is looked up in `set` and `project`. `maybe`: those
 * of `shared` whose name is one of several, since conditions are not evaluated.
 */
export const cmakeLibraries = (text: string): CmakeNames => {
  const [project = ''] = calls(text, 'project')[0] ?? [];
  const values = new Map<string, string[]>();
  for (const [k = '', v = ''] of calls(text, 'set'))
    values.set(k, [...new Set([...(values.get(k) ?? []), v])]);
  values.set('PROJECT_NAME', [project]).set('CMAKE_PROJECT_NAME', [project]);
  const renamed = new Map(
    calls(text, 'set_target_properties').flatMap((words): [string, string[]][] => {
      const at = words.findIndex((w) => w === 'OUTPUT_NAME' || w === 'LIBRARY_OUTPUT_NAME');
      const [first] = expand(words[0] ?? '', values);
      return at > 0 && first && words[at + 1] ? [[first, expand(words[at + 1]!, values)]] : [];
    }),
  );
  const out: CmakeNames = { shared: [], fixed: [], unknown: [], maybe: [] };
  for (const [word = '', kind = ''] of calls(text, 'add_library')) {
    const names = expand(word, values).flatMap((n) => renamed.get(n) ?? [n]);
    if (NOT_SHARED.has(kind)) {
      if (kind === 'STATIC') out.fixed.push(...names);
      continue;
    }
    const isName = (n: string): boolean => !/[^\w.+-]/.test(n);
    out.shared.push(...names.filter(isName));
    out.unknown.push(...names.filter((n) => !isName(n)));
    if (names.length > 1) out.maybe.push(...names.filter(isName));
  }
  // A library named like its project is the one that the project is about.
  const main = (n: string): number => Number(n !== project && n !== project.replace(/^lib/, ''));
  return { ...out, shared: [...new Set(out.shared)].sort((a, b) => main(a) - main(b)) };
};

const cmake = async (tree: Tree, taken: (dir: string) => boolean): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const dirs = topmost(dirsWith(tree, 'CMakeLists.txt')).filter((d) => !isAside(d) && !taken(d));
  for (const dir of dirs) {
    const files = await textsOf(
      tree,
      (p) =>
        basename(p) === 'CMakeLists.txt' && within(dir, p) && !isAside(p.slice(dir === '.' ? 0 : dir.length)),
    );
    const { shared, fixed, unknown, maybe } = cmakeLibraries(files.map((f) => f.text).join('\n'));
    const where = under(dir, 'CMakeLists.txt');
    if (shared.length)
      found.targets.push(
        target('cmake', dir, shared, {
          args: ['-DBUILD_SHARED_LIBS=ON', '-DBUILD_TESTING=OFF'],
          ...(maybe.includes(shared[0]!) ? { produces: ['*.so'] } : {}),
          why: `${where} declares ${shared.slice(0, 5).join(', ')}`,
        }),
      );
    else
      found.unclear.push(
        unknown.length
          ? `${where}: the name of the library ${unknown[0]} is computed; add a target with builder cmake by hand`
          : `${where}: ${fixed.length ? `the library ${fixed[0]} is static only, and a binding loads shared objects` : 'no library is declared'}`,
      );
  }
  return found;
};

const MESON_CALLS = ['shared_library', 'library', 'both_libraries', 'shared_module'];

const meson = async (tree: Tree, taken: (dir: string) => boolean): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  for (const dir of topmost(dirsWith(tree, 'meson.build')).filter((d) => !isAside(d) && !taken(d))) {
    const files = await textsOf(tree, (p) => basename(p) === 'meson.build' && within(dir, p) && !isAside(p));
    const text = files.map((f) => f.text).join('\n');
    const [project = ''] = calls(text, 'project')[0] ?? [];
    const names = MESON_CALLS.flatMap((c) => calls(text, c))
      .map(([n = '']) => (n === 'meson.project_name(' ? project : n))
      .filter((n) => /^[\w.+-]+$/.test(n));
    if (names.length)
      found.targets.push(
        target('meson', dir, [...new Set(names)], {
          args: ['-Ddefault_library=shared'],
          why: `${under(dir, 'meson.build')} declares ${names.slice(0, 5).join(', ')}`,
        }),
      );
    else
      found.unclear.push(`${under(dir, 'meson.build')}: no shared library with a literal name is declared`);
  }
  return found;
};

/** The `x` of all `libx.la` or `libx.so` in a text. */
const named = (text: string, ending: '.la' | '.so'): string[] => [
  ...new Set(
    text
      .split(/[^\w+.-]+/)
      .filter((word) => word.startsWith('lib') && word.endsWith(ending) && word.length > 3 + ending.length)
      .map((word) => word.slice(3, -ending.length)),
  ),
];

const autotools = async (tree: Tree, taken: (dir: string) => boolean): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const dirs = topmost(dirsWith(tree, 'configure', 'configure.ac', 'configure.in'));
  for (const dir of dirs.filter((d) => !isAside(d) && !taken(d))) {
    const makefiles = await textsOf(
      tree,
      (p) => /^Makefile\.(?:am|in)$/.test(basename(p)) && within(dir, p) && !isAside(p),
    );
    const am = makefiles.filter((f) => f.path.endsWith('.am'));
    const installed = am.flatMap((f) => f.text.split('\n').filter((l) => /^ {0,8}lib_LTLIBRARIES/.test(l)));
    const names = installed.length
      ? named(installed.join('\n'), '.la')
      : named(makefiles.map((f) => f.text).join('\n'), '.so');
    if (names.length)
      found.targets.push(
        target('autotools', dir, names, {
          why: `${under(dir, 'configure')} with ${names.slice(0, 5).join(', ')}`,
        }),
      );
    else
      found.unclear.push(`${under(dir, 'configure')}: no Makefile.am or Makefile.in names a shared library`);
  }
  return found;
};

const make = async (tree: Tree, taken: (dir: string) => boolean): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const dirs = dirsWith(tree, 'Makefile', 'makefile', 'GNUmakefile').filter((d) => !isAside(d) && !taken(d));
  for (const dir of dirs) {
    const [file] = await textsOf(
      tree,
      (p) => dirname(p) === dir && /^(?:GNUm|[Mm])akefile$/.test(basename(p)),
    );
    const libraries = named(file?.text ?? '', '.so');
    if (libraries.length)
      found.targets.push(
        target('make', dir, libraries, { why: `${file!.path} makes lib${libraries[0]}.so` }),
      );
    else if (tree.paths.some((p) => dirname(p) === dir && /\.(?:c|cc|cpp|cxx)$/.test(p)))
      found.unclear.push(`${file?.path}: it stands beside C sources and names no shared library (lib*.so)`);
  }
  return found;
};

/**
 * Libraries of the repository. `claimed`: directories whose build file belongs to a binding's own build
 * (scikit-build-core, meson-python, cmake-js), which is not run for itself.
 */
export const findNative = async (tree: Tree, claimed: readonly string[]): Promise<Found> => {
  const all: Found = { targets: [], suites: [], unclear: [] };
  const seen = [...claimed];
  for (const kind of [cmake, meson, autotools, make]) {
    const found = await kind(tree, (dir) => seen.includes(dir));
    all.targets.push(...found.targets.filter((t) => !all.targets.some((o) => within(o.dir, t.dir))));
    all.unclear.push(...found.unclear);
    seen.push(...found.targets.map((t) => t.dir));
  }
  // What one build system did not explain another one did.
  return {
    ...all,
    unclear: all.unclear.filter((u) => !all.targets.some((t) => dirname(u.split(':')[0] ?? '') === t.dir)),
  };
};
