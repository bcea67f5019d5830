/**
 * Which of many expressions may match a line: those one of whose certain words stands in it, and those that have none. One walk over the
 * line finds all words; most lines hold none, and cost no expression.
 */
import { holds, indexOf, isEmpty, type ReaderSet } from './literal-index.js';
import { requiredLiterals } from './required-literals.js';

/** Entries in their order, each with its expression, and those that were found together before, by what was found. */
export type Sifted<T> = {
  entries: readonly { entry: T; id: number }[];
  always: readonly T[];
  before: Map<number, { found: ReaderSet; some: readonly T[] }>;
};

export type Sieve = {
  /** Prepares a list whose entries are tried by one of the sieve's expressions each. */
  list<T>(entries: readonly T[], expressionOf: (entry: T) => RegExp): Sifted<T>;
  /** Those of a list that may match the text, in their order. */
  of<T>(list: Sifted<T>, text: string): readonly T[];
};

/** Logs have few combinations of words. Beyond so many they are strange, and nothing is gained by keeping them. */
const MAX_KEPT = 4096;

const hashOf = (set: ReaderSet): number => {
  let hash = 0;
  for (let i = 0; i < set.length; i++) hash = (Math.imul(hash, 31) + set[i]!) | 0;
  return hash;
};

const isEqual = (a: ReaderSet, b: ReaderSet): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** A sieve of these expressions. */
export function makeSieve(expressions: readonly RegExp[]): Sieve {
  const ids = new Map([...new Set(expressions)].map((e, id) => [e, id]));
  const certain = [...ids.keys()].map(requiredLiterals);
  const index = indexOf(certain.map((words) => ({ literals: words ?? [] })));
  const isAlways = certain.map((words) => words === undefined);
  const may = (found: ReaderSet, id: number): boolean => isAlways[id]! || holds(found, id);
  return {
    list(all, expressionOf) {
      const entries = all.map((entry) => ({ entry, id: ids.get(expressionOf(entry))! }));
      const always = entries.filter(({ id }) => isAlways[id]).map(({ entry }) => entry);
      return { entries, always, before: new Map() };
    },
    of({ entries, always, before }, text) {
      const found = index.readersOf(text);
      if (isEmpty(found)) return always;
      const key = hashOf(found);
      const known = before.get(key);
      if (known !== undefined && isEqual(known.found, found)) return known.some;
      const some = entries.filter(({ id }) => may(found, id)).map(({ entry }) => entry);
      if (before.size < MAX_KEPT) before.set(key, { found, some });
      return some;
    },
  };
}
