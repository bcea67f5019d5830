/**
 * Manifests that `init` understands by their format, not by their looks: TOML, XML, JSON. A manifest that cannot be read is a line
 * among what was not understood, with its place where the parser gives one; it never ends `init`.
 */
import { parse, TomlError } from 'smol-toml';
import type { Tree } from './tree.js';
import { parseXml, XmlError, type Element } from './xml.js';

/** Keys of a manifest. Its values are of any type, whatever the format expects: read them through the functions below. */
export type Table = Record<string, unknown>;

/** Bytes of a manifest. One that is larger was not written by hand. */
const LARGEST = 4 * 1024 * 1024;

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value behind a path of keys; `undefined` where a key is absent or something other than a table is in the way. */
export const valueAt = (value: unknown, ...keys: string[]): unknown =>
  keys.reduce((v, key) => (isTable(v) && Object.hasOwn(v, key) ? v[key] : undefined), value);

/** The table behind a path of keys; empty where there is none. */
export const tableAt = (value: unknown, ...keys: string[]): Table => {
  const found = valueAt(value, ...keys);
  return isTable(found) ? found : {};
};

export const stringAt = (value: unknown, ...keys: string[]): string | undefined => {
  const found = valueAt(value, ...keys);
  return typeof found === 'string' ? found : undefined;
};

/** The elements of the array behind a path of keys; none where there is no array. */
export const listAt = (value: unknown, ...keys: string[]): unknown[] => {
  const found = valueAt(value, ...keys);
  return Array.isArray(found) ? (found as unknown[]) : [];
};

export const stringsAt = (value: unknown, ...keys: string[]): string[] =>
  listAt(value, ...keys).filter((item) => typeof item === 'string');

/** The parsed text, or a complaint in `unclear` that says which format the file does not keep, and where. */
const read = async <T>(
  tree: Tree,
  path: string,
  unclear: string[],
  format: { name: string; parse: (text: string) => T },
): Promise<T | undefined> => {
  const text = (await tree.read(path, LARGEST + 1)).replace(/^\uFEFF/, '');
  if (Buffer.byteLength(text) > LARGEST) {
    unclear.push(`${path}: larger than ${LARGEST / 1024 / 1024} MiB, so it was not read`);
    return undefined;
  }
  try {
    return format.parse(text);
  } catch (error) {
    const isPlaced = error instanceof TomlError || error instanceof XmlError;
    const place = isPlaced ? `${path}:${error.line}:${error.column}` : path;
    // Behind its first line smol-toml quotes the file.
    const [reason = ''] = (error as Error).message.replace('Invalid TOML document: ', '').split('\n');
    unclear.push(`${place}: not valid ${format.name}: ${reason}`);
    return undefined;
  }
};

/** A file of TOML (https://toml.io/en/v1.1.0). Integers beyond 2^53 are of type bigint, so that they are no error. */
export const readToml = (tree: Tree, path: string, unclear: string[]): Promise<Table | undefined> =>
  read(tree, path, unclear, {
    name: 'TOML',
    parse: (text) => parse(text, { integersAsBigInt: 'asNeeded' }),
  });

/** The root element of a file of XML. */
export const readXml = (tree: Tree, path: string, unclear: string[]): Promise<Element | undefined> =>
  read(tree, path, unclear, { name: 'XML', parse: parseXml });

/** A file of JSON; what is no object at its top is an empty table. */
export const readJson = async (tree: Tree, path: string, unclear: string[]): Promise<Table | undefined> => {
  const value = await read(tree, path, unclear, {
    name: 'JSON',
    parse: (text) => JSON.parse(text) as unknown,
  });
  return value === undefined ? undefined : tableAt(value);
};
