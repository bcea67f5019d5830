/** What a comparison of two declarations needs and yields. Pure. */
import type { CType, Records, Signature, Tier } from '../../model/declaration.js';
import type { HazardId } from '../../model/hazard.js';

/** One point in which the host's declaration and the library's differ. */
export type Disagreement = {
  hazard: HazardId;
  tier: Tier;
  /** The part that differs: `the result`, `parameter 2`, `field len_ratio`. */
  part: string;
  /** What is wrong, as a clause without the part. */
  says: string;
  /** The host's record that is wrong, rather than the function that uses it. */
  record?: string;
  /** Both types, as text. */
  host: string;
  native: string;
  /** What it does to a value. */
  effect: string;
};

/**
 * Which way a value travels. `out`: host to library (argument of a call, result of a callback). `in`: library to
 * host (result of a call, parameter of a callback).
 */
export type Way = 'out' | 'in';

export type Position = {
  part: string;
  way: Way;
  /** True inside the signature of a callback, whose host side is compiled code: nothing widens its values. */
  callback?: true;
  /** The host's side is compiled code that converts nothing: a narrow value leaves the rest of its register undefined. */
  unwidened?: true;
  /** The host assumes this type because nothing is declared. */
  assumed?: true;
};

export type Context = {
  host: Records;
  native: Records;
  allocated: ReadonlySet<string>;
  /** Pairs of records that have been compared. */
  compared: Set<string>;
  add(d: Disagreement): void;
  /** Says that a part could not be compared. */
  skip(part: string, why: string): void;
  /** The rules call each other: a parameter may be a pointer to a record with a callback that has parameters. */
  rules: Rules;
};

export type Rules = {
  value(c: Context, host: CType, native: CType, at: Position): void;
  pointee(c: Context, host: CType, native: CType, at: Position): void;
  /** Two records by name. `byValue`: their content travels, not their address. */
  layout(c: Context, host: string, native: string, at: Position, byValue: boolean): void;
  callback(c: Context, host: Signature, native: Signature, at: Position): void;
};

/** Size of a pointer in bytes on every platform that is supported. */
export const POINTER_SIZE = 8;

/** Size of a type in bytes; undefined if it has none or it is not known. */
export const sizeOf = (t: CType, records: Records): number | undefined => {
  if (isInteger(t) || t.kind === 'float') return t.size;
  if (t.kind === 'pointer') return POINTER_SIZE;
  if (t.kind === 'record') return records[t.name]?.size;
  if (t.kind !== 'array' || t.count === undefined) return undefined;
  const each = sizeOf(t.of, records);
  return each === undefined ? undefined : each * t.count;
};

export type IntLike = Extract<CType, { kind: 'int' | 'bool' | 'enum' }>;
/** Whether values of the type travel as integers. */
export const isInteger = (t: CType): t is IntLike =>
  t.kind === 'int' || t.kind === 'bool' || t.kind === 'enum';

/** Signedness where both the language and the type define it. Enums convert either way. */
export const signOf = (t: CType): boolean | undefined => (t.kind === 'int' ? t.signed : undefined);

/** A type as text, the way C writes it, with the names that its own side uses. */
export const textOf = (t: CType): string => {
  if (t.kind === 'void') return 'void';
  if (t.kind === 'array') return `${textOf(t.of)}[${t.count ?? ''}]`;
  if (t.kind === 'function') return functionText('', t);
  if (t.kind !== 'pointer') return t.name;
  if (t.name !== undefined) return t.name;
  return t.to.kind === 'function' ? functionText('(*)', t.to) : `${textOf(t.to)} *`;
};

const functionText = (name: string, t: Extract<CType, { kind: 'function' }>): string => {
  const parameters = t.parameters.map(textOf);
  if (t.variadic) parameters.push('...');
  return `${textOf(t.result)} ${name}(${parameters.join(', ') || (t.unprototyped ? '' : 'void')})`;
};

/** A prototype as text. */
export const prototypeText = (name: string, t: Extract<CType, { kind: 'function' }>): string =>
  functionText(name, t);
