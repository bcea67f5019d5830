/** @typedef {import('../../src/reporters/html/columns.js').Table} TableJson */
/** @typedef {import('../../src/reporters/html/columns.js').Column} ColumnJson */

/**
 * Records that are stored as columns (src/reporters/html/columns.ts). A record is made when it is asked for, and
 * values are searched in their tables, where each stands once.
 * @typedef {{
 *   indexes: Int32Array,
 *   get: (record: number) => unknown,
 *   where: (path: string[], test: (value: unknown) => boolean) => Uint8Array,
 * }} ColumnReader `indexes`: into the table, -1 for an absent value. `where`: the records of which a value at
 * `path` passes the test; lists on the way are looked through.
 */

/** @typedef {{ get: (index: number) => unknown, where: ColumnReader['where'] }} TableReader */

/** @param {ColumnJson} json @returns {ColumnReader} */
const readColumn = (json) => {
  const indexes = new Int32Array(json.numbers.length);
  let newest = -1;
  json.numbers.forEach((n, i) => (indexes[i] = n === 0 ? -1 : n === 1 ? ++newest : n - 2));
  const table = json.of ? readTable(json.of) : undefined;
  return {
    indexes,
    get: (record) => {
      const index = indexes[record] ?? -1;
      return index < 0 ? undefined : table?.get(index);
    },
    where: (path, test) => {
      const found = new Uint8Array(indexes.length);
      const hits = table?.where(path, test);
      if (hits) indexes.forEach((index, i) => index >= 0 && (found[i] = hits[index] ?? 0));
      return found;
    },
  };
};

/** @param {TableJson} json @returns {TableReader} */
const readTable = (json) => {
  switch (json.kind) {
    case 'text':
      return scalars(() => {
        let before = '';
        return json.rest.map((rest, i) => (before = before.slice(0, json.shared[i]) + rest));
      });
    case 'hex':
      return scalars(() => {
        const bytes = Array.from(atob(json.bytes), (c) => c.charCodeAt(0).toString(16).padStart(2, '0'));
        return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.slice(i * 8, i * 8 + 8).join(''));
      });
    case 'number':
      return scalars(() => {
        let before = 0;
        return json.steps.map((step) => (before += step));
      });
    case 'flag':
      return scalars(() => json.values);
    case 'list':
      return lists(json);
    case 'record':
      return records(json);
  }
};

/** @param {() => unknown[]} decode called when a value is first asked for @returns {TableReader} */
const scalars = (decode) => {
  /** @type {unknown[] | undefined} */
  let decoded;
  const values = () => (decoded ??= decode());
  return {
    get: (index) => values()[index],
    where: (_path, test) => Uint8Array.from(values(), (value) => (test(value) ? 1 : 0)),
  };
};

/** @param {Extract<TableJson, { kind: 'list' }>} json @returns {TableReader} */
const lists = (json) => {
  const items = readColumn(json.items);
  const nexts = Int32Array.from(json.nexts, (n, i) => (n === 0 ? -1 : n === 1 ? i - 1 : n - 2));
  let newest = -1;
  const heads = Int32Array.from(json.heads, (n) => (n === 0 ? -1 : n > 0 ? (newest += n) : -n - 1));
  return {
    get: (index) => {
      const values = [];
      for (let at = heads[index] ?? -1; at >= 0; at = nexts[at] ?? -1) values.push(items.get(at));
      return values;
    },
    where: (path, test) => {
      const found = items.where(path, test);
      // The node after another one stands before it in the table.
      for (let at = 0; at < found.length; at++) if (found[nexts[at] ?? -1]) found[at] = 1;
      return Uint8Array.from(heads, (at) => found[at] ?? 0);
    },
  };
};

/** @param {Extract<TableJson, { kind: 'record' }>} json @returns {TableReader} */
const records = (json) => {
  const fields = Object.entries(json.fields).map(([name, column]) => ({
    name,
    column: readColumn(column),
  }));
  const get = (/** @type {number} */ index) => {
    /** @type {[string, unknown][]} */
    const pairs = [];
    for (const { name, column } of fields) {
      const value = column.get(index);
      if (value !== undefined) pairs.push([name, value]);
    }
    return Object.fromEntries(pairs);
  };
  return {
    get,
    where: ([name, ...path], test) => {
      if (name === undefined)
        return Uint8Array.from({ length: json.count }, (_, i) => (test(get(i)) ? 1 : 0));
      const field = fields.find((f) => f.name === name);
      return field ? field.column.where(path, test) : new Uint8Array(json.count);
    },
  };
};
