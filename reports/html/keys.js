/** Findings that are printed with their stacks, if the list is longer. */
const MAX_PRINTED = 500;

/**
 * Deep links, keys, and what paper needs.
 * @param {{
 *   box: HTMLInputElement,
 *   store: Store,
 *   list: LazyList,
 *   bucket: { store: Store, open: () => LazyList },
 *   apply: () => void,
 *   openCell: (id: string) => void,
 *   closePanel: () => void,
 * }} page `apply` filters anew; `bucket.open` opens the bucket
 */
const listen = ({ box, store, list, bucket, apply, openCell, closePanel }) => {
  const openFinding = (/** @type {string} */ fingerprint) => {
    const row = store.withFingerprint(fingerprint);
    if (row >= 0 && !list.rows().includes(row)) {
      // A link is followed whatever is filtered.
      box.value = '';
      apply();
    }
    const other = row >= 0 ? -1 : bucket.store.withFingerprint(fingerprint);
    const element = row >= 0 ? list.mark(row) : other >= 0 ? bucket.open().mark(other) : undefined;
    if (!element) return;
    element.open = true;
  };
  const follow = () => {
    const [, kind, value] = /^#([fc])=(.+)$/.exec(location.hash) ?? [];
    if (value === undefined) return;
    try {
      const id = decodeURIComponent(value);
      if (kind === 'f') openFinding(id);
      else openCell(id);
    } catch {
      // a mangled link opens nothing
    }
  };
  const step = (/** @type {number} */ by) => {
    const rows = list.rows();
    const at = rows.indexOf(list.current());
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (next === undefined) return;
    const element = list.mark(next);
    history.replaceState(null, '', `#f=${encodeURIComponent(store.get(next).fingerprint)}`);
    element?.querySelector('summary')?.focus({ preventScroll: true });
  };
  addEventListener('hashchange', follow);
  // On paper nothing can be opened: what is to be fixed is printed with its stacks.
  /** @type {HTMLDetailsElement[]} */
  let unfolded = [];
  addEventListener('beforeprint', () => {
    const rows = list.rows().slice(0, MAX_PRINTED);
    unfolded = rows.flatMap((row) => {
      const element = list.reveal(row);
      return element && !element.open && !store.get(row).planted ? [element] : [];
    });
    for (const row of unfolded) {
      row.open = true;
      // The browser tells of it too late: contents are made when a row opens.
      row.dispatchEvent(new Event('toggle'));
    }
  });
  addEventListener('afterprint', () => {
    for (const row of unfolded) row.open = false;
  });
  addEventListener('keydown', (e) => {
    if (e.key === 'Escape') {
      if (document.activeElement === box) {
        box.value = '';
        box.blur();
        apply();
      } else closePanel();
    }
    if (document.activeElement === box || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'j') step(1);
    else if (e.key === 'k') step(-1);
    else if (e.key === '/') {
      e.preventDefault();
      box.focus();
    }
  });
  follow();
};
