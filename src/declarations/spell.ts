/** Writes the library's declaration in the language of the host: the line that mends a finding. Pure. */
import type { CType, Language, NativeFunction } from '../model/declaration.js';
import { isInteger } from './compare/context.js';

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

/** A type as ctypes names it, without its module. */
const ctypes = (t: CType): string => {
  switch (t.kind) {
    case 'void':
      return 'None';
    case 'int':
    case 'bool':
    case 'enum':
      return ctypesInt(t);
    case 'float':
      return { 4: 'c_float', 8: 'c_double' }[t.size] ?? 'c_longdouble';
    case 'array':
      return t.count === undefined ? `POINTER(${ctypes(t.of)})` : `${ctypes(t.of)} * ${t.count}`;
    case 'pointer':
      if (t.to.kind === 'void') return 'c_void_p';
      if (t.to.kind === 'int' && t.to.name === 'char') return 'c_char_p';
      if (t.to.kind === 'int' && t.to.name === 'wchar_t') return 'c_wchar_p';
      if (t.to.kind === 'function') return ctypes(t.to);
      return `POINTER(${ctypes(t.to)})`;
    case 'function':
      return `CFUNCTYPE(${[t.result, ...t.parameters].map(ctypes).join(', ')})`;
    case 'record':
      return t.name.replace(/^(?:struct|union) /, '').replace(/[^\w]/g, '_');
    default:
      return 'c_void_p';
  }
};

/** A parameter: arrays are pointers there. */
const decayed = (t: CType): CType => (t.kind === 'array' ? { kind: 'pointer', to: t.of } : t);

const RUST_INT = (t: Extract<CType, { kind: 'int' | 'bool' | 'enum' }>): string => {
  if (t.kind === 'bool') return 'bool';
  const c = CTYPES_INT[t.name];
  if (t.name === 'size_t') return 'usize';
  if (t.name === 'ssize_t') return 'isize';
  if (c !== undefined && t.name !== 'wchar_t') return { c_byte: 'c_schar', c_ubyte: 'c_uchar' }[c] ?? c;
  return `${t.kind === 'int' && t.signed === false ? 'u' : 'i'}${t.size * 8}`;
};

const rust = (t: CType): string => {
  switch (t.kind) {
    case 'void':
      return '()';
    case 'float':
      return t.size === 4 ? 'f32' : 'f64';
    case 'array':
      return t.count === undefined ? `*mut ${rust(t.of)}` : `[${rust(t.of)}; ${t.count}]`;
    case 'pointer':
      if (t.to.kind === 'function') return `Option<${rust(t.to)}>`;
      return `*mut ${t.to.kind === 'void' ? 'c_void' : rust(t.to)}`;
    case 'function':
      return `unsafe extern "C" fn(${t.parameters.map(rust).join(', ')})${t.result.kind === 'void' ? '' : ` -> ${rust(t.result)}`}`;
    case 'record':
      return t.name.replace(/^(?:struct|union) /, '').replace(/[^\w]/g, '_');
    default:
      return isInteger(t) ? RUST_INT(t) : 'c_void';
  }
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
const csharp = (t: CType): string => {
  switch (t.kind) {
    case 'void':
      return 'void';
    case 'bool':
      return '[MarshalAs(UnmanagedType.U1)] bool';
    case 'float':
      return t.size === 4 ? 'float' : 'double';
    case 'record':
      return t.name.replace(/^(?:struct|union) /, '');
    case 'int':
    case 'enum':
      if (t.name === 'size_t') return 'UIntPtr';
      return CSHARP[`${t.kind === 'int' && t.signed === false ? 'u' : 'i'}${t.size}`] ?? 'IntPtr';
    default:
      return 'IntPtr';
  }
};

const JAVA = (t: CType): string => {
  if (t.kind === 'void') return 'void';
  if (t.kind === 'bool') return 'boolean';
  if (t.kind === 'float') return t.size === 4 ? 'float' : 'double';
  if (isInteger(t)) return { 1: 'byte', 2: 'short', 4: 'int' }[t.size] ?? 'long';
  return 'long';
};

/** The declaration that agrees with the library, on one line. Undefined where a language derives it itself. */
export const spell = (language: Language, name: string, f: NativeFunction): string | undefined => {
  const parameters = f.parameters.map(decayed);
  switch (language) {
    case 'ctypes':
      return `${name}.restype, ${name}.argtypes = ${ctypes(decayed(f.result))}, [${parameters.map(ctypes).join(', ')}]`;
    case 'rust':
      return `fn ${name}(${parameters.map((p, i) => `a${i + 1}: ${rust(p)}`).join(', ')}${f.variadic ? ', ...' : ''})${f.result.kind === 'void' ? '' : ` -> ${rust(f.result)}`};`;
    case 'csharp':
      return `static extern ${csharp(f.result)} ${name}(${parameters.map((p, i) => `${csharp(p)} a${i + 1}`).join(', ')});`;
    case 'jna':
      return `${JAVA(f.result)} ${name}(${parameters.map((p, i) => `${JAVA(p)} a${i + 1}`).join(', ')});`;
    default:
      return undefined;
  }
};
