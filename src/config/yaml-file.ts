/**
 * YAML files that people write: parsed against a schema, with errors as file:line:column and a suggestion.
 */
import { EXIT } from '../model/exit-codes.js';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { Failure } from '../model/failure.js';
import { didYouMean } from './did-you-mean.js';

type Issue = z.core.$ZodIssue;
type Path = (string | number)[];

/** The keys that a schema allows at a path, for suggestions. */
export type KnownKeys = (path: readonly PropertyKey[]) => readonly string[];

export type YamlFile<T> = {
  value: T;
  /** Throws `Failure` 2 at the place of `path`. For rules that a schema cannot express. */
  fail: (path: Path, message: string) => never;
};

const keyNode = (doc: Document, path: readonly PropertyKey[], key: string): unknown => {
  const map: unknown = path.length ? doc.getIn(path as Path, true) : doc.contents;
  const items = (map as { items?: { key?: { value?: unknown } }[] } | undefined)?.items ?? [];
  return items.find((i) => i.key?.value === key)?.key;
};

const explain = (issue: Issue, value: unknown, known: KnownKeys): string => {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    return `unknown key '${key}'.${didYouMean(key, known(issue.path))}`;
  }
  if (issue.code === 'invalid_value' && typeof value === 'string')
    return issue.values.length > 20
      ? `'${value}' is not known here.${didYouMean(value, issue.values.map(String))}`
      : `'${value}' is not one of ${issue.values.join(', ')}.${didYouMean(value, issue.values.map(String))}`;
  if (issue.code === 'invalid_key')
    return `'${String(issue.path.at(-1))}': ${issue.issues[0]?.message ?? issue.message}${didYouMean(String(issue.path.at(-1)), known(issue.path.slice(0, -1)))}`;
  if (issue.code === 'invalid_type' && value === undefined)
    return `'${String(issue.path.at(-1) ?? 'the document')}' is missing (${issue.expected}).`;
  return `${issue.path.map(String).join('.') || 'document'}: ${issue.message}`;
};

const placeOf = (node: unknown, lines: LineCounter, file: string): string => {
  const range = (node as { range?: [number, number, number] } | undefined)?.range;
  const pos = lines.linePos(range?.[0] ?? 0);
  return `${file}:${pos.line}:${pos.col}`;
};

/**
 * The node of an issue in the file: the key itself for an unknown key, else the deepest existing node on its
 * path.
 */
const nodeOf = (doc: Document, issue: Issue): unknown => {
  let node: unknown =
    issue.code === 'unrecognized_keys' ? keyNode(doc, issue.path, issue.keys[0]!) : undefined;
  for (let n = issue.path.length; !node && n > 0; n--) {
    node = doc.getIn(issue.path.slice(0, n) as Path, true);
    if (issue.code === 'invalid_key')
      node = keyNode(doc, issue.path.slice(0, -1), String(issue.path.at(-1))) ?? node;
  }
  return node;
};

/** Parses `text`. Throws `Failure` 2 with the place of the first problem in `file`. */
export const parseYaml = <S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
  known: KnownKeys,
): YamlFile<z.infer<S>> => {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const bad = doc.errors[0];
  if (bad) {
    const pos = lines.linePos(bad.pos[0]);
    throw new Failure(EXIT.USAGE, `not valid YAML: ${bad.message}`, `${file}:${pos.line}:${pos.col}`);
  }
  let plain: unknown;
  try {
    plain = doc.toJS({ maxAliasCount: 100 });
  } catch (e) {
    throw new Failure(EXIT.USAGE, `not usable YAML: ${(e as Error).message}`, `${file}:1:1`);
  }
  const parsed = schema.safeParse(plain);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const value = issue.path.reduce<unknown>(
      (v, k) => (v as Record<PropertyKey, unknown> | undefined)?.[k],
      plain,
    );
    throw new Failure(EXIT.USAGE, explain(issue, value, known), placeOf(nodeOf(doc, issue), lines, file));
  }
  return {
    value: parsed.data,
    fail: (path, message) => {
      throw new Failure(EXIT.USAGE, message, placeOf(doc.getIn(path, true), lines, file));
    },
  };
};
