/**
 * Findings as columns, for the page. 100,000 findings have few distinct hazards, frames and stacks, while JSON of
 * each in turn would take gigabytes. Here each distinct value of a field is written once, in the table of that
 * field, and a column names one of them for each record. `reports/html/columns.js` makes a finding again when it
 * is looked at.
 */
import { jsonText, plain } from '../escape.js';
import { makeIntegers, makeTuples } from './integers.js';

/** The distinct values of a field, in order of their first appearance. */
export type Table =
  /** Of each text: how many characters it shares with the one before it, and what follows. */
  | { kind: 'text'; shared: number[]; rest: string[] }
  /** Each number minus the one before it. */
  | { kind: 'number'; steps: number[] }
  | { kind: 'flag'; values: boolean[] }
  /**
   * Lists that share their ends, as stacks do: nodes of an item and the node after it. `nexts`: 0 for the end, 1 for
   * the node before this one in the table, otherwise the index of a node plus 2. `heads` are the first nodes: 0 for an
   * empty list, the distance from the newest head so far, or, for an older node, its index plus 1, negative.
   */
  | { kind: 'list'; heads: number[]; nexts: number[]; items: Column }
  /** Numbers of 16 hexadecimal digits, eight bytes each, in base64. */
  | { kind: 'hex'; bytes: string }
  | { kind: 'record'; count: number; fields: Record<string, Column> };

/**
 * A number for each record: 0 if it has no such field, 1 for the first value of the table that no record before
 * it has, otherwise the index of the value plus 2.
 */
export type Column = { numbers: number[]; of: Table | null };

/** Collects the values of a table. */
type Collector = {
  /** The index of a value, which is added unless it is there. */
  indexOf: (value: unknown) => number;
  json: () => Generator<string>;
};

/** The JSON text of a long array, in pieces. */
function* arrayText(values: Iterable<unknown>): Generator<string> {
  const PIECE = 4096;
  let piece: unknown[] = [];
  let before = '[';
  for (const value of values) {
    piece.push(value);
    if (piece.length < PIECE) continue;
    yield before + jsonText(piece).slice(1, -1);
    before = ',';
    piece = [];
  }
  yield piece.length > 0 ? `${before + jsonText(piece).slice(1, -1)}]` : before === '[' ? '[]' : ']';
}

/** Numbers distinct keys from 0. `add` is called for a new one. */
const makeIndex = <K>(): ((key: K, add: () => void) => number) => {
  const known = new Map<K, number>();
  return (key, add) => {
    const index = known.get(key);
    if (index !== undefined) return index;
    add();
    known.set(key, known.size);
    return known.size - 1;
  };
};

const ABSENT = -1;

/** Collects a column. Its table is made when its first value comes, by the type of that value. */
const makeColumn = () => {
  const indexes = makeIntegers();
  let table: Collector | undefined;
  function* numbers(): Generator<number> {
    let newest = -1;
    for (let i = 0; i < indexes.length(); i++) {
      const index = indexes.at(i);
      yield index === ABSENT ? 0 : index > newest ? 1 : index + 2;
      newest = Math.max(newest, index);
    }
  }
  return {
    /** The index of a value in the table. Adds no record. */
    indexOf: (value: unknown): number =>
      value === undefined ? ABSENT : (table ??= collectorOf(value)).indexOf(value),
    /** Adds a record, by the index of its value. */
    push: indexes.push,
    /** The index of a record's value. */
    at: indexes.at,
    *json(): Generator<string> {
      yield '{"numbers":';
      yield* arrayText(numbers());
      yield ',"of":';
      if (table) yield* table.json();
      else yield 'null';
      yield '}';
    },
  };
};

const collectorOf = (value: unknown): Collector => {
  if (Array.isArray(value)) return lists();
  if (typeof value === 'string') return texts();
  if (typeof value === 'number') return numbersOf();
  return typeof value === 'boolean' ? flags() : records();
};

const sharedLength = (a: string, b: string): number => {
  const most = Math.min(a.length, b.length);
  let n = 0;
  while (n < most && a.charCodeAt(n) === b.charCodeAt(n)) n++;
  // Not between the halves of a surrogate pair.
  return n > 0 && /[\ud800-\udbff]/.test(a.charAt(n - 1)) ? n - 1 : n;
};

