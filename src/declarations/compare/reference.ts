/** Compares objects of the Java virtual machine, which C sees as handles of types with names of their own. Pure. */
import type { CType } from '../../model/declaration.js';
import type { HazardId } from '../../model/hazard.js';
import { isInteger, POINTER_SIZE, textOf, type Context, type Position } from './context.js';
import { cutEffect, REGISTERS } from './effects.js';
import type { Tier } from '../../model/declaration.js';

type Reference = Extract<CType, { kind: 'reference' }>;

const HANDLES =
  /^j(?:object|class|string|throwable|weak|array|(?:object|boolean|byte|char|short|int|long|float|double)Array)$/;

/** The name of JNI's type if C's is one: `jstring`. `jobject` for a type of the project's that stands for it. */
export const handleName = (t: CType): string | undefined => {
  if (t.kind !== 'pointer') return undefined;
  if (t.name !== undefined && HANDLES.test(t.name)) return t.name;
  return t.to.kind === 'record' &&
    /^(?:struct |class )?_j(?:object|class|string|array|throwable)$/.test(t.to.name)
    ? 'jobject'
    : undefined;
};

/** Element types that C reads through functions of their own. `jobject` and `jarray` may be any. */
const agree = (declared: string, real: string): boolean =>
  declared === real ||
  declared === 'jobject' ||
  ['jobject', 'jweak'].includes(real) ||
  (real === 'jarray' && declared.endsWith('Array')) ||
  // The class of a static method is an object like any other.
  (declared === 'jclass' && real === 'jobject');

/** Compares a reference that Java passes or receives with C's type. */
export const compareReference = (c: Context, h: Reference, n: CType, at: Position): void => {
  const add = (tier: Tier, hazard: HazardId, says: string, effect: string): void =>
    c.add({ hazard, tier, part: at.part, says, host: textOf(h), native: textOf(n), effect });
  if (n.kind === 'float')
    return add(
      'error',
      'abi/calling-convention',
      'an object is passed for a floating point number',
      REGISTERS,
    );
  if (isInteger(n)) {
    const effect =
      n.size < POINTER_SIZE
        ? cutEffect(POINTER_SIZE, n.size, true)
        : 'the address of a handle is taken for a number';
    return add(
      'error',
      n.size < POINTER_SIZE ? 'abi/truncated-pointer' : 'rules/jni-wrong-type',
      `Java has an object, the library an integer of ${n.size} bytes`,
      effect,
    );
  }
  const real = handleName(n);
  if (real === undefined) {
    if (n.kind === 'pointer' && n.to.kind !== 'void' && n.to.kind !== 'record')
      add(
        'error',
        'rules/jni-wrong-type',
        'Java has an object, the library an address of its own',
        'the inside of a handle is read as data',
      );
    return;
  }
  if (h.name === 'this' && real === 'jclass')
    // Mostly a name only: the parameter is used as an object, or not at all.
    return add(
      'info',
      'rules/jni-wrong-type',
      'the method is not static, and the library takes its object for a class',
      'functions that need a class are given an instance',
    );
  if (!agree(h.as, real))
    add(
      'warning',
      'rules/jni-wrong-type',
      `Java has a ${h.as}, the library a ${real}`,
      'functions for the one type are called with an object of the other',
    );
};

/** A number of Java that C uses as a handle, or a handle that Java reads as a number. */
export const numberForReference = (c: Context, h: CType, n: CType, at: Position): void =>
  c.add({
    hazard: 'rules/jni-wrong-type',
    tier: 'error',
    part: at.part,
    says: 'Java has a number, the library a reference to an object',
    host: textOf(h),
    native: textOf(n),
    effect:
      at.way === 'in'
        ? 'the value is the address of a handle'
        : 'a number is used as the address of a handle',
  });
