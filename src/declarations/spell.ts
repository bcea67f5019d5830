/** Writes the library's declaration in the language of the host: the line that mends a finding. Pure. */
import type { CType, Language, NativeFunction, RecordType } from '../model/declaration.js';
import { isInteger, prototypeText } from './compare/context.js';
import { plainRecordName } from './records.js';

const CTYPES_INT: Record<string, string> = {
  size_t: 'c_size_t',
  ssize_t: 'c_ssize_t',
  char: 'c_char',
  'signed char': 'c_byte',
  'unsigned char': 'c_ubyte',
  short: 'c_short',
  'unsigned short': 'c_ushort',
  int: 'c_int',
  'unsigned int': 'c_uint',
  long: 'c_long',
  'unsigned long': 'c_ulong',
  'long long': 'c_longlong',
  'unsigned long long': 'c_ulonglong',
  wchar_t: 'c_wchar',
};

const ctypesInt = (t: Extract<CType, { kind: 'int' | 'bool' | 'enum' }>): string => {
  if (t.kind === 'bool') return 'c_bool';
  const named = CTYPES_INT[t.name];
  if (named !== undefined) return named;
  return `c_${t.kind === 'int' && t.signed === false ? 'uint' : 'int'}${t.size * 8}`;
};

const bare = (record: string): string =>
  plainRecordName(record)
    .replace(/^(?:struct|union) /, '')
    .replace(/\W/g, '_');

/** A type as ctypes names it, without its module. */
export const ctypes = (t: CType): string => {
  if (t.kind === 'void') return 'None';
  if (isInteger(t)) return ctypesInt(t);
  if (t.kind === 'float') return { 4: 'c_float', 8: 'c_double' }[t.size] ?? 'c_longdouble';
  if (t.kind === 'array')
    return t.count === undefined ? `POINTER(${ctypes(t.of)})` : `${ctypes(t.of)} * ${t.count}`;
  if (t.kind === 'function') return `CFUNCTYPE(${[t.result, ...t.parameters].map(ctypes).join(', ')})`;
  if (t.kind === 'record') return bare(t.name);
  if (t.kind !== 'pointer' || t.to.kind === 'void') return 'c_void_p';
  if (t.to.kind === 'int' && t.to.name === 'char') return 'c_char_p';
  if (t.to.kind === 'int' && t.to.name === 'wchar_t') return 'c_wchar_p';
  return t.to.kind === 'function' ? ctypes(t.to) : `POINTER(${ctypes(t.to)})`;
};

/** A parameter: arrays are pointers there. */
const decayed = (t: CType): CType => (t.kind === 'array' ? { kind: 'pointer', to: t.of } : t);

const rustInt = (t: Extract<CType, { kind: 'int' | 'bool' | 'enum' }>): string => {
  if (t.kind === 'bool') return 'bool';
  const c = CTYPES_INT[t.name];
  if (t.name === 'size_t') return 'usize';
  if (t.name === 'ssize_t') return 'isize';
  if (c !== undefined && t.name !== 'wchar_t') return { c_byte: 'c_schar', c_ubyte: 'c_uchar' }[c] ?? c;
  return `${t.kind === 'int' && t.signed === false ? 'u' : 'i'}${t.size * 8}`;
};

export const rust = (t: CType): string => {
  if (t.kind === 'void') return '()';
  if (isInteger(t)) return rustInt(t);
  if (t.kind === 'float') return t.size === 4 ? 'f32' : 'f64';
  if (t.kind === 'array') return t.count === undefined ? `*mut ${rust(t.of)}` : `[${rust(t.of)}; ${t.count}]`;
  if (t.kind === 'function') {
    const result = t.result.kind === 'void' ? '' : ` -> ${rust(t.result)}`;
    return `unsafe extern "C" fn(${t.parameters.map(rust).join(', ')})${result}`;
  }
  if (t.kind === 'record') return bare(t.name);
  if (t.kind !== 'pointer' || t.to.kind === 'void') return '*mut c_void';
  return t.to.kind === 'function' ? `Option<${rust(t.to)}>` : `*mut ${rust(t.to)}`;
};

const CSHARP: Record<string, string> = {
  i1: 'sbyte',
  u1: 'byte',
  i2: 'short',
  u2: 'ushort',
  i4: 'int',
  u4: 'uint',
  i8: 'long',
  u8: 'ulong',
};
export const csharp = (t: CType): string => {
  if (t.kind === 'void') return 'void';
  if (t.kind === 'bool') return '[MarshalAs(UnmanagedType.U1)] bool';
  if (t.kind === 'float') return t.size === 4 ? 'float' : 'double';
  if (t.kind === 'record') return bare(t.name);
  if (!isInteger(t)) return 'IntPtr';
  if (t.name === 'size_t') return 'UIntPtr';
  return CSHARP[`${t.kind === 'int' && t.signed === false ? 'u' : 'i'}${t.size}`] ?? 'IntPtr';
};

export const csharpParameter = (t: CType): string =>
  t.kind === 'pointer' && t.to.kind === 'int' && t.to.name === 'char'
    ? '[MarshalAs(UnmanagedType.LPStr)] string'
    : csharp(t);

export const csharpField = (t: CType): string =>
  t.kind === 'array' && t.count !== undefined
    ? `[MarshalAs(UnmanagedType.ByValArray, SizeConst = ${t.count})] ${csharp(t.of)}[]`
    : csharp(t);

