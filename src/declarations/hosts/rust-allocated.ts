/**
 * Which types a Rust program makes values of, by its text. A library that fills such a value must not write more than
 * the program has reserved. Pure.
 */

/** Forms in which a value of a named type comes to be. The type's name is the group. */
const FORMS = [
  // `= Record { … }`, `f(&ffi::Record { … })`
  /[=(,&{;]\s{0,40}(?:mut\s)?(?:\w{1,80}::){0,8}(\w{1,80})\s{0,4}\{/g,
  // `let mut r: Record = …`
  /\blet\s{1,8}(?:mut\s{1,8})?\w{1,80}\s?:\s?(?:\w{1,80}::){0,8}(\w{1,80})\s{0,4}[=;]/g,
  // `zeroed::<Record>()`, `MaybeUninit<Record>`
  /\b(?:zeroed|uninit|MaybeUninit)(?:::)?<(?:\w{1,80}::){0,8}(\w{1,80})>/g,
];

/** Names of types of which values are made. */
export const allocatedIn = (text: string): Set<string> => {
  const code = text.replace(/\/\/[^\n]*/g, '');
  return new Set(FORMS.flatMap((form) => [...code.matchAll(form)].map((m) => m[1]!)));
};
