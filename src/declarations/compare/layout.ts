/** Compares two records by the offsets of their leaves, so that nesting and names may differ. Pure. */
import type { CType, Field, Records } from '../../model/declaration.js';
import { isInteger, signOf, sizeOf, textOf, type Context, type Position } from './context.js';
import { signEffect } from './effects.js';

/** A field without fields of its own. `bit` is its offset from the beginning of the outermost record. */
type Leaf = { bit: number; bits?: number; type: CType; path: string };

const MAX_DEPTH = 8;
/** Arrays of records or pointers up to this length are compared element by element. */
const MAX_ELEMENTS = 64;

/** The outermost records inside a record, by their offsets. */
type Nested = ReadonlyMap<number, { name: string; size: number }>;

const nestedIn = (records: Records, record: string): Nested =>
  new Map(
    (records[record]?.fields ?? []).flatMap((f) => {
      const size = f.type.kind === 'record' ? records[f.type.name]?.size : undefined;
      return f.type.kind === 'record' && size !== undefined ? [[f.bit, { name: f.type.name, size }]] : [];
    }),
  );

/**
 * The leaves of a record. A nested record stays one leaf if the `other` side has one of its size at the same
 * place: it is compared as a type of its own, once, however many records hold it.
 */
const leavesOf = (records: Records, record: string, other: Nested = new Map()): Leaf[] => {
  const leaves: Leaf[] = [];
  const visit = (type: CType, bit: number, path: string, depth: number, bits?: number): void => {
    const inner = type.kind === 'record' && bits === undefined ? records[type.name] : undefined;
    const kept = depth === 1 && inner !== undefined && other.get(bit)?.size === inner.size;
    if (inner && !inner.union && !kept && inner.fields.length > 0 && depth < MAX_DEPTH) {
      for (const f of inner.fields) field(f, bit, path, depth);
      return;
    }
    if (type.kind === 'array' && type.count !== undefined && type.count > 0 && type.count <= MAX_ELEMENTS) {
      const each = sizeOf(type.of, records);
      if ((type.of.kind === 'record' || type.of.kind === 'pointer') && each !== undefined) {
        for (let i = 0; i < type.count; i++) visit(type.of, bit + 8 * each * i, `${path}[${i}]`, depth + 1);
        return;
      }
    }
    leaves.push({ bit, type, path, ...(bits === undefined ? {} : { bits }) });
  };
  const field = (f: Field, bit: number, path: string, depth: number): void =>
    visit(f.type, bit + f.bit, f.name ? (path ? `${path}.${f.name}` : f.name) : path, depth + 1, f.bits);
  for (const f of records[record]?.fields ?? []) field(f, 0, '', 0);
  return leaves;
};

const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1).toLowerCase();
/** Fields that the host does not use: it reserves their room only. */
const FILLER =
  /^_*(?:bindgen_)?(?:padd?(?:ing)?|reserved|rsvd|unused|dummy|filler|fill|opaque|internal|private|spare)_?\d*_*$/i;
const bytes = (bit: number): string =>
  bit % 8 === 0 ? String(bit / 8) : `${Math.floor(bit / 8)} bit ${bit % 8}`;

/** Leaves by name, without names that occur more than once on either side. */
const byUniqueName = (a: readonly Leaf[], b: readonly Leaf[]): Map<string, Leaf> => {
  const count = (all: readonly Leaf[], name: string): number =>
    all.filter((l) => lastName(l.path) === name).length;
  return new Map(
    a
      .filter((l) => {
        const name = lastName(l.path);
        return name !== '' && count(a, name) === 1 && count(b, name) === 1;
      })
      .map((l) => [lastName(l.path), l]),
  );
};

/** The offset in bits at which the native record ends in an array of any length. */
const flexibleFrom = (leaves: readonly Leaf[]): number => {
  const last = leaves.at(-1);
  const open = last?.type.kind === 'array' && (last.type.count ?? 0) <= 1;
  return last && open ? last.bit : Infinity;
};

/** Compares two records by name. */
export const compareLayout = (
  c: Context,
  host: string,
  native: string,
  at: Position,
  byValue: boolean,
): void => {
  const [h, n] = [c.host[host], c.native[native]];
  // An opaque handle on either side says nothing.
  if (h?.size === undefined || h.fields.length === 0) return;
  if (n?.size === undefined) {
    // One field is a placeholder of an opaque type; more are a claim that nobody can check.
    if (h.fields.length > 1) c.skip(at.part, `${native} is incomplete`);
    return;
  }
  const key = `${host} ${native} ${byValue}`;
  if (c.compared.has(key)) return;
  c.compared.add(key);
  const found =
    h.union || n.union ? compareUnions(c, host, native, at) : compareFields(c, host, native, at, byValue);
  if (!found) compareSizes(c, host, native, at, byValue);
};

