/** Says in plain English what a schema found wrong with a value, and what to write instead. */
import type { z } from 'zod';
import { didYouMean, suggest } from './did-you-mean.js';
import { quoted } from './problems.js';

export type Issue = z.core.$ZodIssue;

/** The keys that a schema allows at a path, for suggestions. */
export type KnownKeys = (path: readonly PropertyKey[]) => readonly string[];

const MAX_LISTED = 32;

/** `'timeout'`, or `'sources[0]'` for an entry of a list. */
const nameOf = (path: readonly PropertyKey[]): string => {
  const key = path.findLastIndex((p) => typeof p === 'string');
  if (path.length === 0) return 'the file';
  const indices = path.slice(key + 1).map((i) => `[${String(i)}]`);
  return key < 0
    ? `entry ${indices.join('')}`
    : `${quoted(String(path[key])).slice(0, -1)}${indices.join('')}'`;
};

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

const kindOf = (value: unknown): string => {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${quoted(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a mapping';
};

const TRUE = /^(?:y|yes|on|true)$/i;
const FALSE = /^(?:n|no|off|false)$/i;

/** What to write instead of a value of a wrong type, with a leading `; `, or nothing. */
const instead = (expected: string, value: unknown): string => {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return `; put it in quotes: '${String(value)}'`;
  if (expected === 'number' && typeof value === 'string') {
    const n = Number(value.replaceAll('_', ''));
    return value.trim() !== '' && Number.isFinite(n) ? `; write ${n}, without quotes or '_'` : '';
  }
  if (expected === 'boolean' && typeof value === 'string')
    return TRUE.test(value)
      ? '; write true, without quotes'
      : FALSE.test(value)
        ? '; write false, without quotes'
        : '';
  if (expected === 'array' && typeof value === 'string') return `; write [${quoted(value)}]`;
  return '';
};

const wrongType = (expected: string, value: unknown, path: readonly PropertyKey[]): string => {
  const type = TYPES[expected] ?? expected;
  if (value === undefined) return `${nameOf(path)} is missing (${type}); add it.`;
  if (value === null) return `${nameOf(path)} is empty; it must be ${type}.`;
  return `${nameOf(path)} must be ${type}, and is ${kindOf(value)}${instead(expected, value)}.`;
};

const outOfRange = (issue: Issue, path: readonly PropertyKey[], value: unknown): string => {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return issue.message;
  // The schema has a message of its own.
  if (!issue.message.startsWith('Too ')) return `${nameOf(path)} ${issue.message}.`;
  const small = issue.code === 'too_small';
  const limit = String(small ? issue.minimum : issue.maximum);
  if (issue.origin === 'string' || issue.origin === 'array') {
    const parts = issue.origin === 'string' ? 'characters' : 'entries';
    if (small && limit === '1') return `${nameOf(path)} is empty; it must not be.`;
    return `${nameOf(path)} must have at ${small ? 'least' : 'most'} ${limit} ${parts}.`;
  }
  const bound = issue.inclusive
    ? `at ${small ? 'least' : 'most'} ${limit}`
    : `${small ? 'more' : 'less'} than ${limit}`;
  return `${nameOf(path)} must be ${bound}, and is ${String(value)}.`;
};

const notListed = (values: readonly unknown[], value: unknown, path: readonly PropertyKey[]): string => {
  const known = values.map(String);
  if (value === undefined)
    return `${nameOf(path)} is missing (${known.length > 1 ? 'one of ' : ''}${known.join(', ')}); add it.`;
  if (typeof value !== 'string')
    return `${nameOf(path)} must be ${known.length > 1 ? 'one of ' : ''}${known.join(', ')}, and is ${kindOf(value)}.`;
  const word = quoted(value);
  return values.length > MAX_LISTED
    ? `${word} is not known here.${didYouMean(value, known)}`
    : `${word} is not one of ${known.join(', ')}.${didYouMean(value, known)}`;
};

/**
 * One sentence for an issue. `path` is its path in the file, `value` what is there, `known` are the keys that
 * may stand where it is.
 */
export const explain = (
  issue: Issue,
  path: readonly PropertyKey[],
  value: unknown,
  known: readonly string[],
): string => {
  if (issue.code === 'invalid_value') return notListed(issue.values, value, path);
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    return `${quoted(key)}: ${issue.issues[0]?.message ?? issue.message}${didYouMean(key, known)}`;
  }
  if (issue.code === 'invalid_type')
    return typeof value === 'number' && !Number.isFinite(value)
      ? `${nameOf(path)} must be a finite number.`
      : wrongType(issue.expected, value, path);
  if (issue.code === 'too_small' || issue.code === 'too_big') return outOfRange(issue, path, value);
  return `${nameOf(path)}${typeof value === 'string' ? ` (${quoted(value)})` : ''}: ${issue.message}`;
};

/** The sentence for an unknown key. */
export const unknownKey = (key: string, known: readonly string[]): string =>
  `unknown key ${quoted(key)}.${suggest(key, known)}`;

/** Replaces the issues of a union by those of the alternative that the value comes nearest to. */
export const flatten = (issue: Issue): Issue[] => {
  if (issue.code !== 'invalid_union') return [issue];
  const deepest = issue.errors.filter((of) => of.some((i) => i.path.length > 0));
  const chosen = deepest[0] ?? issue.errors[0] ?? [];
  if (deepest.length === 0) return [{ ...issue, code: 'custom' }];
  return chosen.flatMap((i) => flatten({ ...i, path: [...issue.path, ...i.path] }));
};
