/** Where the native code of an npm package is: sources and what builds them, or what stands there compiled. */
import { basename, dirname, relative } from 'node:path/posix';
import type { CargoPackage } from './cargo.js';
import { stringAt, stringsAt, tableAt, type Table } from './manifest.js';
import { isAside, under, within, type Tree } from './tree.js';

export type Addon = {
  /** Its build file, or what shows that it comes compiled. */
  why: string;
  /** The directory of its build file; undefined where nothing is built. */
  dir?: string;
  /** The build file itself. */
  file?: string;
  /** Rust: what only C compilers instrument sees nothing of it. */
  rust?: true;
  /** The package through which JavaScript calls the library, if its declarations can be read. */
  foreign?: 'koffi';
};

/** Compiled, or sources that are nowhere. */
export type Search = { addon: Addon } | { refused: string } | { none: string };

const PLATFORM =
  /[-.](?:linux|darwin|win32|windows|freebsd|android|macos)(?:musl)?[-.](?:x64|arm64|ia32|arm|riscv64|ppc64|x86_64|aarch64)/;
/** Packages that only find or fetch an addon. Where they are, one must be. */
const FINDERS = [
  'bindings',
  'node-gyp-build',
  'prebuild-install',
  'node-pre-gyp',
  '@mapbox/node-pre-gyp',
  'pkg-prebuilds',
];
/** Packages through which JavaScript calls any library. */
const FOREIGN = ['koffi', 'ffi-napi', 'ffi-rs', 'node-ffi-rs', 'ref-napi'];

const depth = (path: string): number => path.split('/').length;
const shallowest = (paths: readonly string[]): string | undefined =>
  [...paths].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))[0];

const sentence = (path: string, tried: readonly string[]): string =>
  `${path}: ${tried.join(', ')}; if its tests reach native code, add a suite with binding node`;

/** All that package.json says of other packages. */
export const dependenciesOf = (json: Table): Table => ({
  ...tableAt(json, 'optionalDependencies'),
  ...tableAt(json, 'devDependencies'),
  ...tableAt(json, 'peerDependencies'),
  ...tableAt(json, 'dependencies'),
});

/** cmake-js or cmake-ts, by what package.json needs or calls. */
export const usesCmake = (json: Table): string | undefined => {
  const scripts = tableAt(json, 'scripts');
  const text = Object.keys(scripts).map((key) => `${key} ${stringAt(scripts, key) ?? ''}`);
  const all = dependenciesOf(json);
  return ['cmake-js', 'cmake-ts'].find(
    (tool) => tool in all || tool in json || text.some((t) => t.split(/[\s"'/]+/).includes(tool)),
  );
};

/** Looks in the package of `dir`; `own` are the paths that belong to it and to no package below it. */
export const findAddon = (
  dir: string,
  json: Table,
  { own, crates }: { own: readonly string[]; crates: readonly CargoPackage[] },
): Search => {
  const manifest = under(dir, 'package.json');
  const below = (path: string): string => relative(dir, path);
  const named = (name: string): string | undefined =>
    shallowest(own.filter((p) => basename(p) === name && !isAside(below(p))));
  const gyp = named('binding.gyp');
  if (gyp !== undefined) return { addon: { why: gyp, file: gyp, dir: dirname(gyp) } };
  const tool = usesCmake(json);
  const lists = tool === undefined ? undefined : named('CMakeLists.txt');
  if (lists !== undefined) return { addon: { why: lists, file: lists, dir: dirname(lists) } };
  const crate = crates.find(
    (c) => own.includes(under(c.dir, 'Cargo.toml')) && /^(?:napi|neon|node-bindgen)$/.test(kindOf(c) ?? ''),
  );
  if (crate) {
    const file = under(crate.dir, 'Cargo.toml');
    return { addon: { why: `${file}, a crate with ${kindOf(crate)}`, file, dir: crate.dir, rust: true } };
  }
  const compiled = own.filter((p) => p.endsWith('.node'));
  if (compiled.length) {
    const ours = compiled.find((p) => p.includes('linux')) ?? compiled[0]!;
    return { addon: { why: `${manifest} has no sources of its addon, which comes compiled: ${ours}` } };
  }
  const optional = Object.keys(tableAt(json, 'optionalDependencies')).filter((n) => PLATFORM.test(n));
  if (optional.length) {
    const ours = optional.find((n) => n.includes('linux-x64')) ?? optional[0]!;
    return {
      addon: {
        why: `${manifest} has no sources of its addon, an optional dependency that comes compiled: ${ours}`,
      },
    };
  }
  const all = dependenciesOf(json);
  const foreign = FOREIGN.find((n) => n in tableAt(json, 'dependencies'));
  if (foreign !== undefined)
    return {
      addon: {
        why: `${manifest} depends on ${foreign}, through which it calls a library`,
        ...(foreign === 'koffi' ? { foreign } : {}),
      },
    };
  const hints = [
    ...(json['gypfile'] === true ? ['gypfile is true'] : []),
    ...(Object.keys(tableAt(json, 'binary')).length ? ['it has a table `binary`'] : []),
    ...(Object.keys(tableAt(json, 'napi')).length ? ['it has a table `napi`'] : []),
    ...FINDERS.filter((n) => n in tableAt(json, 'dependencies')).map((n) => `it depends on ${n}`),
    ...['node-addon-api', 'nan'].filter((n) => n in all).map((n) => `it names ${n}`),
    ...stringsAt(json, 'os')
      .slice(0, 1)
      .map((os) => `it is for ${os} alone`),
  ];
  const looked =
    'no binding.gyp, no CMakeLists.txt of cmake-js or cmake-ts, no Cargo.toml with napi or neon, and no *.node file';
  return hints.length && !hints[0]!.startsWith('it is for')
    ? {
        refused: `${manifest}: ${hints[0]}, so there is an addon, but ${looked} is here: published packages often leave the sources out; run init where they are, or add a suite with binding node whose tests load the installed package`,
      }
    : {
        none: sentence(manifest, [
          'no addon was found',
          `that is, ${looked}`,
          'and no package for one platform among its optionalDependencies',
        ]),
      };
};

/** The framework of a crate that is an addon. */
const kindOf = (crate: CargoPackage): string | undefined =>
  ['napi', 'neon', 'node-bindgen'].find((name) => crate.isCdylib && crate.dependencies.includes(name));

/** True for a path that belongs to the package of `dir` and to no other package. */
export const ownPaths = (tree: Tree, dir: string, packages: readonly string[]): string[] => {
  const others = packages.filter((d) => d !== dir && within(dir, d));
  return tree.paths.filter((p) => within(dir, p) && !others.some((d) => within(d, p)));
};
