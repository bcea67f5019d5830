/**
 * Signatures of C functions as a matrix writes them (`size_t f(const char *text)`), reduced to what values can
 * be made for. A parameter in braces spells the fields of a structure: `const rec *r {uint8_t kind, double x}`. A pointer to a
 * number that is not `const` is an out parameter: what the function writes there is its result, `int f(int want, int *out)`.
 */

/** What crosses in one direction. `text` ends with NUL; `bytes` is a pointer and a length. */
export type ValueType =
  | { kind: 'int'; bits: 8 | 16 | 32 | 64; signed: boolean; c: string }
  | { kind: 'float'; bits: 32 | 64; c: string }
  | { kind: 'text'; c: string };

export type Parameter =
  | (ValueType & { name: string })
  | { kind: 'bytes'; name: string; c: string; length: string; lengthType: ValueType & { kind: 'int' } }
  | { kind: 'record'; name: string; c: string; fields: (ValueType & { name: string })[] }
  | { kind: 'out'; name: string; c: string };

type Result = ValueType | { kind: 'void' };
/** What a caller gets is `result`. With an out parameter that is what is written there, and `status` is what C returns. */
export type Signature = { name: string; parameters: Parameter[]; result: Result; status?: Result };

const INT = (bits: 8 | 16 | 32 | 64, signed: boolean) => ({ kind: 'int', bits, signed }) as const;
const FLOAT = (bits: 32 | 64) => ({ kind: 'float', bits }) as const;

/** Scalar types of C by their words in alphabetical order, on the 64-bit Linux machines that gates run on. */
const SCALARS: Readonly<Record<string, ReturnType<typeof INT> | ReturnType<typeof FLOAT>>> = {
  _Bool: INT(8, false),
  bool: INT(8, false),
  char: INT(8, true),
  'char signed': INT(8, true),
  'char unsigned': INT(8, false),
  short: INT(16, true),
  'int short': INT(16, true),
  'short unsigned': INT(16, false),
  'int short unsigned': INT(16, false),
  int: INT(32, true),
  signed: INT(32, true),
  'int signed': INT(32, true),
  unsigned: INT(32, false),
  'int unsigned': INT(32, false),
  long: INT(64, true),
  'int long': INT(64, true),
  'long long': INT(64, true),
  'int long long': INT(64, true),
  'long unsigned': INT(64, false),
  'int long unsigned': INT(64, false),
  'long long unsigned': INT(64, false),
  'int long long unsigned': INT(64, false),
  int8_t: INT(8, true),
  int16_t: INT(16, true),
  int32_t: INT(32, true),
  int64_t: INT(64, true),
  uint8_t: INT(8, false),
  uint16_t: INT(16, false),
  uint32_t: INT(32, false),
  uint64_t: INT(64, false),
  size_t: INT(64, false),
  ssize_t: INT(64, true),
  ptrdiff_t: INT(64, true),
  intptr_t: INT(64, true),
  uintptr_t: INT(64, false),
  float: FLOAT(32),
  double: FLOAT(64),
};

const scalar = (words: string): ValueType | undefined => {
  const plain = words.split(/\s+/).filter((w) => w !== '' && w !== 'const');
  const known = Object.hasOwn(SCALARS, plain.toSorted().join(' '))
    ? SCALARS[plain.toSorted().join(' ')]
    : undefined;
  return known && { ...known, c: plain.join(' ') };
};

