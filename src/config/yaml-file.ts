/**
 * YAML files that people write: parsed against a schema, with all errors as file:line:column and a
 * suggestion.
 */
import type { z } from 'zod';
import { explain, flatten, unknownKey, type KnownKeys } from './explain.js';
import { reject, type Problem } from './problems.js';
import { readTree, type Path, type YamlTree } from './yaml-tree.js';

export type { KnownKeys } from './explain.js';

export type YamlFile<T> = {
  /** Undefined if the file does not fit the schema. */
  value: T | undefined;
  /** The file's values as they are, whether they fit or not. Undefined if it is no YAML. */
  raw: unknown;
  /** Adds a problem at the place of `path`. For rules that a schema cannot express. */
  complain: (path: Path, message: Problem['message']) => void;
  /** Adds a problem at a key of the map at `path`. */
  complainOfKey: (path: Path, key: string, message: Problem['message']) => void;
  /** Adds the problems of a part of the file that has a schema of its own. */
  compare: (schema: z.ZodType, part: unknown, path: Path, known: KnownKeys) => void;
  /** Throws `Failure` 2 with all problems so far. */
  check: () => void;
};

/** Reads `text` and compares it with the schema. Throws nothing; the caller adds what it knows, and checks. */
export const parseYaml = <S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
  known: KnownKeys,
): YamlFile<z.infer<S>> => {
  const tree: YamlTree = readTree(text, file);
  const { problems } = tree;
  const add = (place: Omit<Problem, 'message'>, message: Problem['message']): void => {
    if (tree.isSound(place)) problems.push({ ...place, message });
  };
  const compare: YamlFile<unknown>['compare'] = (s, part, at, keys) => {
    // Of several rules that a value breaks, the first is enough.
    const listed = new Set<string>();
    for (const issue of (s.safeParse(part).error?.issues ?? []).flatMap(flatten)) {
      const path = [...at, ...issue.path];
      const id = `${issue.code === 'unrecognized_keys'} ${path.map(String).join('\0')}`;
      if (listed.has(id)) continue;
      listed.add(id);
      const value = issue.path.reduce<unknown>(
        (v, k) => (v as Record<PropertyKey, unknown> | null | undefined)?.[k],
        part,
      );
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) add(tree.placeOfKey(path, key), () => unknownKey(key, keys(path)));
        continue;
      }
      const place =
        issue.code === 'invalid_key'
          ? tree.placeOfKey(path.slice(0, -1), String(path.at(-1)))
          : tree.placeOf(path);
      add(place, () => explain(issue, path, value, keys(path.slice(0, -1))));
    }
  };
  const usable = tree.value !== undefined;
  if (usable) compare(schema, tree.value, [], known);
  return {
    value: usable && problems.length === 0 ? schema.parse(tree.value) : undefined,
    raw: tree.value,
    complain: (path, message) => add(tree.placeOf(path), message),
    complainOfKey: (path, key, message) => add(tree.placeOfKey(path, key), message),
    compare,
    check: () => reject(problems),
  };
};

/** True for a value that is a map of the file. */
export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The entries of a map or list of the file that fit a schema, with their keys or indices. */
export const fitting = <S extends z.ZodType>(
  schema: S,
  value: unknown,
): [key: string | number, z.infer<S>][] => {
  const all: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : isMapping(value)
      ? Object.entries(value)
      : [];
  return all.flatMap(([key, v]) => {
    const parsed = schema.safeParse(v);
    return parsed.success ? [[key, parsed.data] as [string | number, z.infer<S>]] : [];
  });
};
