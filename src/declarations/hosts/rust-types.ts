/**
 * Types of Rust as rustdoc prints them, and the layout that the compiler gives them: that of C, for `repr(C)`. Only
 * what the language guarantees is computed. Pure.
 */
import type { CType, Field, Records } from '../../model/declaration.js';
import { reprOf, type Item, type Names, type RustSignature, type RustType } from './rustdoc-items.js';
import { C_VOID, opaque, PRIMITIVES, standardType, STANDARD } from './rust-standard.js';

/** Behind pointers to these stands a length or a table as well. */
const UNSIZED = new Set(['slice', 'dyn_trait']);

type Arguments = ReadonlyMap<string, CType>;
type Layout = { size: number; align: number };
/** Alignments of the records made so far, which `Records` does not hold. */
type Alignments = Map<string, number>;

/** Converts types and collects the records that they name. */
export const rustTypes = (
  records: Records,
): { convert(names: Names, t: RustType): CType; signature(names: Names, s: RustSignature): CType } => {
  const alignments: Alignments = new Map();

  const layoutOf = (t: CType): Layout | undefined => {
    if (t.kind === 'int' || t.kind === 'bool' || t.kind === 'enum' || t.kind === 'float')
      return { size: t.size, align: Math.min(t.size, 16) };
    if (t.kind === 'pointer') return { size: 8, align: 8 };
    if (t.kind === 'void') return { size: t === C_VOID ? 1 : 0, align: 1 };
    if (t.kind === 'array') {
      const each = layoutOf(t.of);
      return each && t.count !== undefined ? { size: each.size * t.count, align: each.align } : undefined;
    }
    if (t.kind !== 'record') return undefined;
    const size = records[t.name]?.size;
    return size === undefined ? undefined : { size, align: alignments.get(t.name) ?? 1 };
  };

  const typeArguments = (names: Names, args: unknown, outer: Arguments): CType[] => {
    const list = (args as { angle_bracketed?: { args: { type?: RustType }[] } } | null)?.angle_bracketed
      ?.args;
    return (list ?? []).flatMap((a) => (a.type === undefined ? [] : [visit(names, a.type, outer)]));
  };

  const pointerTo = (names: Names, to: RustType, outer: Arguments): CType => {
    const kind = Object.keys(to ?? {})[0] ?? '';
    if (UNSIZED.has(kind) || (to as { primitive?: string } | null)?.primitive === 'str')
      return opaque('a pointer with a length or a table');
    return { kind: 'pointer', to: visit(names, to, outer) };
  };

  const resolved = (names: Names, t: { id: number; args: unknown }, outer: Arguments): CType => {
    const path = names.path(t.id) ?? [];
    const args = typeArguments(names, t.args, outer);
    const last = path.at(-1) ?? '';
    if (STANDARD.has(path[0] ?? '') || path[0] === 'libc') {
      const known = standardType(last, args);
      if (known) return known;
    }
    const own = names.item(t.id);
    if (own && own.crate_id === 0) return named(names, own, t.id, args);
    const other = names.foreign(path);
    if (other) return named(other.names, other.item, other.id, args);
    return opaque(`${path.join('::') || 'a type'} of another crate`);
  };

  const parameters = (inner: { generics?: { params?: { name: string; kind: object }[] } }): string[] =>
    (inner.generics?.params ?? []).filter((p) => 'type' in p.kind).map((p) => p.name);

  const named = (names: Names, item: Item, id: number, args: CType[]): CType => {
    const [kind = ''] = Object.keys(item.inner);
    const inner = item.inner[kind] as never;
    const path = (names.path(id) ?? [names.crate, item.name ?? '?']).join('::');
    const bound = new Map(parameters(inner).map((p, i) => [p, args[i] ?? opaque(p)]));
    if (kind === 'type_alias') {
      const t = visit(names, (inner as { type: RustType }).type, bound);
      return t.kind === 'int' || t.kind === 'float' ? { ...t, name: item.name ?? t.name } : t;
    }
    const text = args.map((a) => ('name' in a && a.name ? a.name : a.kind)).join(', ');
    const name = args.length > 0 ? `${path}<${text}>` : path;
    if (kind === 'extern_type') {
      records[name] ??= { fields: [] };
      return { kind: 'record', name };
    }
    if (kind === 'enum') return enumeration(names, item, inner, name);
    if (kind === 'struct' || kind === 'union') return record(names, item, kind, inner, name, bound);
    return opaque(name);
  };

  const enumeration = (names: Names, item: Item, inner: { variants: number[] }, name: string): CType => {
    const repr = reprOf(item);
    if (inner.variants.length === 0) {
      // `enum Handle {}`: a type without values stands for one of the library's.
      records[name] ??= { fields: [] };
      return { kind: 'record', name };
    }
    const variants = inner.variants.map(
      (v) =>
        names.item(v)?.inner['variant'] as
          { kind: unknown; discriminant: { value: string } | null } | undefined,
    );
    if (variants.some((v) => v?.kind !== 'plain')) return opaque(`${name}, an enum with fields`);
    const integer = repr?.int ? PRIMITIVES[repr.int] : undefined;
    if (integer?.kind === 'int')
      return { kind: 'enum', size: integer.size, signed: integer.signed === true, name };
    if (repr?.kind !== 'c') return opaque(`${name} has no repr(C)`);
    const wide = variants.some((v) => {
      const value = BigInt(v?.discriminant?.value ?? 0);
      return value >= 1n << 32n || value < -(1n << 31n);
    });
    return { kind: 'enum', size: wide ? 8 : 4, name };
  };

  const record = (
    names: Names,
    item: Item,
    kind: 'struct' | 'union',
    inner: { kind?: unknown; fields?: number[] },
    name: string,
    bound: Arguments,
  ): CType => {
    const repr = reprOf(item);
    const self: CType = { kind: 'record', name };
    if (records[name]) return self;
    const at = names.place(item);
    const shape = inner.kind as
      { plain?: { fields: number[] }; tuple?: (number | null)[] } | 'unit' | undefined;
    const ids = inner.fields ?? (typeof shape === 'object' ? (shape.plain?.fields ?? shape.tuple ?? []) : []);
    // A record may point to itself.
    records[name] = { fields: [], ...(at ? { at } : {}) };
    const members = ids.flatMap((id) => {
      const field = id === null ? undefined : names.item(id);
      return field
        ? [{ name: field.name ?? '', type: visit(names, field.inner['struct_field'] as RustType, bound) }]
        : [];
    });
    const used = members.filter((m) => layoutOf(m.type)?.size !== 0);
    // A struct of nothing but `c_void` is a handle.
    if (used.every((m) => m.type === C_VOID)) return self;
    if (repr?.kind === 'transparent') {
      delete records[name];
      return used.length === 1 ? used[0]!.type : opaque(name);
    }
    if (repr?.kind !== 'c') {
      delete records[name];
      return opaque(`${name} has no repr(C)`);
    }
    const most = repr.packed ?? Infinity;
    const fields: Field[] = [];
    let [size, align] = [0, repr.align ?? 1];
    for (const m of members) {
      const l = layoutOf(m.type);
      if (!l) {
        delete records[name];
        return opaque(`${name}, whose field ${m.name} is ${'name' in m.type ? m.type.name : m.type.kind}`);
      }
      const a = Math.min(l.align, most);
      align = Math.max(align, a);
      const from = kind === 'union' ? 0 : Math.ceil(size / a) * a;
      if (l.size > 0)
        fields.push({ name: m.name, bit: from * 8, type: m.type === C_VOID ? opaque('c_void') : m.type });
      size = Math.max(size, from + l.size);
    }
    alignments.set(name, align);
    records[name] = {
      size: Math.ceil(size / align) * align,
      fields,
      ...(kind === 'union' ? { union: true as const } : {}),
      ...(at ? { at } : {}),
    };
    return self;
  };

  const visit = (names: Names, t: RustType, bound: Arguments): CType => {
    if (t === null) return { kind: 'void' };
    const [kind = ''] = Object.keys(t);
    const inner = t[kind] as never;
    switch (kind) {
      case 'primitive':
        return PRIMITIVES[inner] ?? opaque(inner);
      case 'generic':
        return bound.get(inner) ?? opaque(inner);
      case 'raw_pointer':
      case 'borrowed_ref':
        return pointerTo(names, (inner as { type: RustType }).type, bound);
      case 'array': {
        const { type, len } = inner as { type: RustType; len: string };
        const count = /^(\d+)(?:_?usize)?$/.exec(len)?.[1];
        if (count === undefined) return opaque(`an array of ${len} elements`);
        return { kind: 'array', of: visit(names, type, bound), count: Number(count) };
      }
      case 'tuple':
        return (inner as unknown[]).length === 0 ? { kind: 'void' } : opaque('a tuple');
      case 'function_pointer':
        return { kind: 'pointer', to: fn(names, (inner as { sig: RustSignature }).sig, bound) };
      case 'resolved_path':
        return resolved(names, inner, bound);
      default:
        return opaque(`a type of kind ${kind}`);
    }
  };

  const fn = (names: Names, s: RustSignature, bound: Arguments): CType => ({
    kind: 'function',
    result: visit(names, s.output, bound),
    parameters: s.inputs.map(([, t]) => visit(names, t, bound)),
    ...(s.is_c_variadic ? { variadic: true as const } : {}),
  });

  return {
    convert: (names, t) => visit(names, t, new Map()),
    signature: (names, s) => fn(names, s, new Map()),
  };
};
