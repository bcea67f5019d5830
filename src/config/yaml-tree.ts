/**
 * YAML as plain values with their places. The library makes nodes of the text; here they become values, in
 * linear time: what a file may not hold (circles and bombs of aliases, NUL, names that JavaScript reserves) is
 * noticed with its place before anything else sees it.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { quoted, type Problem } from './problems.js';
import { compose } from './yaml-syntax.js';

export type Path = readonly PropertyKey[];
type Place = Pick<Problem, 'file' | 'line' | 'column'>;

export type YamlTree = {
  /** Maps have no prototype. Undefined if the text is no YAML. */
  value: unknown;
  problems: Problem[];
  /** The place of a value, or of the nearest part of its path that exists. */
  placeOf: (path: Path) => Place;
  /** The place of a key of the map at `path`. */
  placeOfKey: (path: Path, key: string) => Place;
  /** False if a problem of the tree itself is at this place, so that others there would only repeat it. */
  isSound: (place: Place) => boolean;
};

/** Values that aliases may repeat, all together. */
const MAX_REPEATED = 100_000;

const CORE_TAG = /^(?:!|tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq))$/;
/** YAML 1.1 reads such a number as octal, YAML 1.2 as decimal. */
const OCTAL = /^[-+]?0[0-9_]+$/;
const isMerge = (key: unknown): boolean =>
  isScalar(key) &&
  (key.value === '<<' || typeof key.value === 'symbol') &&
  (key.type === undefined || key.type === 'PLAIN');

type Entry = { key: number; value: number };

const offsetOf = (node: unknown): number => (node as Node | undefined)?.range?.[0] ?? 0;

