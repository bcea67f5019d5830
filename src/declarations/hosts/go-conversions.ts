/** Conversions in Go that lose what C gave, or that see another structure than C's. Pure. */
import type { CType, HostFunction, NativeFunction, Place, Records, Tier } from '../../model/declaration.js';
import type { HazardId } from '../../model/hazard.js';
import type { Compared } from '../check.js';
import { textOf } from '../compare/context.js';
import { cutEffect, signEffect } from '../compare/effects.js';
import { compareFunction, type Finding } from '../compare/function.js';

type Int = Extract<CType, { kind: 'int' }>;
/** The result of a call of C, converted at once. */
export type Result = { name: string; at: Place; to: Int; from: Int; unused?: true };
/** A pointer that is reinterpreted: one of the two structures is C's. `unused`: nothing calls the function in which that stands. */
export type Cast = { at: Place; host: string; native: string; owned?: true; unused?: true };

/** A pointer to a number of Go that is made one to a number of C. `one`: it points to a variable, not into an array. */
export type PointerCast = { at: Place; host: CType; native: CType; one?: true; unused?: true };

/** What nobody calls does no harm. */
const tierOf = (unused: true | undefined): { tier?: 'info' } => (unused ? { tier: 'info' } : {});

type Loss = { tier: Tier; hazard: HazardId; says: string; effect: string };

/** What a conversion does to some values of the result. Unlike a declaration, it widens as it should. */
const lossOf = ({ to, from }: Result): Loss | undefined => {
  if (to.size < from.size)
    return {
      tier: 'warning',
      hazard: 'abi/wrong-width',
      says: `it is converted to ${to.size} bytes, the library has ${from.size}`,
      effect: cutEffect(from.size, to.size, false),
    };
  if (to.signed === from.signed || (to.signed === true && to.size > from.size)) return undefined;
  return {
    // Sizes and counts are unsigned in C and `int` in Go; none of them reaches 2^63.
    tier: to.signed && from.size === 8 ? 'info' : 'warning',
    hazard: 'abi/wrong-signedness',
    says: `it is converted to ${to.signed ? 'a signed' : 'an unsigned'} integer, the library's is ${from.signed ? 'signed' : 'unsigned'}`,
    effect: signEffect(to.size, from.signed === true),
  };
};

/** Each conversion as a comparison of its own. */
export const compareResults = (results: readonly Result[]): Compared[] =>
  results.map((r): Compared => {
    const host: HostFunction = { name: r.name, language: 'go', at: r.at, result: r.to, calls: [] };
    const native: NativeFunction = {
      kind: 'function',
      result: r.from,
      parameters: [],
      source: 'cgo',
    };
    const loss = lossOf(r);
    const finding = (l: Loss): Finding => ({
      ...l,
      name: r.name,
      language: 'go',
      part: 'the result',
      host: textOf(r.to),
      native: textOf(r.from),
      hostAt: r.at,
      prototype: `${textOf(r.from)} ${r.name}(…)`,
      real: native,
      source: 'cgo',
      sides: { records: {}, native: { functions: {}, records: {}, notSeen: {} } },
    });
    return { host, native, findings: loss ? [finding({ ...loss, ...tierOf(r.unused) })] : [], skipped: [] };
  });

/** Each conversion of a structure as a comparison of its own. */
export const compareCasts = (casts: readonly Cast[], records: Records): Compared[] => {
  const owned = new Set(casts.filter((c) => c.owned).map((c) => c.host));
  return casts.map((c): Compared => {
    const pointer = (name: string): CType => ({ kind: 'pointer', to: { kind: 'record', name } });
    const name = `*${c.native}`;
    const host: HostFunction = { name, language: 'go', at: c.at, parameters: [pointer(c.host)], calls: [] };
    const native: NativeFunction = {
      kind: 'function',
      result: { kind: 'void' },
      parameters: [pointer(c.native)],
      source: 'cgo',
    };
    const entry: Compared = { host, native, findings: [], skipped: [] };
    compareFunction(
      host,
      native,
      { records, native: { functions: {}, records, notSeen: {} }, allocated: owned },
      new Set(),
      (x) => entry.findings.push({ ...x, part: 'the conversion', ...tierOf(c.unused) }),
      (x) => entry.skipped.push(`${x.part}: ${x.why}`),
    );
    return entry;
  });
};

/** UTF-16 is what Go's `uint16` mostly is where C has text. */
const asText = ({ host, native }: PointerCast): CType =>
  host.kind === 'int' &&
  host.size === 2 &&
  host.signed === false &&
  native.kind === 'int' &&
  native.name === 'C.char'
    ? { ...host, name: 'text' }
    : host;

/**
 * Go has zeroed a variable that is longer than what C writes, and its lower bytes come first: only negative numbers are read wrongly.
 * In an array the next number would be a part of it.
 */
const ofLonger = ({ host, native, one }: PointerCast): Partial<Finding> => {
  if (!one || host.kind !== 'int' || native.kind !== 'int' || host.size <= native.size) return {};
  return native.signed === false
    ? { tier: 'info', effect: 'none as long as the variable is 0 before the call' }
    : { tier: 'warning', effect: signEffect(native.size, true) };
};

/** Each pointer to a number, by the rules for what is behind a pointer. */
export const comparePointers = (casts: readonly PointerCast[]): Compared[] =>
  casts.map((c): Compared => {
    const name = `*${textOf(c.native)}`;
    const parameters: CType[] = [{ kind: 'pointer', to: asText(c) }];
    const host: HostFunction = { name, language: 'go', at: c.at, parameters, calls: [] };
    const native: NativeFunction = {
      kind: 'function',
      result: { kind: 'void' },
      parameters: [{ kind: 'pointer', to: c.native }],
      source: 'cgo',
    };
    const entry: Compared = { host, native, findings: [], skipped: [] };
    compareFunction(
      host,
      native,
      { records: {}, native: { functions: {}, records: {}, notSeen: {} }, allocated: new Set() },
      new Set(),
      // Numbers of 16 bits may be meant as bytes, which only their writer knows.
      (x) =>
        entry.findings.push({
          ...x,
          part: 'the conversion',
          ...(x.hazard === 'abi/encoding' ? { tier: 'warning' as const } : {}),
          ...(x.hazard === 'abi/pointee-size' ? ofLonger(c) : {}),
          ...tierOf(c.unused),
        }),
      () => undefined,
    );
    return entry;
  });
