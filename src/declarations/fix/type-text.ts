/**
 * A type of the library as it can be written anywhere in a source of the host's language: without names that the source
 * may lack. Structures by value have no such text. Pure.
 */
import type { CType, Language } from '../../model/declaration.js';
import { isInteger, type IntLike } from '../compare/context.js';
import { csharp, csharpField, csharpParameter, ctypes, jna, rust } from '../spell.js';

/** Without names of structures: what they point to is `void`. */
const portable = (t: CType): CType | undefined => {
  if (t.kind === 'record' || t.kind === 'unknown' || t.kind === 'untyped' || t.kind === 'reference')
    return undefined;
  if (t.kind === 'pointer') {
    const to = t.to.kind === 'record' ? undefined : portable(t.to);
    return { kind: 'pointer', to: to ?? { kind: 'void' } };
  }
  if (t.kind === 'array') {
    const of = portable(t.of);
    return of && { ...t, of };
  }
  if (t.kind !== 'function') return t;
  const [result, parameters] = [portable(t.result), t.parameters.map(portable)];
  const all = parameters.flatMap((p) => (p ? [p] : []));
  return result && all.length === parameters.length ? { ...t, result, parameters: all } : undefined;
};

const C_INT: Record<number, string> = { 1: 'char', 2: 'short', 4: 'int', 8: 'long' };
const cInteger = (t: IntLike): string => {
  if (t.kind === 'bool') return '_Bool';
  if (t.name === 'char') return 'char';
  const unsigned = t.signed === false;
  return `${unsigned ? 'unsigned ' : t.size === 1 ? 'signed ' : ''}${C_INT[t.size] ?? 'long'}`;
};

/** A declaration in C of something of this type. `name` may be a declarator: `*a`, `(*f)(int)`. */
const c = (t: CType, name: string): string => {
  const behind = name === '' ? '' : ` ${name}`;
  if (t.kind === 'pointer')
    return t.to.kind === 'function' || t.to.kind === 'array' ? c(t.to, `(*${name})`) : c(t.to, `*${name}`);
  if (t.kind === 'array') return c(t.of, `${name}[${t.count ?? ''}]`);
  if (t.kind === 'function') {
    const parameters = t.parameters.map((p) => c(p, ''));
    if (t.variadic) parameters.push('...');
    return c(t.result, `${name}(${parameters.join(', ') || 'void'})`);
  }
  if (isInteger(t)) return `${cInteger(t)}${behind}`;
  if (t.kind === 'float') return `${{ 4: 'float', 8: 'double' }[t.size] ?? 'long double'}${behind}`;
  return `void${behind}`;
};

/** Stands for the name in a type of C, which may be in its middle. */
export const NAME = '\u0001';

/**
 * The type as text. For ctypes each name of that module has `@` before it; for C `NAME` stands where the name belongs.
 * Undefined if there is no such text. `parameter`: of a function, where an array is a pointer.
 */
export const typeText = (language: Language, type: CType, parameter = false): string | undefined => {
  const decayed: CType = parameter && type.kind === 'array' ? { kind: 'pointer', to: type.of } : type;
  const t = portable(decayed);
  if (!t) return undefined;
  if (language === 'ctypes')
    return (t.kind === 'int' && t.name === 'char' ? 'c_byte' : ctypes(t)).replace(
      /\b(?:c_\w+|POINTER|CFUNCTYPE)\b/g,
      '@$&',
    );
  if (language === 'rust') return rust(t).replace(/\bc_[a-z]+\b/g, 'core::ffi::$&');
  if (language === 'csharp')
    return parameter ? csharpParameter(t) : t.kind === 'array' ? csharpField(t) : csharp(t);
  if (language === 'jna') return jna(t);
  return language === 'c' || language === 'cffi' ? c(t, NAME) : undefined;
};
