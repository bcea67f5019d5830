/** Tables of records from several sources, in which one name may stand for several types. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Records } from '../model/declaration.js';

/** Names of records that a value mentions, at any depth. */
const mentioned = (value: unknown, names: Set<string> = new Set()): Set<string> => {
  if (Array.isArray(value)) for (const v of value) mentioned(v, names);
  else if (typeof value === 'object' && value !== null) {
    const { kind, name } = value as { kind?: unknown; name?: unknown };
    if (kind === 'record' && typeof name === 'string') names.add(name);
    for (const v of Object.values(value)) mentioned(v, names);
  }
  return names;
};

const withNames = <T>(value: T, names: ReadonlyMap<string, string>): T => {
  if (Array.isArray(value)) return value.map((v: unknown) => withNames(v, names)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withNames(v, names)]));
  const own = copy['kind'] === 'record' ? names.get(copy['name'] as string) : undefined;
  return (own === undefined ? copy : { ...copy, name: own }) as T;
};

/**
 * Adds the records of another source to a table. One whose name has another meaning there, or that mentions such a
 * one, gets a name of its own (`box (2)`). Returns the value, which mentions records of that source, by the names
 * that they have in the table.
 */
export const adopt = <T>(table: Records, more: Records, value: T): T => {
  const differs = new Set(
    Object.keys(more).filter((n) => table[n] !== undefined && !isDeepStrictEqual(table[n], more[n])),
  );
  for (let before = -1; before !== differs.size;) {
    before = differs.size;
    for (const [n, r] of Object.entries(more))
      if (table[n] !== undefined && [...mentioned(r)].some((m) => differs.has(m))) differs.add(n);
  }
  const names = new Map<string, string>();
  for (const n of differs) {
    let no = 2;
    while (table[`${n} (${no})`] !== undefined || more[`${n} (${no})`] !== undefined) no++;
    names.set(n, `${n} (${no})`);
  }
  for (const [n, r] of Object.entries(more)) table[names.get(n) ?? n] = withNames(r, names);
  return names.size === 0 ? value : withNames(value, names);
};

/** The name of a record without what tells it from others of its name. */
export const plainRecordName = (name: string): string => name.replace(/ \(\d{1,9}\)$/, '');
