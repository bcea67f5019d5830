/**
 * Findings, made when they are asked for.
 * @typedef {{
 *   count: number,
 *   get: (i: number) => Finding,
 *   where: ColumnReader['where'],
 *   withFingerprint: (fingerprint: string) => number,
 *   inCell: (id: string) => number[],
 * }} Store `withFingerprint`: -1 if there is none.
 */

/** @param {ColumnJson} json @returns {Store} */
const makeStore = (json) => {
  const column = readColumn(json);
  return {
    count: column.indexes.length,
    get: (i) => /** @type {Finding} */ (column.get(i)),
    where: column.where,
    withFingerprint: (fingerprint) => column.where(['fingerprint'], (v) => v === fingerprint).indexOf(1),
    inCell: (id) => hits(column.where(['witnesses', 'cell'], (v) => v === id)),
  };
};

/** The positions of all ones. @param {Uint8Array} found */
const hits = (found) => {
  /** @type {number[]} */
  const at = [];
  found.forEach((hit, i) => hit && at.push(i));
  return at;
};
