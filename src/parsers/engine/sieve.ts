/**
 * Which of many expressions may match a line: those one of whose certain words stands in it, and those that have none. One walk over the
 * line finds all words; most lines hold none, and cost no expression.
 */
import { holds, indexesOf, isEmpty, type LiteralIndex, type ReaderSet } from './literal-index.js';
import { requiredLiterals } from './required-literals.js';

/** Entries in their order, each with its expression, and those that were found together before, by what was found. */
export type Sifted<T> = {
  entries: readonly { entry: T; id: number }[];
  always: readonly T[];
  before: WeakMap<ReaderSet, readonly T[]>;
};

export type Sieve = {
  /** Prepares a list whose entries are tried by one of the sieve's expressions each. */
  list<T>(entries: readonly T[], expressionOf: (entry: T) => RegExp): Sifted<T>;
  /** Those of a list that may match the text, in their order. */
  of<T>(list: Sifted<T>, text: string): readonly T[];
};

/** A sieve of these expressions, and an index of these readers by the same walk over a line. */
export function makeSieve(
  expressions: readonly RegExp[],
  readers: readonly { literals: readonly string[] }[],
): { sieve: Sieve; index: LiteralIndex } {
  const ids = new Map([...new Set(expressions)].map((e, id) => [e, id]));
  const certain = [...ids.keys()].map(requiredLiterals);
  const [index, words] = indexesOf([readers, certain.map((c) => ({ literals: c ?? [] }))]);
  const isAlways = certain.map((c) => c === undefined);
  const may = (found: ReaderSet, id: number): boolean => isAlways[id]! || holds(found, id);
  const sieve: Sieve = {
    list(all, expressionOf) {
      const entries = all.map((entry) => ({ entry, id: ids.get(expressionOf(entry))! }));
      const always = entries.filter(({ id }) => isAlways[id]).map(({ entry }) => entry);
      return { entries, always, before: new WeakMap() };
    },
    of({ entries, always, before }, text) {
      const found = words!.readersOf(text);
      if (isEmpty(found)) return always;
      let some = before.get(found);
      if (some === undefined) {
        some = entries.filter(({ id }) => may(found, id)).map(({ entry }) => entry);
        before.set(found, some);
      }
      return some;
    },
  };
  return { sieve, index: index! };
}