/** Reads `text`. Never throws; what is wrong is in `problems`. */
export const readTree = (text: string, file: string): YamlTree => {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line, column: col };
  };
  const problems: Problem[] = [];
  const unsound = new Set<string>();
  const keyOf = (p: Place): string => `${p.line}:${p.column}`;
  const add = (offset: number, message: Problem['message']): void => {
    const place = placeAt(offset);
    if (unsound.has(keyOf(place))) return;
    unsound.add(keyOf(place));
    problems.push({ ...place, message });
  };
  /** Places of the entries of each list and map. */
  const entries = new WeakMap<object, Map<PropertyKey, Entry>>();
  let start = 0;

  const anchors = new Map<string, Node>();
  const open = new Set<Node>();
  let insideAlias = 0;
  let repeated = 0;
  let exhausted = false;

  const scalar = (node: Scalar): unknown => {
    const { value, source = '' } = node;
    if (typeof value === 'string') {
      if (value.includes('\0'))
        add(offsetOf(node), 'the text holds a NUL character, which no path, name or argument can; remove it');
      else if (/\p{Cs}/u.test(value))
        add(offsetOf(node), 'the text is no valid Unicode (half of a surrogate pair); remove it');
    }
    if (typeof value === 'number' && OCTAL.test(source))
      add(
        offsetOf(node),
        `${source} is octal for some readers and decimal for others; write ${String(value)}, or '${source}' in quotes for text`,
      );
    return typeof value === 'symbol' ? value.description : value;
  };

  const nameOf = (key: unknown, at: number): string | undefined => {
    if (isScalar(key) && key.value !== null && typeof key.value !== 'object') {
      const name = typeof key.value === 'string' ? key.value : (key.source ?? '');
      scalar(key);
      if (name !== '__proto__') return name;
      add(at, "'__proto__' cannot be a name here; choose another");
    } else if (isScalar(key) || key === null) add(at, "a key is missing before ':'; write one");
    else add(at, 'a key must be text; put quotes around a value that begins with [, {, * or &');
    return undefined;
  };

  type Target = { map: Record<string, unknown>; places: Map<PropertyKey, Entry> };

  /** Adds the entries of a merge key's maps; those that are there already stay. */
  const merge = (to: Target, node: unknown, at: number): void => {
    const value = convert(node);
    for (const source of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) {
        if (source !== undefined)
          add(at, "'<<' takes a mapping, or a list of mappings, as an alias: <<: *name");
        continue;
      }
      for (const [name, v] of Object.entries(source)) {
        if (Object.hasOwn(to.map, name)) continue;
        to.map[name] = v;
        to.places.set(name, entries.get(source)!.get(name)!);
      }
    }
  };

  const mapping = (node: YAMLMap): unknown => {
    const to: Target = { map: Object.create(null) as Record<string, unknown>, places: new Map() };
    const own = new Map<string, number>();
    for (const { key, value } of node.items as Pair<Node | null, Node | null>[]) {
      const at = key ? offsetOf(key) : offsetOf(value ?? node);
      if (isMerge(key)) {
        merge(to, value, at);
        continue;
      }
      const name = nameOf(key, at);
      const converted = convert(value);
      if (name === undefined) continue;
      const first = own.get(name);
      if (first !== undefined)
        add(
          at,
          `the key ${quoted(name)} is already there in line ${placeAt(first).line}; keep one of the two`,
        );
      own.set(name, at);
      to.map[name] = converted;
      // An empty value has no place of its own.
      to.places.set(name, { key: at, value: converted === null ? at : offsetOf(value) });
    }
    entries.set(to.map, to.places);
    return to.map;
  };

  const alias = (node: Node & { source: string }): unknown => {
    const target = anchors.get(node.source);
    const at = offsetOf(node);
    if (!target)
      add(at, `no anchor &${node.source} is above this alias; put quotes around a text that begins with *`);
    else if (open.has(target))
      add(at, `the alias *${node.source} is inside of what it stands for; write the value out`);
    else {
      insideAlias++;
      const value = convert(target);
      insideAlias--;
      if (repeated <= MAX_REPEATED) return value;
      if (insideAlias === 0 && !exhausted) {
        exhausted = true;
        add(
          at,
          `the aliases up to here repeat more than ${MAX_REPEATED.toLocaleString('en')} values; use fewer`,
        );
      }
    }
    return undefined;
  };

  const convert = (node: unknown): unknown => {
    if (node === null || node === undefined) return null;
    if (insideAlias > 0 && ++repeated > MAX_REPEATED) return undefined;
    if (isAlias(node)) return alias(node);
    const known = node as Node & { anchor?: string; tag?: string };
    if (known.anchor !== undefined && insideAlias === 0) anchors.set(known.anchor, known);
    if (known.tag !== undefined && !CORE_TAG.test(known.tag))
      add(offsetOf(node), `the tag ${quoted(known.tag)} has no meaning here; remove it`);
    open.add(known);
    let value: unknown;
    if (isMap(node)) value = mapping(node);
    else if (isSeq(node)) {
      const list = node.items.map(convert);
      const places = node.items.map(
        (item, i) => [i, { key: offsetOf(item), value: offsetOf(item) }] as const,
      );
      entries.set(list, new Map<PropertyKey, Entry>(places));
      value = list;
    } else value = scalar(node as Scalar);
    open.delete(known);
    return value;
  };

  const find = (path: Path): { value: unknown; at: number } => {
    let found: { value: unknown; at: number } = { value, at: start };
    for (const step of path) {
      const entry = entries.get(found.value as object)?.get(step);
      if (!entry) break;
      found = { value: (found.value as Record<PropertyKey, unknown>)[step], at: entry.value };
    }
    return found;
  };

  const read = (): unknown => {
    const composed = compose(text);
    if ('faults' in composed) {
      for (const [at, message] of composed.faults) add(at, message);
      return undefined;
    }
    const { contents } = composed.doc;
    if (contents === null || (isScalar(contents) && contents.value === null && !contents.source)) {
      add(0, 'the file is empty; begin with `version: 1`');
      return undefined;
    }
    start = offsetOf(contents);
    const made = convert(contents);
    return exhausted ? undefined : made;
  };
  const value = read();

  return {
    value,
    problems,
    placeOf: (path) => placeAt(find(path).at),
    placeOfKey: (path, key) => {
      const { value: map, at } = find(path);
      return placeAt(entries.get(map as object)?.get(key)?.key ?? at);
    },
    isSound: (place) => !unsound.has(keyOf(place)),
  };
};
