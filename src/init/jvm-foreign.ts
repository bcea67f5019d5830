/** Java that calls libraries without native methods of its own: JNA, JNR-FFI, and Java's own Linker ("Panama"). */
import { libraryName } from './proposal.js';

const THROUGH: [string, RegExp][] = [
  ['JNA', /\bcom\.sun\.jna\b/],
  ['JNR', /\bjnr\.ffi\b/],
  ['java.lang.foreign', /\bjava\.lang\.foreign\b/],
];

/** Calls that open a library, and what may name it. */
const OPENS =
  /\b(?:Native\.(?:load|loadLibrary|register)|NativeLibrary\.getInstance|SymbolLookup\.libraryLookup|System\.(?:load|loadLibrary))\(([^;]{0,160})/g;
const JNR_OPENS = /\.load\(([^;)]{0,160})/g;

/** Parts of the C library, which every program has, and what other systems call it. */
const C_LIBRARY = new Set([
  'c',
  'm',
  'dl',
  'pthread',
  'rt',
  'util',
  'msvcrt',
  'kernel32',
  'user32',
  'System',
]);

/** The value of a constant that a class defines. */
const constantIn = (text: string, name: string): string[] => {
  const [, after] = text.split(` ${name} =`, 2);
  const value = after === undefined ? undefined : /^\s?"([\w+./-]{1,80})"/.exec(after)?.[1];
  return value === undefined ? [] : [value];
};

/** What a source calls, and through what: undefined if it calls none. `names` are those that it gives in words. */
export const foreignIn = (text: string): { through: string; names: string[] } | undefined => {
  const through = THROUGH.find(([, named]) => named.test(text))?.[0];
  if (through === undefined) return undefined;
  const calls = [...text.matchAll(OPENS), ...(through === 'JNR' ? text.matchAll(JNR_OPENS) : [])].map(
    (m) => m[1]!,
  );
  const isLinked = through === 'java.lang.foreign' && text.includes('Linker.nativeLinker');
  if (calls.length === 0 && !isLinked) return undefined;
  const literal = /"([\w+./-]{1,80})"/g;
  const names = calls.flatMap((call) => [
    ...[...call.matchAll(literal)].map((m) => m[1]!),
    // A constant of the same class.
    ...[...call.matchAll(/\b[A-Z][A-Z\d_]{1,60}\b/g)].flatMap(([name]) => constantIn(text, name)),
  ]);
  const isOurs = (name: string): boolean => !/\.(?:dll|dylib)$/i.test(name);
  return { through, names: [...new Set(names.filter(isOurs).map(libraryName))] };
};

/** Objects of the system that these libraries may be, as `own` of the matrix names them. */
export const systemObjects = (names: readonly string[]): string[] =>
  names.filter((n) => !C_LIBRARY.has(n)).map((n) => `lib${n}.so*`);