type Complaint = {
  tier: 'error' | 'warning' | 'info';
  says: string;
  effect: string;
  hazard?: 'abi/wrong-signedness';
};

const complain = (c: Context, host: string, native: string, at: Position, x: Complaint): void =>
  c.add({
    hazard: x.hazard ?? 'abi/struct-layout',
    tier: x.tier,
    part: at.part,
    says: x.says,
    record: host,
    host,
    native,
    effect: x.effect,
  });

const compareSizes = (c: Context, host: string, native: string, at: Position, byValue: boolean): void => {
  const [hs, ns] = [c.host[host]!.size!, c.native[native]!.size!];
  if (hs === ns || flexibleFrom(leavesOf(c.native, native)) !== Infinity) return;
  const allocates = byValue || c.allocated.has(host);
  const says = `${hs} bytes are declared, the library has ${ns}`;
  if (hs > ns)
    return complain(c, host, native, at, {
      tier: byValue ? 'error' : 'info',
      says,
      effect: `the last ${hs - ns} bytes belong to nobody`,
    });
  complain(c, host, native, at, {
    tier: allocates ? 'error' : 'info',
    says: allocates ? `${says}, and the host allocates it` : says,
    effect: allocates
      ? `the library writes up to ${ns - hs} bytes past the host's memory`
      : 'fields at the end cannot be reached',
  });
};

/** Members of a union all begin at 0: those of one name are compared. */
const compareUnions = (c: Context, host: string, native: string, at: Position): boolean => {
  const [h, n] = [c.host[host]!, c.native[native]!];
  if (!h.union || !n.union) return false;
  const named = new Map(n.fields.map((f) => [f.name.toLowerCase(), f]));
  for (const f of h.fields) {
    const real = named.get(f.name.toLowerCase());
    if (!real || FILLER.test(f.name)) continue;
    const position: Position = { part: `member ${f.name} of ${at.part}`, way: 'in' };
    // A member may be shorter: its room is that of the union.
    if (f.type.kind === 'record' && real.type.kind === 'record')
      c.rules.layout(c, f.type.name, real.type.name, position, false);
    else c.rules.value(c, f.type, real.type, position);
  }
  return false;
};

const compareFields = (c: Context, host: string, native: string, at: Position, byValue: boolean): boolean => {
  // In memory of the host, which is what it passes, fields may follow of which the library knows nothing: those of a newer header.
  const mayBeLonger = !byValue && (c.allocated.has(host) || at.way === 'out');
  const mine = leavesOf(c.host, host, nestedIn(c.native, native));
  const theirs = leavesOf(c.native, native, nestedIn(c.host, host));
  const end = 8 * c.native[native]!.size!;
  const flexible = flexibleFrom(theirs);
  const at0 = new Map<number, Leaf>();
  for (const l of theirs) if (!at0.has(l.bit)) at0.set(l.bit, l);
  const named = byUniqueName(theirs, mine);
  let found = false;
  const wrong = (x: Complaint): void => {
    found ||= x.tier === 'error';
    complain(c, host, native, at, x);
  };
  const moved = (l: Leaf, real: Leaf): void =>
    wrong({
      tier: 'error',
      says: `field ${l.path} is declared at offset ${bytes(l.bit)}, in the library it is at ${bytes(real.bit)}`,
      effect: `${l.path} reads bytes of ${theirs.findLast((x) => x.bit <= l.bit && x !== real)?.path || 'nobody'}`,
    });
  // The bytes that a field takes beyond those of the library's are nobody's.
  const isPadding = (l: Leaf, real: Leaf): boolean => {
    const to = l.bit + 8 * (sizeOf(l.type, c.host) ?? 0);
    return to <= end && theirs.every((x) => x === real || x.bit < real.bit || x.bit >= to);
  };
  for (const l of mine) {
    if (l.bit >= flexible) break;
    if (FILLER.test(lastName(l.path))) continue;
    const there = at0.get(l.bit);
    const same = named.get(lastName(l.path));
    if (same && same.bit !== l.bit && there && lastName(there.path) !== lastName(l.path)) {
      moved(l, same);
      break;
    }
    if (l.bit >= end) {
      if (mayBeLonger) break;
      wrong({
        tier: 'error',
        says: `field ${l.path} at offset ${bytes(l.bit)} lies behind the library's ${end / 8} bytes`,
        effect: `${l.path} is memory of somebody else`,
      });
      break;
    }
    if (!there) {
      const around = theirs.findLast((x) => x.bit <= l.bit)?.path ?? '';
      // Within an array, a union, or what the library reserves.
      if (isInside(l, theirs, c.native) || FILLER.test(lastName(around))) continue;
      if (same) moved(l, same);
      else
        wrong({
          tier: 'error',
          says: `the library has no field at offset ${bytes(l.bit)}, where ${l.path} is declared`,
          effect: `${l.path} reads the middle of ${around || 'another field'}`,
        });
      break;
    }
    if ((l.bits ?? 0) !== (there.bits ?? 0)) {
      if (holdsBits(c, l, there, theirs)) continue;
      const width = (x: Leaf): string => (x.bits === undefined ? 'no bit field' : `${x.bits} bits`);
      wrong({
        tier: 'error',
        says: `field ${l.path}: ${width(l)} declared, in the library ${width(there)}`,
        effect: `${l.path} loses bits or reads those of its neighbour`,
      });
      break;
    }
    if (l.bits === undefined) compareLeaf(c, l, there, at, wrong, isPadding(l, there));
    // What follows a wrong field is mostly wrong for the same reason.
    if (found) break;
  }
  return found;
};

