/**
 * Compares how one value travels, by the rules of the System V ABI for x86-64 and of AAPCS64: integers and
 * pointers share one kind of register, floating point numbers have another, small integers leave the upper part
 * of a register undefined. Pure.
 */
import type { CType, RecordType } from '../../model/declaration.js';
import type { HazardId } from '../../model/hazard.js';
import {
  isInteger,
  POINTER_SIZE,
  signOf,
  textOf,
  type Context,
  type IntLike,
  type Position,
} from './context.js';
import type { Tier } from '../../model/declaration.js';
import { compareReference, handleName, numberForReference } from './reference.js';
import { cutEffect, REGISTERS, signEffect, undefinedEffect } from './effects.js';

type Sides = { h: CType; n: CType; at: Position };

const report = (
  c: Context,
  { h, n, at }: Sides,
  tier: Tier,
  hazard: HazardId,
  says: string,
  effect: string,
): void => c.add({ hazard, tier, part: at.part, says, host: textOf(h), native: textOf(n), effect });

const decayed = (t: CType): CType => (t.kind === 'array' ? { kind: 'pointer', to: t.of } : t);

/** The only field of a record that a scalar fits: such a record travels as its field does. */
const soleField = (t: CType, records: Context['host']): CType | undefined => {
  if (t.kind !== 'record') return undefined;
  const r: RecordType | undefined = records[t.name];
  const [only, ...others] = r?.fields ?? [];
  if (!r || r.union || !only || others.length > 0 || only.bits !== undefined) return undefined;
  if ((r.size ?? Infinity) > POINTER_SIZE || only.type.kind === 'array') return undefined;
  return soleField(only.type, records) ?? only.type;
};

/** Compares one value: `h` as the host declares it, `n` as the library does. */
export const compareValue = (c: Context, host: CType, native: CType, at: Position): void => {
  const sides: Sides = { h: decayed(host), n: decayed(native), at };
  const { h, n } = sides;
  if (h.kind === 'unknown') return c.skip(at.part, h.name);
  if (n.kind === 'unknown') return c.skip(at.part, n.name);
  if (h.kind === 'function' || n.kind === 'function') return c.skip(at.part, 'a function by value');
  if (n.kind === 'void') return resultOfNothing(c, sides);
  if (h.kind === 'void') return noResult(c, sides);
  if (h.kind === 'reference') return compareReference(c, h, n, at);
  if (handleName(n) !== undefined && (isInteger(h) || h.kind === 'float'))
    return numberForReference(c, h, n, at);
  if (h.kind === 'untyped') return compareUntyped(c, sides, h.wide);
  if (h.kind === 'record' || n.kind === 'record') return compareRecords(c, sides);
  if (h.kind === 'float' || n.kind === 'float') return compareFloats(c, sides);
  if (h.kind === 'pointer' && n.kind === 'pointer') return c.rules.pointee(c, h.to, n.to, at);
  if (n.kind === 'pointer' && isInteger(h)) return integerForPointer(c, sides, h);
  if (h.kind === 'pointer' && isInteger(n)) return pointerForInteger(c, sides, n);
  if (isInteger(h) && isInteger(n)) compareIntegers(c, sides, h, n);
};

const resultOfNothing = (c: Context, sides: Sides): void => {
  if (sides.h.kind === 'void' || sides.at.assumed) return;
  const says = 'the library returns nothing';
  const tier = sides.h.kind === 'reference' ? 'error' : sides.at.unwidened ? 'warning' : 'info';
  report(c, sides, tier, 'abi/wrong-width', says, 'the value is whatever the register held');
};

const noResult = (c: Context, sides: Sides): void => {
  // A result of a call that the host ignores harms nobody.
  if (sides.at.way === 'in') return;
  const says = 'the library reads a result, and the host gives none';
  report(c, sides, 'error', 'abi/no-result', says, 'the library goes on with whatever the register holds');
};

const compareUntyped = (c: Context, sides: Sides, wide: boolean): void => {
  const { n } = sides;
  if (n.kind === 'pointer')
    return report(
      c,
      sides,
      wide ? 'error' : 'warning',
      'abi/truncated-pointer',
      'without a declaration an integer is passed as 32 bits, and the library reads a pointer',
      cutEffect(POINTER_SIZE, 4, true),
    );
  if (n.kind === 'float')
    return report(
      c,
      sides,
      'error',
      'abi/calling-convention',
      'without a declaration an integer is passed, and the library reads a floating point number',
      REGISTERS,
    );
  if (isInteger(n) && n.size > 4)
    report(
      c,
      sides,
      wide ? 'error' : 'info',
      'abi/wrong-width',
      `without a declaration 32 bits are passed, and the library reads ${n.size * 8}`,
      cutEffect(n.size, 4, false),
    );
};