/** Splits at commas outside braces. */
const split = (list: string): string[] => {
  const parts = [''];
  let depth = 0;
  for (const c of list) {
    if (c === '{') depth++;
    if (c === '}') depth--;
    if (c === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts.map((p) => p.trim());
};

/** Where the name begins that a text ends with; its length if it ends with none. */
const nameAt = (text: string): number => {
  let at = text.length;
  while (at > 0 && /\w/.test(text[at - 1]!)) at--;
  return at;
};

class Unfit extends Error {}

/** `type name` of a scalar. */
const named = (text: string): ValueType & { name: string } => {
  const at = nameAt(text);
  const type = at > 0 && at < text.length ? scalar(text.slice(0, at)) : undefined;
  if (type === undefined)
    throw new Unfit(
      `no values can be made for '${text}'; write a number, text, bytes or a record with its fields`,
    );
  return { ...type, name: text.slice(at) };
};

/** Names of lengths, behind the pointer that they belong to. */
const LENGTH = /^(?:n|len|length|size|count|nbytes|n_bytes)$|_(?:len|length|size|n)$|(?:len|size|Len|Size)$/;
const BYTES = new Set(['void', 'unsigned char', 'uint8_t', 'char', 'Bytef', 'signed char', 'int8_t']);

const isLength = (text: string | undefined): boolean => {
  const at = text === undefined ? -1 : nameAt(text);
  return at > 0 && LENGTH.test(text!.slice(at)) && scalar(text!.slice(0, at))?.kind === 'int';
};

const pointer = (text: string, next: string | undefined): Parameter => {
  const star = text.indexOf('*');
  const pointee = text
    .slice(0, star)
    .replace(/\bconst\b/, '')
    .trim()
    .replace(/\s+/g, ' ');
  const rest = text.slice(star + 1).trim();
  const brace = rest.indexOf('{');
  const name = (brace < 0 ? rest : rest.slice(0, brace)).trim();
  const isConst = /\bconst\b/.test(text.slice(0, star));
  if (!/^\w+$/.test(name)) throw new Unfit(`'${text}' has no name, or is a pointer to a pointer`);
  if (brace >= 0) {
    const fields = split(rest.slice(brace + 1, rest.lastIndexOf('}'))).map(named);
    return { kind: 'record', name, c: pointee, fields };
  }
  if (!isConst) {
    // A pointer to bytes is more often the begin of a buffer, and so is one with a length behind it.
    if (scalar(pointee) === undefined || BYTES.has(pointee) || isLength(next))
      throw new Unfit(`'${text}' is written to; give the function a body in C ('c') with values only`);
    return { kind: 'out', name, c: pointee };
  }
  if (BYTES.has(pointee) && isLength(next)) {
    const length = named(next!);
    if (length.kind !== 'int') throw new Unfit(`'${next}' is no length`);
    return { kind: 'bytes', name, c: pointee, length: length.name, lengthType: length };
  }
  if (pointee === 'char') return { kind: 'text', name, c: 'const char *' };
  throw new Unfit(`no values can be made for '${text}'; spell its fields: ${text} {int32_t a, double b}`);
};

/** Reads a signature. Returns what is wrong with it as text. */
export const parseSignature = (text: string): Signature | string => {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const head = open < 0 ? '' : text.slice(0, open).trim();
  const at = nameAt(head);
  if (at <= 0 || at === head.length || close < open || text.slice(close + 1).replace(/[;\s]/g, '') !== '')
    return `'${text}' is no signature; write it as in C: int f(int a, const char *text)`;
  const name = head.slice(at);
  const words = head.slice(0, at).trim();
  try {
    const parts = split(text.slice(open + 1, close)).filter((p) => p !== '' && p !== 'void');
    const parameters: Parameter[] = [];
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      const parameter = part.includes('*') ? pointer(part, parts[i + 1]) : named(part);
      if (parameter.kind === 'bytes') i++;
      parameters.push(parameter);
    }
    const text_ = /^(?:const\s+)?char\s*\*$/.test(words);
    const result =
      words === 'void'
        ? { kind: 'void' as const }
        : text_
          ? { kind: 'text' as const, c: 'const char *' }
          : scalar(words);
    if (result === undefined)
      return `the result '${words}' of ${name} is no value; give the function a body in C ('c') that returns one`;
    const out = parameters.filter((p) => p.kind === 'out');
    if (out.length > 1)
      return `${name} writes through ${out.map((p) => `'${p.name}'`).join(' and ')}; give the function a body in C ('c') that returns one value`;
    const written = out[0] && scalar(out[0].c);
    return written === undefined
      ? { name, parameters, result }
      : { name, parameters, result: written, status: result };
  } catch (e) {
    if (e instanceof Unfit) return e.message;
    throw e;
  }
};

type Passed = Exclude<Parameter, { kind: 'out' }>;
const passed = (s: Signature): Passed[] => s.parameters.filter((p) => p.kind !== 'out');

/** The scalars that a caller passes, in order: fields of a record stand for themselves. */
export const slotsOf = (s: Signature): (ValueType | { kind: 'bytes' })[] =>
  passed(s).flatMap((p): (ValueType | { kind: 'bytes' })[] =>
    p.kind === 'record' ? p.fields : p.kind === 'bytes' ? [{ kind: 'bytes' }] : [p],
  );

/** Names of `slotsOf`. */
export const slotNames = (s: Signature): string[] =>
  passed(s).flatMap((p) => (p.kind === 'record' ? p.fields.map((f) => `${p.name}.${f.name}`) : [p.name]));