/** Whether a field under a name of its own stands for all bit fields of its bytes: many languages have none. */
const holdsBits = (c: Context, l: Leaf, there: Leaf, theirs: readonly Leaf[]): boolean => {
  const size = sizeOf(l.type, c.host);
  if (l.bits !== undefined || size === undefined || lastName(l.path) === lastName(there.path)) return false;
  return theirs.every((x) => x.bit < l.bit || x.bit >= l.bit + 8 * size || x.bits !== undefined);
};

/** A position inside an array or a union, which has no leaf of its own there. */
const isInside = (l: Leaf, theirs: readonly Leaf[], records: Records): boolean =>
  theirs.some((x) => {
    if (x.bit >= l.bit) return false;
    const union = x.type.kind === 'record' && records[x.type.name]?.union === true;
    return (x.type.kind === 'array' || union) && l.bit < x.bit + 8 * (sizeOf(x.type, records) ?? 0);
  });

/** The lowest bytes of an integer are those at its offset: small values are read as they are, a flag always. */
const narrowed = (h: CType, n: CType): 'warning' | 'info' | undefined => {
  if (!isInteger(h) || !isInteger(n) || h.size > n.size) return undefined;
  return h.kind === 'bool' ? 'info' : 'warning';
};

const compareLeaf = (
  c: Context,
  l: Leaf,
  real: Leaf,
  at: Position,
  wrong: (x: Complaint) => void,
  padding: boolean,
): void => {
  const [h, n] = [l.type, real.type];
  if (h.kind === 'unknown' || n.kind === 'unknown') return;
  const position: Position = { part: `field ${l.path} of ${at.part}`, way: 'in' };
  if (h.kind === 'pointer' && n.kind === 'pointer') {
    if (h.to.kind === 'function' && n.to.kind === 'function') c.rules.callback(c, h.to, n.to, position);
    return;
  }
  if (h.kind === 'record' && n.kind === 'record') return c.rules.layout(c, h.name, n.name, position, true);
  const [a, b] = [sizeOf(h, c.host), sizeOf(n, c.native)];
  if (a === undefined || b === undefined) return;
  // One side names the elements, the other takes them together.
  if ((h.kind === 'array') !== (n.kind === 'array') || h.kind === 'record' || n.kind === 'record') return;
  const intoPadding = a > b && padding && isInteger(h) && isInteger(n);
  if (a !== b)
    return wrong({
      tier: intoPadding ? 'warning' : (narrowed(h, n) ?? 'error'),
      says: `field ${l.path} has ${a} bytes, in the library ${b} (${textOf(h)} for ${textOf(n)})`,
      effect:
        a > b
          ? `${l.path} reads ${a - b} bytes of ${intoPadding ? 'padding, which the library need not clear' : 'what follows it'}`
          : `${l.path} lacks ${b - a} bytes`,
    });
  if ((h.kind === 'float') !== (n.kind === 'float') && h.kind !== 'array')
    return wrong({
      tier: 'error',
      says: `field ${l.path} is ${textOf(h)}, in the library ${textOf(n)}`,
      effect: 'the bits of a floating point number are read as an integer, or the other way round',
    });
  if (!isInteger(h) || !isInteger(n)) return;
  const [s, t] = [signOf(h), signOf(n)];
  if (s !== undefined && t !== undefined && s !== t)
    wrong({
      tier: 'warning',
      hazard: 'abi/wrong-signedness',
      says: `field ${l.path} is ${textOf(h)}, in the library ${textOf(n)}`,
      effect: signEffect(n.size, t),
    });
};