const compareRecords = (c: Context, sides: Sides): void => {
  const { h, n, at } = sides;
  if (h.kind === 'record' && n.kind === 'record') return c.rules.layout(c, h.name, n.name, at, true);
  const unwrapped = { h: soleField(h, c.host) ?? h, n: soleField(n, c.native) ?? n };
  if (unwrapped.h.kind !== 'record' && unwrapped.n.kind !== 'record')
    return compareValue(c, unwrapped.h, unwrapped.n, at);
  // A struct of integers that fits a register travels like an integer of at least its size.
  const [record, records, scalar] = h.kind === 'record' ? [h, c.host, n] : [n as typeof h, c.native, h];
  const r = record.kind === 'record' ? records[record.name] : undefined;
  if (r?.size === undefined) return c.skip(at.part, `${textOf(record)} is incomplete`);
  const whole = r.size <= POINTER_SIZE && !holdsFloats(record, records);
  if (whole && (isInteger(scalar) || scalar.kind === 'pointer') && sizeOfScalar(scalar) >= r.size) return;
  report(
    c,
    sides,
    'error',
    'abi/calling-convention',
    h.kind === 'record'
      ? 'a struct by value is declared, the library has a scalar'
      : 'the library has a struct by value',
    REGISTERS,
  );
};

const sizeOfScalar = (t: CType): number => (isInteger(t) ? t.size : POINTER_SIZE);

const holdsFloats = (t: CType, records: Context['host']): boolean => {
  if (t.kind === 'float') return true;
  if (t.kind === 'array') return holdsFloats(t.of, records);
  return t.kind === 'record' && (records[t.name]?.fields ?? []).some((f) => holdsFloats(f.type, records));
};

const compareFloats = (c: Context, sides: Sides): void => {
  const { h, n } = sides;
  if (h.kind !== 'float' || n.kind !== 'float')
    return report(
      c,
      sides,
      'error',
      'abi/calling-convention',
      'an integer on one side is a floating point number on the other',
      REGISTERS,
    );
  if (h.size !== n.size)
    report(
      c,
      sides,
      'error',
      'abi/calling-convention',
      `a floating point number of ${h.size} bytes is declared, the library has one of ${n.size}`,
      h.size < n.size
        ? '1.5 arrives as another number, mostly near 0'
        : 'half of the bits are read as a number',
    );
};

const integerForPointer = (c: Context, sides: Sides, h: IntLike): void => {
  if (h.size >= POINTER_SIZE) return;
  const says = sides.at.assumed
    ? 'nothing is declared, so a pointer is cut to a 32-bit int'
    : `a pointer is declared as an integer of ${h.size} bytes`;
  report(c, sides, 'error', 'abi/truncated-pointer', says, cutEffect(POINTER_SIZE, h.size, true));
};

const pointerForInteger = (c: Context, sides: Sides, n: IntLike): void => {
  if (n.size >= POINTER_SIZE) return;
  const says = `a pointer is declared, the library has an integer of ${n.size} bytes`;
  const effect =
    sides.at.way === 'in' ? undefinedEffect(n.size, POINTER_SIZE) : cutEffect(POINTER_SIZE, n.size, true);
  // To ctypes this is a number like any other: one that fits arrives as it is.
  const number = sides.at.way === 'out' && sides.h.kind === 'pointer' && sides.h.name === 'ctypes.c_void_p';
  report(c, sides, number ? 'warning' : 'error', 'abi/wrong-width', says, effect);
};

const compareIntegers = (c: Context, sides: Sides, h: IntLike, n: IntLike): void => {
  const { at } = sides;
  if (h.size === n.size) {
    const [a, b] = [signOf(h), signOf(n)];
    if (a === undefined || b === undefined || a === b) return;
    const says = `${at.assumed ? 'nothing is declared, which means ' : ''}${a ? 'a signed' : 'an unsigned'} integer${at.assumed ? '' : ' is declared'}, the library's is ${b ? 'signed' : 'unsigned'}`;
    report(
      c,
      sides,
      at.way === 'out' && !at.callback ? 'info' : 'warning',
      'abi/wrong-signedness',
      says,
      signEffect(n.size, at.way === 'in' ? b : a),
    );
    return;
  }
  const declared = at.assumed
    ? `nothing is declared, which means ${h.size} bytes`
    : `${h.size} bytes are declared`;
  const says = `${declared}, the library has ${n.size}`;
  const wider = h.size > n.size;
  const exact = at.callback === true || at.unwidened === true;
  const tier = ((): Tier => {
    if (at.way === 'out' && wider) return exact ? 'warning' : 'info';
    if (at.way === 'out') return h.kind === 'bool' ? 'info' : exact ? 'error' : 'warning';
    if (!wider) return h.kind === 'bool' ? 'info' : 'warning';
    // Compilers mostly clear the rest of a 32-bit register when they return less.
    return h.size <= 4 ? 'warning' : 'error';
  })();
  const [less, more] = [Math.min(h.size, n.size), Math.max(h.size, n.size)];
  // Compiled code leaves the upper part undefined; a host that converts arguments fills it.
  const undefinedPart = at.way === 'in' ? wider : exact && !wider;
  const effect = undefinedPart ? undefinedEffect(less, more) : cutEffect(more, less, false);
  report(c, sides, tier, 'abi/wrong-width', says, effect);
};
