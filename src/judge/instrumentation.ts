/**
 * Which objects of a process a gate can see. Decided per object, by the symbols that instrumented code
 * imports.
 */
import { basename, dirname } from 'node:path';
import type { Gate } from '../gates/gate.js';
import type { Host } from '../host/probe.js';
import type { SymbolReader } from '../process/dynamic-symbols.js';
import matcher from '../config/glob.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { CellReport } from '../model/report.js';

const RUNTIME = /^(lib(a|t|ub|l|hwa)san|libclang_rt\.|vgpreload_)/;
const SYSTEM = /^\/(?:usr\/)?lib(?:32|64|exec)?\//;
/** Third-party packages inside a host's own directories. */
const PACKAGES = /\/(?:site-packages|dist-packages|node_modules)\//;

/** Whether an object belongs to the operating system or to a host runtime. */
const isHosts = (path: string, tools: Host['tools']): boolean => {
  if (SYSTEM.test(path)) return true;
  if (PACKAGES.test(path)) return false;
  const homes = ['node', 'java', 'python'].flatMap((t) =>
    tools[t] ? [dirname(dirname(tools[t].path))] : [],
  );
  return homes.some((home) => home !== '/' && path.startsWith(`${home}/`));
};

/** Packages through which a host calls any library: a part of the host, as ctypes is, and not under test. */
const BRIDGE = /^(?:koffi|ffi_bindings|ffi-rs\.[\w-]{1,60})\.node$/;

/** What a Python suite requires: the project itself is installed elsewhere, or is not installed at all. */
const PYTHONS = /\/(?:site-packages|dist-packages)\//;

/** The objects that a suite's processes had mapped. */
export type Loaded = {
  /** All objects if the processes recorded them (`whole`), else samples. */
  maps: ReadonlySet<string>;
  whole: boolean;
  /** Base names of the project's own objects. */
  own: ReadonlySet<string>;
  /** The directory of the suite's compiled tests and the copy of its project. */
  out: string;
};

export type ObjectCoverage = {
  objects: NonNullable<CellReport['objects']>;
  /** Why the gate cannot have seen the code under test. Undefined if it can. */
  blind?: string;
};

type Kind = 'runtime' | 'host' | 'bridge' | 'own' | 'foreign';

const kindOf = (path: string, { own, out }: Loaded, tools: Host['tools']): Kind => {
  const name = basename(path);
  if (RUNTIME.test(name)) return 'runtime';
  const inside = path.startsWith(`${out}/`) && !PACKAGES.test(path.slice(out.length));
  if (!inside && PACKAGES.test(path) && BRIDGE.test(name)) return 'bridge';
  if (inside ? /\.(?:so|node)$/.test(name) : own.has(name) && !PACKAGES.test(path)) return 'own';
  return isHosts(path, tools) || !/\.(?:so|node)(?:\.|$)/.test(name) ? 'host' : 'foreign';
};

/**
 * Sorts mapped objects by whether the gate can see into them. `foreign` objects were compiled by others, such
 * as those in a jar or a package of prebuilt binaries. A gate that needs hooks is blind in them.
 */
export const inspectObjects = async (
  loaded: Loaded,
  { id, hook, mayLackHooks }: Pick<Gate, 'id' | 'hook' | 'mayLackHooks'>,
  tools: Host['tools'],
  symbols: SymbolReader,
): Promise<ObjectCoverage> => {
  const objects: ObjectCoverage['objects'] = { instrumented: [], runtime: [], opaque: [], blind: [] };
  // Own objects without hooks: compiled for this cell, or found prebuilt in the repository.
  const compiled: string[] = [];
  const readyMade: string[] = [];
  let seen = 0;
  for (const path of [...loaded.maps].sort()) {
    const name = basename(path);
    const kind = kindOf(path, loaded, tools);
    if (kind === 'runtime' || kind === 'host') {
      objects[kind === 'runtime' ? 'runtime' : 'opaque'].push(name);
      continue;
    }
    if (kind === 'bridge') {
      objects.opaque.push(name);
      // Without hooks to look for, the libraries of the system that it calls are seen too.
      if (!hook) seen++;
      continue;
    }
    const own = kind === 'own';
    if (!hook || hook.test(await symbols(path)) || (own && mayLackHooks)) {
      seen++;
      objects[hook || own ? 'instrumented' : 'opaque'].push(name);
      continue;
    }
    objects.opaque.push(name);
    objects.blind.push(name);
    if (own) (path.startsWith(`${loaded.out}/`) ? compiled : readyMade).push(name);
  }
  const unseen = [...compiled, ...(seen === 0 ? readyMade : [])];
  if (unseen.length) return { objects, blind: opaque(id, unseen) };
  if (!loaded.whole || seen > 0) return { objects };
  return {
    objects,
    blind: objects.blind.length
      ? `${opaque(id, objects.blind)}; it was compiled elsewhere: use memcheck or the host's own checks`
      : 'no native code except that of the host was loaded',
  };
};

/**
 * Base names of foreign objects that were loaded. In a suite without native code of its own, these are under
 * test; but nothing is that comes with a requirement of Python tests.
 */
export const foreignObjects = (loaded: Loaded, tools: Host['tools']): string[] => {
  const kinds = [...loaded.maps].map((path) => ({ path, kind: kindOf(path, loaded, tools) }));
  if (loaded.own.size > 0 || kinds.some((k) => k.kind === 'own')) return [];
  return kinds.filter((k) => k.kind === 'foreign' && !PYTHONS.test(k.path)).map((k) => basename(k.path));
};

/** Base names of mapped objects, and of those that frames name, that an entry of `own` means (`libarchive.so*`). */
export const namedObjects = (
  own: readonly string[],
  maps: Iterable<string>,
  diagnostics: readonly Diagnostic[],
): string[] => {
  const matchers = own.filter((o) => !o.includes('/')).map((o) => matcher(o));
  if (matchers.length === 0) return [];
  const frames = diagnostics.flatMap((d) => d.stacks.flatMap((k) => k.frames));
  const modules = frames.flatMap((f) => (f.kind === 'source' || f.kind === 'module' ? (f.module ?? []) : []));
  const names = new Set([...maps, ...modules].map((m) => basename(m)));
  return [...names].filter((name) => matchers.some((m) => m(name)));
};

const opaque = (gate: string, names: readonly string[]): string =>
  `the object under test is opaque to ${gate}: ${names.join(', ')} carries none of its hooks`;

/**
 * Why the gate cannot see into the project's objects as built: names those without any of its hooks.
 * Undefined if all have some.
 */
export const uninstrumented = async (
  paths: readonly string[],
  { id, hook, mayLackHooks }: Pick<Gate, 'id' | 'hook' | 'mayLackHooks'>,
  symbols: SymbolReader,
): Promise<string | undefined> => {
  if (!hook || mayLackHooks) return undefined;
  const all = await Promise.all(paths.map(async (p) => (hook.test(await symbols(p)) ? [] : [basename(p)])));
  const names = [...new Set(all.flat())].sort();
  return names.length ? opaque(id, names) : undefined;
};
