/**
 * The filter of the findings: each word must stand in one of their texts, or none if it begins with `-`. Texts are searched
 * in their tables, where each stands once.
 * @param {View} view @param {Store} store
 * @returns {(words: string[], cells?: Set<string>) => number[]} the findings that fit, of those that one of `cells` saw
 */
const makeFilter = (view, store) => {
  /** @type {[string[], (value: unknown) => string][]} */
  const fields = [
    [['hazard'], (v) => `hazard:${String(v)}\n${view.hazards[String(v)]?.title ?? ''}`],
    [['rule'], String],
    [['message'], String],
    [['fingerprint'], String],
    [['origin'], (v) => `origin:${String(v)}`],
    [['scope'], (v) => `scope:${String(v)}`],
    [['tier'], (v) => `tier:${String(v)}`],
    [['complete'], (v) => (v ? '' : 'is:cut')],
    [['planted'], (v) => (v ? 'is:planted' : '')],
    [['witnesses', 'cell'], (v) => `cell:${String(v)}`],
    [['witnesses', 'gate'], (v) => `gate:${String(v)}`],
    [['witnesses', 'binding'], (v) => `binding:${String(v)}`],
    [['witnesses', 'test'], String],
    [['stacks', 'frames', 'function'], String],
    [['stacks', 'frames', 'file'], String],
    [['stacks', 'frames', 'module'], String],
  ];
  const planted = store.where(['planted'], Boolean);
  const known = store.where(['known'], Boolean);
  const isOpen = planted.map((is, i) => (is || known[i] ? 0 : 1));
  const isKnown = known.map((is, i) => (planted[i] ? 0 : is));
  /** @param {string} word */
  const having = (word) => {
    const found = new Uint8Array(store.count);
    const add = (/** @type {Uint8Array} */ more) => combine(found, more, (a, b) => a | b);
    for (const [path, text] of fields) add(store.where(path, (v) => text(v).toLowerCase().includes(word)));
    // A place is made of two fields, so it stands in no table.
    if (word.includes(':'))
      add(
        store.where(['stacks', 'frames'], (v) =>
          placeOf(/** @type {Frame} */ (v))
            .toLowerCase()
            .includes(word),
        ),
      );
    if ('is:known'.includes(word)) add(isKnown);
    if ('is:open'.includes(word)) add(isOpen);
    return found;
  };
  return (words, cells) => {
    const fits = new Uint8Array(store.count).fill(1);
    for (const word of words) {
      const not = word.startsWith('-') ? 1 : 0;
      combine(fits, having(word.slice(not)), (a, b) => a & (b ^ not));
    }
    if (cells)
      combine(
        fits,
        store.where(['witnesses', 'cell'], (v) => cells.has(String(v))),
        (a, b) => a & b,
      );
    return hits(fits);
  };
};

/** @param {Uint8Array} into @param {Uint8Array} other @param {(a: number, b: number) => number} how */
const combine = (into, other, how) => {
  for (let i = 0; i < into.length; i++) into[i] = how(into[i] ?? 0, other[i] ?? 0);
};
