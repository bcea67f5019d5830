/** Compares a foreign function as the host declares and calls it with the library's own declaration. Pure. */
import type {
  CType,
  HostDeclarations,
  HostFunction,
  Language,
  NativeDeclarations,
  NativeFunction,
  RecordType,
  Records,
} from '../../model/declaration.js';
import { compareCallback } from './callback.js';
import { prototypeText, textOf, type Context, type Disagreement } from './context.js';
import { compareLayout } from './layout.js';
import { comparePointee } from './pointee.js';
import { compareValue } from './value.js';
import { plainRecordName } from '../records.js';
import type { Place } from '../../model/declaration.js';

/** A disagreement, where the host's side of it is, and the function that it is about. */
export type Finding = Disagreement & {
  name: string;
  language?: Language;
  /** The line that mends it, if it is not the library's declaration in the host's language. */
  mend?: string;
  /** The wrong record and where it is declared, if the record is wrong rather than the function. */
  declared?: { name: string; at: Place };
  /** The library's record, if a record is wrong. */
  realRecord?: RecordType;
  hostAt: Place;
  nativeAt?: Place;
  prototype: string;
  real: NativeFunction;
  source: string;
  /** The tables of records that both declarations mention. */
  sides: Pick<Sides, 'records' | 'native'>;
};

export type Skip = { name: string; part: string; why: string };

/** What is shared by the comparisons of all functions of an object. */
export type Sides = Pick<HostDeclarations, 'records'> & {
  native: NativeDeclarations;
  allocated: ReadonlySet<string>;
};

/** A context for each place at which the host's side of a function may be wrong. */
const contexts =
  (
    f: HostFunction,
    n: NativeFunction,
    sides: Sides,
    compared: Set<string>,
    found: (x: Finding) => void,
    skipped: (x: Skip) => void,
  ) =>
  (at: Place): Context => ({
    host: sides.records,
    native: sides.native.records,
    allocated: sides.allocated,
    compared,
    add: (d) =>
      found({
        ...d,
        name: f.name,
        ...(f.language === undefined ? {} : { language: f.language }),
        ...(f.mend === undefined ? {} : { mend: f.mend }),
        ...recordAt(d.record, sides.records),
        ...(d.record === undefined ? {} : realRecord(sides.native.records[d.native])),
        hostAt: at,
        ...(n.at ? { nativeAt: n.at } : {}),
        prototype: prototypeText(f.name, n),
        source: n.source,
        real: n,
        sides,
      }),
    skip: (part, why) => skipped({ name: f.name, part, why }),
    rules: { value: compareValue, pointee: comparePointee, layout: compareLayout, callback: compareCallback },
  });

/**
 * Compares a function that the host defines and C calls. `n` is C's declaration of it, which decides what C passes and
 * reads.
 */
export const compareExported = (
  f: HostFunction,
  n: NativeFunction,
  sides: Sides,
  compared: Set<string>,
  found: (x: Finding) => void,
  skipped: (x: Skip) => void,
): void => {
  const renamed = (x: Finding): void =>
    found({
      ...x,
      part: x.part.replace(/ of the callback in C$/, '').replace('the callback in C', 'the function'),
    });
  const own = { kind: 'function' as const, result: f.result ?? VOID, parameters: f.parameters ?? [] };
  compareCallback(contexts(f, n, sides, compared, renamed, skipped)(f.at), own, n, { part: 'C', way: 'in' });
};

const VOID: CType = { kind: 'void' };

/** Compares one function. `found` and `skipped` receive the results; `compared` is shared by all functions. */
export const compareFunction = (
  f: HostFunction,
  n: NativeFunction,
  sides: Sides,
  compared: Set<string>,
  found: (x: Finding) => void,
  skipped: (x: Skip) => void,
): void => {
  const contextAt = contexts(f, n, sides, compared, found, skipped);
  if (n.unprototyped) return skipped({ name: f.name, part: 'the parameters', why: 'it has no prototype' });
  const called = f.calls[0]?.at;
  const exact = f.compiled ? { unwidened: true as const } : {};
  if (f.result)
    compareValue(contextAt(f.resultAt ?? f.at), f.result, n.result, {
      part: 'the result',
      way: 'in',
      ...exact,
    });
  else if (f.defaultResult)
    compareValue(contextAt(called ?? f.at), f.defaultResult, n.result, {
      part: 'the result',
      way: 'in',
      assumed: true,
    });
  if (f.parameters) compareParameters(contextAt(f.parametersAt ?? f.at), f, n);
  for (const call of f.calls) compareCall(contextAt(call.at), f, call.arguments, n);
};

const realRecord = (r: RecordType | undefined): Pick<Finding, 'realRecord'> => (r ? { realRecord: r } : {});

const recordAt = (record: string | undefined, records: Records): Pick<Finding, 'declared'> => {
  const at = record === undefined ? undefined : records[record]?.at;
  if (record === undefined || !at) return {};
  const name = plainRecordName(record);
  return { declared: { name: name.slice(name.lastIndexOf('.') + 1), at } };
};

const compareParameters = (c: Context, f: HostFunction, n: NativeFunction): void => {
  const [declared, real] = [f.parameters!, n.parameters];
  const exact = f.compiled ? { unwidened: true as const } : {};
  if (!fits(declared.length, n)) {
    // Fewer may be declared than are given: ctypes passes what is given.
    const given = f.calls.length > 0 && f.calls.every((k) => k.arguments.length >= real.length);
    return arity(c, declared, n, declared.length < real.length && given);
  }
  for (const [i, parameter] of declared.entries()) {
    const other = real[i];
    if (other) compareValue(c, parameter, other, { part: `parameter ${i + 1}`, way: 'out', ...exact });
  }
};

const fits = (count: number, n: NativeFunction): boolean =>
  count === n.parameters.length || (n.variadic === true && count >= n.parameters.length);

const arity = (c: Context, given: readonly CType[], n: NativeFunction, harmless: boolean): void => {
  const [a, b] = [given.length, n.parameters.length];
  c.add({
    hazard: 'abi/arity',
    tier: harmless ? 'info' : a < b ? 'error' : 'warning',
    part: 'the parameters',
    says: `${a} given, the library takes ${b}`,
    host: given.map(textOf).join(', ') || 'none',
    native: n.parameters.map(textOf).join(', ') || 'none',
    effect:
      a < b
        ? 'the library reads whatever the missing registers hold'
        : 'the further arguments are ignored here; other platforms clear the stack by their count',
  });
};

/** Arguments of a call, as far as the declaration leaves open what they are. */
const compareCall = (c: Context, f: HostFunction, given: readonly CType[], n: NativeFunction): void => {
  if (!f.parameters && !fits(given.length, n)) return arity(c, given, n, false);
  for (const [i, argument] of given.entries()) {
    const real = n.parameters[i];
    if (!real) continue;
    const declared = f.parameters?.[i];
    // Behind `void *` the argument says more than the declaration.
    const opaque = declared?.kind === 'pointer' && declared.to.kind === 'void' && argument.kind === 'pointer';
    if (!f.parameters || opaque)
      compareValue(c, argument, real, { part: `argument ${i + 1} as passed`, way: 'out' });
  }
};