/** The texts of a field, as numbers if all of them are fingerprints. */
const texts = (): Collector => {
  const numberOf = makeIndex<string>();
  const all: string[] = [];
  return {
    indexOf: (value) => numberOf(String(value), () => all.push(plain(String(value)))),
    *json() {
      if (all.every((text) => /^[0-9a-f]{16}$/.test(text))) {
        const bytes = Buffer.from(all.join(''), 'hex').toString('base64');
        yield `{"kind":"hex","bytes":"${bytes}"}`;
        return;
      }
      const shared = all.map((text, i) => sharedLength(all[i - 1] ?? '', text));
      yield '{"kind":"text","shared":';
      yield* arrayText(shared);
      yield ',"rest":';
      yield* arrayText(all.map((text, i) => text.slice(shared[i])));
      yield '}';
    },
  };
};

const numbersOf = (): Collector => {
  const numberOf = makeIndex<unknown>();
  const steps: number[] = [];
  let before = 0;
  return {
    indexOf: (value) =>
      numberOf(value, () => {
        steps.push(Number(value) - before);
        before = Number(value);
      }),
    *json() {
      yield '{"kind":"number","steps":';
      yield* arrayText(steps);
      yield '}';
    },
  };
};

const flags = (): Collector => {
  const numberOf = makeIndex<unknown>();
  const values: unknown[] = [];
  return {
    indexOf: (value) => numberOf(value, () => values.push(value)),
    *json() {
      yield '{"kind":"flag","values":';
      yield* arrayText(values);
      yield '}';
    },
  };
};

const lists = (): Collector => {
  const items = makeColumn();
  const nexts = makeIntegers();
  const firsts = makeIntegers();
  const nodeOf = makeTuples((n, [item, next]) => items.at(n) === item && nexts.at(n) === next);
  const listOf = makeTuples((n, [first]) => firsts.at(n) === first);
  function* nextNumbers(): Generator<number> {
    for (let i = 0; i < nexts.length(); i++) {
      const next = nexts.at(i);
      yield next === ABSENT ? 0 : next === i - 1 ? 1 : next + 2;
    }
  }
  function* headNumbers(): Generator<number> {
    let newest = ABSENT;
    for (let i = 0; i < firsts.length(); i++) {
      const first = firsts.at(i);
      yield first === ABSENT ? 0 : first > newest ? first - newest : -(first + 1);
      newest = Math.max(newest, first);
    }
  }
  return {
    indexOf: (value) => {
      let first = ABSENT;
      for (const item of (value as unknown[]).toReversed()) {
        const [index, next] = [items.indexOf(item), first];
        first = nodeOf([index, next], () => {
          items.push(index);
          nexts.push(next);
        });
      }
      return listOf([first], () => firsts.push(first));
    },
    *json() {
      yield '{"kind":"list","heads":';
      yield* arrayText(headNumbers());
      yield ',"nexts":';
      yield* arrayText(nextNumbers());
      yield ',"items":';
      yield* items.json();
      yield '}';
    },
  };
};

const records = (): Collector => {
  const fields = new Map<string, ReturnType<typeof makeColumn>>();
  let columns: ReturnType<typeof makeColumn>[] = [];
  let count = 0;
  const recordOf = makeTuples((n, tuple) => columns.every((column, i) => column.at(n) === tuple[i]));
  const addField = (name: string): void => {
    const made = makeColumn();
    // Records before this one have no such field.
    for (let i = 0; i < count; i++) made.push(ABSENT);
    fields.set(name, made);
    columns = [...fields.values()];
  };
  return {
    indexOf: (value) => {
      const record = value as Record<string, unknown>;
      for (const name in record) if (!fields.has(name)) addField(name);
      const tuple: number[] = [];
      for (const [name, field] of fields) tuple.push(field.indexOf(record[name]));
      return recordOf(tuple, () => {
        columns.forEach((column, i) => column.push(tuple[i] ?? ABSENT));
        count++;
      });
    },
    *json() {
      yield `{"kind":"record","count":${count},"fields":{`;
      let first = true;
      for (const [name, field] of fields) {
        yield `${first ? '' : ','}${jsonText(name)}:`;
        yield* field.json();
        first = false;
      }
      yield '}}';
    },
  };
};

/** The JSON text of a `Column` with the given records, in pieces. Texts are made plain. */
export function* columnText(values: Iterable<unknown>): Generator<string> {
  const column = makeColumn();
  for (const value of values) column.push(column.indexOf(value));
  yield* column.json();
}
