/** Reads foreign functions and the types that they use from rustdoc's JSON. Pure. */
import { isAbsolute, join } from 'node:path';
import type { HostFunction, Place, Records } from '../../model/declaration.js';
import { rustTypes } from './rust-types.js';
import type { Crate, Item, Names, RustSignature } from './rustdoc-items.js';

/** A crate as rustdoc describes it. `dirs`: where its relative paths may begin, the first that has the file counts. */
export type Described = { name: string; crate: Crate; dirs: readonly string[] };

export type RustSources = {
  /** Crates whose declarations are read. */
  own: readonly Described[];
  /** The description of another crate by its name, if there is one. */
  other(crate: string): Described | undefined;
  exists(file: string): boolean;
};

/** Kinds of items that are types. */
const TYPES = ['struct', 'union', 'enum', 'type_alias', 'extern_type'];

/** Calling conventions that are C's on this platform. */
const isC = (abi: unknown): boolean => {
  const name = typeof abi === 'string' ? abi : Object.keys(abi ?? {})[0];
  return name !== undefined && /^(?:C|System|Cdecl|SysV64|Aapcs)$/i.test(name);
};

/** `#[attr = LinkName {name: "x"}]` or `#[link_name = "x"]`. */
const linkName = (item: Item): string | undefined => {
  for (const a of item.attrs) {
    const text = typeof a === 'string' ? a : (a.other ?? '');
    const from = text.search(/link_?name/i);
    if (from >= 0) return text.slice(from).split('"')[1];
  }
  return undefined;
};

const namesOf = (d: Described, s: RustSources): Names => {
  const names: Names = {
    crate: d.name,
    item: (id) => d.crate.index[String(id)],
    path: (id) => d.crate.paths[String(id)]?.path,
    place: (item): Place | undefined => {
      if (!item.span) return undefined;
      const { filename, begin } = item.span;
      const files = isAbsolute(filename) ? [filename] : d.dirs.map((dir) => join(dir, filename));
      return { file: files.find((f) => s.exists(f)) ?? files[0]!, line: begin[0] };
    },
    foreign: (path) => {
      const other = path[0] === undefined ? undefined : s.other(path[0]);
      if (!other) return undefined;
      const wanted = path.join('::');
      for (const [id, p] of Object.entries(other.crate.paths)) {
        const item = other.crate.index[id];
        if (p.path.join('::') === wanted && item && TYPES.some((k) => k in item.inner))
          return { item, id: Number(id), names: namesOf(other, s) };
      }
      return undefined;
    },
  };
  return names;
};

/**
 * All functions that `extern` blocks of the crates declare with C's calling convention. `objects` tells which object
 * holds a symbol. Blocks inside the bodies of functions are not described by rustdoc.
 */
export const rustFunctions = (s: RustSources): { functions: HostFunction[]; records: Records } => {
  const records: Records = {};
  const types = rustTypes(records);
  const functions = new Map<string, HostFunction>();
  for (const d of s.own) {
    const names = namesOf(d, s);
    for (const item of Object.values(d.crate.index)) {
      const f = item.inner['function'] as
        { sig: RustSignature; header: { abi: unknown }; has_body: boolean } | undefined;
      if (!f || f.has_body || item.crate_id !== 0 || !isC(f.header.abi)) continue;
      const at = names.place(item) ?? { file: d.name, line: 1 };
      const type = types.signature(names, f.sig);
      if (type.kind !== 'function') continue;
      const name = linkName(item) ?? item.name ?? '?';
      functions.set(`${name} ${at.file}:${at.line}`, {
        name,
        at,
        result: type.result,
        parameters: type.parameters,
        ...(type.variadic ? { variadic: true as const } : {}),
        calls: [],
      });
    }
  }
  return { functions: [...functions.values()], records };
};