export const java = (t: CType): string => {
  if (t.kind === 'void') return 'void';
  if (t.kind === 'bool') return 'boolean';
  if (t.kind === 'float') return t.size === 4 ? 'float' : 'double';
  if (isInteger(t)) return { 1: 'byte', 2: 'short', 4: 'int' }[t.size] ?? 'long';
  return 'long';
};

/** What JNA calls a variable that the library writes. */
const jnaReference = (to: CType): string => {
  if (to.kind === 'function') return 'Callback';
  if (to.kind === 'int' && to.name === 'char') return 'String';
  if (to.kind === 'pointer') return 'PointerByReference';
  if (to.kind === 'float') return to.size === 4 ? 'FloatByReference' : 'DoubleByReference';
  if (!isInteger(to) || to.size === 1) return 'Pointer';
  return (
    { short: 'ShortByReference', int: 'IntByReference', NativeLong: 'NativeLongByReference' }[jna(to)] ??
    'LongByReference'
  );
};

/** Types of JNA: `long` of C has its own class, since it is as wide as the machine's. */
export const jna = (t: CType): string => {
  if (t.kind === 'pointer') return jnaReference(t.to);
  if (t.kind === 'function' || t.kind === 'array') return 'Pointer';
  if (t.kind === 'record') return bare(t.name);
  return isInteger(t) && /\b(?:long|size_t|ssize_t)\b/.test(t.name) && !/long long/.test(t.name)
    ? 'NativeLong'
    : java(t);
};

/** Parameters with a type each, named by their position. */
const numbered = (parameters: readonly CType[], write: (t: CType, name: string) => string): string[] =>
  parameters.map((p, i) => write(p, `a${i + 1}`));

/** Whether a field lies where its type alone would not put it. */
const isPacked = (r: RecordType): boolean =>
  r.fields.some((f) => {
    const size = f.type.kind === 'pointer' ? 8 : 'size' in f.type ? f.type.size : 1;
    return f.bits === undefined && size > 0 && (f.bit / 8) % Math.min(size, 8) !== 0;
  });

/** What a line of JNA cannot say by its types: the callbacks of the parameters, and that a result has no sign. */
const jnaRemarks = (f: NativeFunction): string => {
  const remarks = f.parameters.flatMap((p) =>
    p.kind === 'pointer' && p.to.kind === 'function'
      ? [
          `the callback: ${jna(p.to.result)} call(${numbered(p.to.parameters.map(decayed), (t, n) => `${jna(t)} ${n}`).join(', ')})`,
        ]
      : [],
  );
  const { result } = f;
  if (result.kind === 'int' && result.signed === false && jna(result) !== 'NativeLong')
    remarks.push(
      result.size < 8
        ? `unsigned: read it with ${result.size === 4 ? 'Integer.toUnsignedLong' : `${result.size === 1 ? 'Byte' : 'Short'}.toUnsignedInt`}`
        : 'unsigned: print it with Long.toUnsignedString',
    );
  return remarks.length ? ` // ${remarks.join('; ')}` : '';
};

/** The structure as the library lays it out, on one line. Undefined where the language is not spelled. */
export const spellRecord = (language: Language, r: RecordType): string | undefined => {
  const named = r.fields.map((f, i) => ({ ...f, name: f.name || `anonymous${i}` }));
  if (language === 'ctypes') {
    const fields = named.map(
      (f) => `("${f.name}", ${ctypes(f.type)}${f.bits === undefined ? '' : `, ${f.bits}`})`,
    );
    return `${isPacked(r) ? '_pack_ = 1; ' : ''}_fields_ = [${fields.join(', ')}]`;
  }
  if (language === 'csharp' && !r.union && !named.some((f) => f.bits !== undefined)) {
    const fields = named.map((f) => `public ${csharpField(f.type)} ${f.name};`).join(' ');
    return `[StructLayout(LayoutKind.Sequential${isPacked(r) ? ', Pack = 1' : ''})] struct { ${fields} }`;
  }
  if (language === 'rust' && !named.some((f) => f.bits !== undefined))
    return `#[repr(C${isPacked(r) ? ', packed' : ''})] ${r.union ? 'union' : 'struct'} { ${named.map((f) => `${f.name}: ${rust(f.type)}`).join(', ')} }`;
  return undefined;
};

/** The declaration that agrees with the library, on one line. Undefined where a language derives it itself. */
export const spell = (language: Language, name: string, f: NativeFunction): string | undefined => {
  const parameters = f.parameters.map(decayed);
  if (language === 'ctypes')
    return `${name}.restype, ${name}.argtypes = ${ctypes(decayed(f.result))}, [${parameters.map(ctypes).join(', ')}]`;
  if (language === 'rust') {
    const all = [...numbered(parameters, (t, n) => `${n}: ${rust(t)}`), ...(f.variadic ? ['...'] : [])];
    return `fn ${name}(${all.join(', ')})${f.result.kind === 'void' ? '' : ` -> ${rust(f.result)}`};`;
  }
  if (language === 'csharp')
    return `static extern ${csharp(f.result)} ${name}(${numbered(parameters, (t, n) => `${csharpParameter(t)} ${n}`).join(', ')});`;
  if (language === 'jna')
    return `${jna(f.result)} ${name}(${numbered(parameters, (t, n) => `${jna(t)} ${n}`).join(', ')});${jnaRemarks(f)}`;
  if (language === 'cffi' || language === 'c') return `${prototypeText(name, f)};`;
  return undefined;
};
