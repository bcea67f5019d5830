/**
 * Packages of Cargo as their manifests say them, with what they inherit from their workspace.
 * Format: https://doc.rust-lang.org/cargo/reference/manifest.html and workspaces.html.
 */
import { dirname, join, relative } from 'node:path/posix';
import picomatch from 'picomatch';
import { readToml, stringAt, stringsAt, tableAt, valueAt, type Table } from './manifest.js';
import { dirsWith, isAside, under, within, type Tree } from './tree.js';

export type CargoPackage = {
  dir: string;
  name: string;
  /** `package.links`: the native library that it links. */
  links?: string;
  /** The name of its library, as in `libNAME.so`. */
  library: string;
  isCdylib: boolean;
  /** Where its build script is, if it has one, relative to the repository. */
  script?: string;
  /** Packages that it depends on by their real names, on any platform; those of build scripts and tests do not count. */
  dependencies: string[];
  /** The manifest of a workspace above it that does not list it: Cargo refuses to build such a package. */
  refusedBy?: string;
};

type Manifest = { dir: string; toml: Table };
type Dependency = { name: string; value: unknown };

/** A path in a manifest as one of the repository, without a `/` at its end. */
const resolved = (dir: string, path: string): string => join(dir, path, '.');

const KINDS = [
  'dependencies',
  'dev-dependencies',
  'build-dependencies',
  'dev_dependencies',
  'build_dependencies',
];

/** The entries of some tables of dependencies, of all platforms. */
const entriesOf = (toml: Table, kinds: readonly string[]): Dependency[] =>
  [toml, ...Object.values(tableAt(toml, 'target'))].flatMap((table) =>
    kinds.flatMap((kind) => Object.entries(tableAt(table, kind)).map(([name, value]) => ({ name, value }))),
  );

/** What `workspace = true` stands for, with the directory that paths in it are relative to. */
const inherited = (
  { name, value }: Dependency,
  from: Manifest,
  root: Manifest | undefined,
): { value: unknown; dir: string } =>
  valueAt(value, 'workspace') === true
    ? { value: valueAt(root?.toml, 'workspace', 'dependencies', name), dir: root?.dir ?? from.dir }
    : { value, dir: from.dir };

/** Literal members are members even below an excluded directory, as Cargo has it. */
const isExcluded = ({ dir, toml }: Manifest, path: string): boolean => {
  const lists = (key: string): boolean =>
    stringsAt(toml, 'workspace', key).some((entry) => within(resolved(dir, entry), path));
  return lists('exclude') && !lists('members');
};

/** The workspace that a package belongs to: its own, the one that it names, else the nearest above it. */
const rootOf = (manifests: ReadonlyMap<string, Manifest>, from: Manifest): Manifest | undefined => {
  const named = stringAt(from.toml, 'package', 'workspace');
  if (named !== undefined) return manifests.get(resolved(from.dir, named));
  for (let dir = from.dir; ; dir = dirname(dir)) {
    const found = manifests.get(dir);
    if (found && Object.hasOwn(found.toml, 'workspace') && (found === from || !isExcluded(found, from.dir)))
      return found;
    if (dir === '.') return undefined;
  }
};

/** Directories of a workspace's members: its own package, those that it lists, and what these depend on by path below it. */
const membersOf = (manifests: ReadonlyMap<string, Manifest>, root: Manifest): Set<string> => {
  const globs = stringsAt(root.toml, 'workspace', 'members').map((member) =>
    picomatch(resolved('.', member), { dot: true, nobrace: true, noextglob: true }),
  );
  const isListed = (dir: string): boolean => {
    const path = relative(root.dir, dir);
    return !isExcluded(root, dir) && globs.some((isMatch) => isMatch(path));
  };
  const pending = [...manifests.keys()].filter((dir) => dir === root.dir || isListed(dir));
  const members = new Set(pending);
  for (let dir = pending.pop(); dir !== undefined; dir = pending.pop()) {
    const manifest = manifests.get(dir)!;
    for (const entry of entriesOf(manifest.toml, KINDS)) {
      const { value, dir: base } = inherited(entry, manifest, root);
      const path = stringAt(value, 'path');
      const found = path === undefined ? undefined : resolved(base, path);
      if (found === undefined || members.has(found) || !manifests.has(found)) continue;
      if (!within(root.dir, found) || isExcluded(root, found)) continue;
      members.add(found);
      pending.push(found);
    }
  }
  return members;
};

const packageOf = (from: Manifest, root: Manifest | undefined): CargoPackage | undefined => {
  const { dir, toml } = from;
  const name = stringAt(toml, 'package', 'name');
  if (name === undefined) return undefined;
  const links = stringAt(toml, 'package', 'links');
  const build = valueAt(toml, 'package', 'build') ?? true;
  const types = [...stringsAt(toml, 'lib', 'crate-type'), ...stringsAt(toml, 'lib', 'crate_type')];
  return {
    dir,
    name,
    ...(links === undefined ? {} : { links }),
    library: (stringAt(toml, 'lib', 'name') ?? name).replaceAll('-', '_'),
    isCdylib: types.includes('cdylib'),
    ...(build === false ? {} : { script: join(dir, typeof build === 'string' ? build : 'build.rs') }),
    dependencies: entriesOf(toml, ['dependencies']).map(
      (entry) => stringAt(inherited(entry, from, root).value, 'package') ?? entry.name,
    ),
  };
};

/** The packages of a repository without those of its tests and examples. What could not be read is in `unclear`. */
export const readPackages = async (tree: Tree, unclear: string[]): Promise<CargoPackage[]> => {
  const manifests = new Map<string, Manifest>();
  for (const dir of dirsWith(tree, 'Cargo.toml')) {
    const toml = await readToml(tree, under(dir, 'Cargo.toml'), isAside(dir) ? [] : unclear);
    if (toml) manifests.set(dir, { dir, toml });
  }
  const members = new Map<Manifest, Set<string>>();
  return [...manifests.values()]
    .filter((m) => !isAside(m.dir))
    .flatMap((m) => {
      const root = rootOf(manifests, m);
      const found = packageOf(m, root);
      if (!found) return [];
      if (root && !members.has(root)) members.set(root, membersOf(manifests, root));
      const isRefused = root !== undefined && !members.get(root)!.has(m.dir);
      return [isRefused ? { ...found, refusedBy: under(root.dir, 'Cargo.toml') } : found];
    });
};
