/** Reads the native methods of a compiled Java class. Pure. */

/** `descriptor` is the JVM's: `(IJ[BLjava/lang/String;)V`. */
export type NativeMethod = { name: string; descriptor: string; isStatic: boolean };

export type JavaClass = {
  /** With slashes: `org/example/Outer$Inner`. */
  name: string;
  /** Name of the source file, without a directory. */
  source?: string;
  natives: NativeMethod[];
};

const MAGIC = 0xca_fe_ba_be;
const STATIC = 0x0008;
const NATIVE = 0x0100;

/** Sizes in bytes of the constants that have one, without their tag. Chapter 4.4 of the JVM's specification. */
const CONSTANT_SIZES: Readonly<Record<number, number>> = {
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 2,
  8: 2,
  9: 4,
  10: 4,
  11: 4,
  12: 4,
  15: 3,
  16: 2,
  17: 4,
  18: 4,
  19: 2,
  20: 2,
};
const UTF8 = 1;
const CLASS = 7;
/** Long and double constants take two places in the pool. */
const DOUBLE_PLACES = [5, 6];

/** Reads big-endian numbers one after the other. Throws a RangeError at the end of the bytes. */
const cursorOver = (bytes: Buffer) => {
  let at = 0;
  const advance = (n: number): number => (at += n) - n;
  return {
    u1: () => bytes.readUInt8(advance(1)),
    u2: () => bytes.readUInt16BE(advance(2)),
    u4: () => bytes.readUInt32BE(advance(4)),
    text: (n: number) => {
      const from = advance(n);
      return bytes.toString('utf8', from, from + n);
    },
    skip: (n: number): void => void advance(n),
  };
};
type Cursor = ReturnType<typeof cursorOver>;

/** The texts of the constant pool by index, and for a class constant the index of its name. */
const readConstants = (c: Cursor): { texts: Map<number, string>; classes: Map<number, number> } => {
  const texts = new Map<number, string>();
  const classes = new Map<number, number>();
  const count = c.u2();
  for (let i = 1; i < count; i++) {
    const tag = c.u1();
    if (tag === UTF8) texts.set(i, c.text(c.u2()));
    else if (tag === CLASS) classes.set(i, c.u2());
    else {
      const size = CONSTANT_SIZES[tag];
      if (size === undefined) throw new RangeError(`constant ${tag}`);
      c.skip(size);
    }
    if (DOUBLE_PLACES.includes(tag)) i++;
  }
  return { texts, classes };
};

/** Calls `use` with the name of each attribute, then goes on behind it. `use` returns the bytes that it read. */
const readAttributes = (
  c: Cursor,
  texts: ReadonlyMap<number, string>,
  use: (name: string) => number = () => 0,
): void => {
  for (let n = c.u2(); n > 0; n--) {
    const name = texts.get(c.u2()) ?? '';
    const size = c.u4();
    c.skip(size - use(name));
  }
};

/** The class in a file, undefined if it is none or cut short. */
export const readClass = (bytes: Buffer): JavaClass | undefined => {
  try {
    const c = cursorOver(bytes);
    if (c.u4() !== MAGIC) return undefined;
    c.skip(4);
    const { texts, classes } = readConstants(c);
    c.skip(2);
    const name = texts.get(classes.get(c.u2()) ?? 0);
    if (name === undefined) return undefined;
    c.skip(2);
    c.skip(2 * c.u2());
    for (let n = c.u2(); n > 0; n--) {
      c.skip(6);
      readAttributes(c, texts);
    }
    const natives: NativeMethod[] = [];
    for (let n = c.u2(); n > 0; n--) {
      const [flags, method = '', descriptor = ''] = [c.u2(), texts.get(c.u2()), texts.get(c.u2())];
      if (flags & NATIVE) natives.push({ name: method, descriptor, isStatic: (flags & STATIC) !== 0 });
      readAttributes(c, texts);
    }
    let source: string | undefined;
    readAttributes(c, texts, (attribute) => {
      if (attribute !== 'SourceFile') return 0;
      source = texts.get(c.u2());
      return 2;
    });
    return { name, natives, ...(source === undefined ? {} : { source }) };
  } catch (e) {
    if (e instanceof RangeError) return undefined;
    throw e;
  }
};

/** The types of a descriptor, one text each: `I`, `[B`, `Ljava/lang/String;`. */
export const typesOf = (descriptor: string): { parameters: string[]; result: string } => {
  const end = descriptor.indexOf(')');
  const inner = descriptor.slice(1, end);
  const parameters: string[] = [];
  let from = 0;
  while (from < inner.length) {
    let i = from;
    while (inner[i] === '[') i++;
    const semicolon = inner[i] === 'L' ? inner.indexOf(';', i) : i;
    if (semicolon < 0) break;
    parameters.push(inner.slice(from, semicolon + 1));
    from = semicolon + 1;
  }
  return { parameters, result: descriptor.slice(end + 1) };
};

const ESCAPES: Readonly<Record<string, string>> = { _: '_1', ';': '_2', '[': '_3', '/': '_' };

/** A name as a part of a symbol, by JNI's rules. */
const mangled = (text: string): string => {
  let out = '';
  // By UTF-16 code units, as JNI has it.
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    out += /[A-Za-z0-9]/.test(c)
      ? c
      : (ESCAPES[c] ?? `_0${text.charCodeAt(i).toString(16).padStart(4, '0')}`);
  }
  return out;
};

/** The symbols under which the JVM looks for a native method, in its order: the second has the types in its name. */
export const symbolsOf = (className: string, m: NativeMethod): [short: string, long: string] => {
  const short = `Java_${mangled(className)}_${mangled(m.name)}`;
  return [short, `${short}__${mangled(typesOf(m.descriptor).parameters.join(''))}`];
};
