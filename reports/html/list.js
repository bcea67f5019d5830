/** Rows of a block. Blocks far from the window are empty, and as high as their rows were. */
const BLOCK = 50;
/** A list of at most so many rows is there from its beginning to its end. */
const MAX_ROWS = 1000;

/**
 * A list of rows that open, of which only those near the window exist if they are many. The browser's search and the
 * printer see only rows that exist; `fillAll` makes all of them.
 * @typedef {{
 *   box: HTMLElement,
 *   show: (rows: number[]) => void,
 *   rows: () => number[],
 *   reveal: (row: number) => HTMLDetailsElement | undefined,
 *   mark: (row: number) => HTMLDetailsElement | undefined,
 *   current: () => number,
 *   isPartial: () => boolean,
 *   fillAll: (told: (made: number) => void) => Promise<void>,
 * }} LazyList `mark` makes a row the current one.
 */

/** @param {(row: number) => HTMLDetailsElement} makeRow a row, closed @returns {LazyList} */
const makeList = (makeRow) => {
  const box = el('div.findings');
  /** @type {number[]} */
  let order = [];
  /** @type {HTMLElement[]} */
  let blocks = [];
  let height = 68;
  let whole = true;
  let marked = -1;
  /** Rows that stay open when they are made again. @type {Set<number>} */
  const opened = new Set();
  /** Rows of a short list are kept, with everything that was unfolded in them. @type {Map<number, HTMLDetailsElement>} */
  const kept = new Map();

  /** @param {number} row */
  const rowOf = (row) => {
    const known = kept.get(row);
    if (known) return known;
    const made = makeRow(row);
    made.addEventListener('toggle', () => (made.open ? opened.add(row) : opened.delete(row)));
    if (opened.has(row)) {
      made.open = true;
      // Its body is made now and not later, so that the block has its height at once.
      made.dispatchEvent(new Event('toggle'));
    }
    made.classList.toggle('current', row === marked);
    if (order.length <= MAX_ROWS) kept.set(row, made);
    return made;
  };
  /** @param {HTMLElement} block */
  const fill = (block) => {
    if (block.childElementCount > 0) return;
    const at = Number(block.dataset['at']);
    block.append(...order.slice(at, at + BLOCK).map(rowOf));
    block.style.height = '';
  };
  /** @param {HTMLElement} block */
  const empty = (block) => {
    if (whole || block.childElementCount === 0 || block.contains(document.activeElement)) return;
    block.style.height = `${block.offsetHeight}px`;
    block.replaceChildren();
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const e of entries) {
        const block = /** @type {HTMLElement} */ (e.target);
        if (e.isIntersecting) fill(block);
        else empty(block);
      }
    },
    { rootMargin: '1500px 0px' },
  );
  /** @param {number} row */
  const reveal = (row) => {
    const at = order.indexOf(row);
    const block = at < 0 ? undefined : blocks[Math.floor(at / BLOCK)];
    if (!block) return undefined;
    fill(block);
    return /** @type {HTMLDetailsElement} */ (block.children[at % BLOCK]);
  };
  return {
    box,
    rows: () => order,
    current: () => marked,
    isPartial: () => !whole,
    reveal,
    show: (rows) => {
      order = rows;
      whole = rows.length <= MAX_ROWS;
      observer.disconnect();
      blocks = Array.from({ length: Math.ceil(rows.length / BLOCK) }, (_, i) =>
        el('div.block', { 'data-at': String(i * BLOCK) }),
      );
      const [first] = blocks;
      if (first) fill(first);
      box.replaceChildren(...blocks);
      if (first && first.offsetHeight > 0) height = first.offsetHeight / first.childElementCount;
      for (const block of blocks.slice(1)) {
        if (whole) fill(block);
        else {
          const n = Math.min(BLOCK, rows.length - Number(block.dataset['at']));
          block.style.height = `${Math.round(n * height)}px`;
        }
      }
      if (!whole) for (const block of blocks) observer.observe(block);
    },
    mark: (row) => {
      box.querySelector('.finding.current')?.classList.remove('current');
      marked = row;
      const element = reveal(row);
      element?.classList.add('current');
      element?.scrollIntoView({ block: 'start' });
      return element;
    },
    fillAll: async (told) => {
      const mine = order;
      whole = true;
      observer.disconnect();
      for (const [i, block] of blocks.entries()) {
        if (order !== mine) return;
        fill(block);
        if (i % 4 !== 3) continue;
        told(Math.min((i + 1) * BLOCK, order.length));
        await new Promise((done) => setTimeout(done));
      }
      told(order.length);
    },
  };
};

/** Says what a long list does not do, with a button that makes all of it. @param {LazyList} list */
const partialNote = (list) => {
  const label = el('span.quiet.partial');
  const button = el('button.show-all', { type: 'button' }, 'Show all');
  const box = el('span.partial', { hidden: true }, label, ' ', button);
  const update = () => {
    box.hidden = !list.isPartial();
    label.replaceChildren(
      'Rows are made as you scroll: the browser’s search and paper show only some. The filter sees all.',
    );
    button.hidden = false;
  };
  button.addEventListener('click', () => {
    button.hidden = true;
    void list.fillAll((made) =>
      label.replaceChildren(
        made < list.rows().length ? `${made} of ${list.rows().length} rows made …` : 'All rows are there.',
      ),
    );
  });
  return { box, update };
};
