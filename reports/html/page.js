/** @typedef {{ findings: Store, bucket: Store }} Stores */

/** Characters of an embedded text. The page is shown before a longer one is read. */
const LONG = 512 * 1024;

/** @param {string} text a character for each byte */
const bytesOf = (text) => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

/** The JSON of an embedded text. @param {string} id @returns {Promise<unknown>} */
const embedded = async (id) => {
  const holder = /** @type {HTMLElement} */ (document.getElementById(id));
  const text = holder.textContent ?? '';
  // It is not needed again.
  holder.textContent = '';
  if (holder.dataset['encoding'] === 'json') return JSON.parse(text);
  const bytes = bytesOf(atob(text));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).json();
};

const readStores = async () => {
  const { findings, bucket } = /** @type {FindingsJson} */ (await embedded('findings-data'));
  return { findings: makeStore(findings), bucket: makeStore(bucket) };
};

/** The panel with one cell. @param {HTMLElement} app @param {View} view @param {() => Stores | undefined} stores */
const makePanel = (app, view, stores) => {
  const body = el('div.panel-body');
  const title = el('h3');
  const close = () => {
    box.hidden = true;
    app.classList.remove('paneled');
    for (const b of document.querySelectorAll('.cell.current')) b.classList.remove('current');
    if (location.hash.startsWith('#c=')) history.replaceState(null, '', '#');
  };
  const box = el(
    'aside.panel',
    { hidden: true, 'aria-label': 'cell' },
    el('header', {}, title, el('button', { type: 'button', 'aria-label': 'close', click: close }, '✕')),
    body,
  );
  const open = (/** @type {string} */ id) => {
    const cell = view.report.cells.find((c) => c.id === id);
    if (!cell) return;
    title.replaceChildren(id);
    body.replaceChildren(...cellDetails(view, stores(), cell).filter((x) => x instanceof Node));
    box.hidden = false;
    app.classList.add('paneled');
    box.scrollTop = 0;
    for (const b of document.querySelectorAll('[data-cell]'))
      b.classList.toggle('current', /** @type {HTMLElement} */ (b).dataset['cell'] === id);
    const hash = `#c=${encodeURIComponent(id)}`;
    if (location.hash !== hash) history.replaceState(null, '', hash);
  };
  return { box, open, close };
};

/** Light or dark: the system's unless chosen. */
const themeButton = () =>
  el(
    'button.theme',
    {
      type: 'button',
      title: 'Light or dark',
      click: () => {
        const dark =
          document.documentElement.dataset['theme'] ??
          (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
        document.documentElement.dataset['theme'] = dark === 'dark' ? 'light' : 'dark';
      },
    },
    '◑',
  );

/** @param {View} view */
const hero = (view) => {
  const { report } = view;
  const { open } = view.counts;
  const tone =
    report.exitCode === 0 ? 'good' : report.exitCode === 6 || report.exitCode === 3 ? 'doubt' : 'bad';
  const proven = report.lanes.filter((l) => l.proven).length;
  return el(
    `div.hero.${tone}`,
    {},
    el(
      'div.verdict',
      {},
      el('b', {}, tone === 'good' ? '✓' : tone === 'bad' ? '✗' : '?'),
      el(
        'div',
        {},
        el('h1', {}, view.ending.charAt(0).toUpperCase() + view.ending.slice(1)),
        el('p', {}, view.headline),
        view.before && el('p.quiet', {}, view.before),
        ...view.driven.map((line) => el('p.quiet', {}, line)),
      ),
    ),
    el(
      'div.figures',
      {},
      figure(String(report.exitCode), 'exit code', tone),
      figure(
        open.toLocaleString('en'),
        open === 1 ? 'finding to fix' : 'findings to fix',
        open === 0 ? 'good' : 'bad',
      ),
      figure(
        `${proven}/${report.lanes.length}`,
        'lanes proven',
        proven === report.lanes.length ? 'good' : 'doubt',
      ),
      figure(duration(report.ms), 'run time', 'quiet'),
    ),
  );
};

const KEYS = el(
  'span.quiet.keys',
  {},
  ...[el('kbd', {}, 'j'), ' ', el('kbd', {}, 'k'), ' move  ', el('kbd', {}, '/'), ' filter  '],
  ...[el('kbd', {}, 'Esc'), ' close'],
);

/**
 * Shows everything but the findings.
 * @param {View} view @returns {(stores: Stores) => void} shows the findings
 */
const show = (view) => {
  const { report, counts } = view;
  const app = /** @type {HTMLElement} */ (document.getElementById('app'));
  /** @type {Stores | undefined} */
  let stores;
  const storeOf = (/** @type {keyof Stores} */ name) => {
    if (!stores) throw new Error('the findings are not read yet');
    return stores[name];
  };
  const panel = makePanel(app, view, () => stores);
  const list = makeList((i) => findingRow(view, storeOf('findings').get(i)));
  const bucketList = makeList((i) => findingRow(view, storeOf('bucket').get(i)));
  /** @type {ReturnType<typeof makeFilter> | undefined} */
  let filter;

  // --- filter ------------------------------------------------------------------------------------------------------
  const box = /** @type {HTMLInputElement} */ (
    el('input', {
      type: 'search',
      placeholder: 'Filter findings: words, gate:asan, binding:py, -is:planted   ( / )',
      'aria-label': 'Filter findings',
      input: () => apply(),
    })
  );
  const shownCount = el('span.quiet', { role: 'status' }, `reading ${count(counts.findings, 'finding')} …`);
  const empty = el('p.quiet', { hidden: true }, 'No finding fits this filter.');
  const partial = partialNote(list);
  const chosen = new Set();
  const apply = () => {
    for (const b of document.querySelectorAll('[data-cell]'))
      b.classList.toggle(
        'dim',
        chosen.size > 0 && !chosen.has(/** @type {HTMLElement} */ (b).dataset['kind']),
      );
    if (!filter) return;
    const words = box.value
      .toLowerCase()
      .split(/\s+/)
      .filter((w) => w !== '' && w !== '-');
    const cells = report.cells.filter((c) => chosen.has(c.verdict.kind)).map((c) => c.id);
    const rows = filter(words, chosen.size > 0 ? new Set(cells) : undefined);
    list.show(rows);
    const all = count(counts.findings, 'finding');
    shownCount.replaceChildren(rows.length === counts.findings ? all : `${rows.length} of ${all}`);
    empty.hidden = rows.length > 0 || counts.findings === 0;
    partial.update();
  };
  const toggleKind = (/** @type {Event} */ e) => {
    const button = /** @type {HTMLElement} */ (e.currentTarget);
    const kind = button.dataset['status'];
    if (!chosen.delete(kind)) chosen.add(kind);
    button.setAttribute('aria-pressed', String(chosen.has(kind)));
    apply();
  };
  const chips = Object.entries(view.verdicts).flatMap(([kind, word]) => {
    const n = report.cells.filter((c) => c.verdict.kind === kind).length;
    const attributes = { type: 'button', 'data-status': kind, 'aria-pressed': 'false', click: toggleKind };
    return n === 0
      ? []
      : [el(`button.status.${word.tone}`, attributes, `${word.glyph} ${word.label} `, el('b', {}, n))];
  });

  // --- the page ----------------------------------------------------------------------------------------------------
  const nav = /** @type {[string, string, number | undefined][]} */ ([
    ['matrix', 'Matrix', report.cells.length],
    ['findings', 'Findings', counts.open],
    ['lanes', 'Lanes', undefined],
    ['fixtures', 'Planted', undefined],
    ['unseen', 'Unseen', report.unseenHazards.length],
    ['bucket', 'Bucket', counts.bucket],
    ['machine', 'Machine', undefined],
  ]);
  const main = el(
    'main.page',
    {},
    hero(view),
    section(
      'matrix',
      'Matrix',
      '',
      el('div.chips', {}, chips),
      matrixTable(view, panel.open),
      troubleTable(view) || [],
    ),
    section(
      'findings',
      'Findings',
      '',
      el('div.findings-bar', {}, shownCount, partial.box, KEYS),
      counts.findings === 0 ? el('p', {}, chip('good', '✓'), ' none') : list.box,
      empty,
    ),
    lanesSection(view),
    unavailableSection(view) || '',
    baselineSection(view) || '',
    suppressionsSection(view) || '',
    fixturesSection(view) || '',
    unseenSection(view) || '',
    bucketSection(view, bucketList),
    machineSection(view),
  );
  app.replaceChildren(
    el(
      'header.top',
      {},
      el('b.brand', {}, 'ffi-gates'),
      el('span.quiet.matrixname', {}, report.matrix),
      el(
        'nav',
        {},
        nav
          .filter(([id]) => main.querySelector(`#${id}`))
          .map(([id, title, n]) => el('a', { href: `#${id}` }, title, n !== undefined && el('small', {}, n))),
      ),
      box,
      themeButton(),
    ),
    main,
    panel.box,
  );

  return (read) => {
    stores = read;
    filter = makeFilter(view, read.findings);
    const { bucket } = read;
    const element = main.querySelector('details.bucket');
    const details = element instanceof HTMLDetailsElement ? element : undefined;
    const openBucket = () => {
      if (details) details.open = true;
      if (bucketList.rows().length === 0) bucketList.show(Array.from({ length: bucket.count }, (_, i) => i));
      return bucketList;
    };
    details?.addEventListener('toggle', () => details.open && openBucket());
    apply();
    performance.mark('findings');
    listen({
      ...{ box, list, apply, openCell: panel.open, closePanel: panel.close },
      ...{ store: read.findings, bucket: { store: bucket, open: openBucket } },
    });
  };
};

const start = async () => {
  const isLong = (document.getElementById('findings-data')?.textContent?.length ?? 0) > LONG;
  const view = /** @type {View} */ (await embedded('report'));
  if (!isLong) {
    const stores = await readStores();
    show(view)(stores);
    return;
  }
  const fill = show(view);
  await new Promise((painted) => setTimeout(painted, 20));
  fill(await readStores());
};

start().catch((/** @type {unknown} */ error) => {
  document
    .getElementById('app')
    ?.replaceChildren(el('p.page', {}, `The embedded report could not be read: ${String(error)}`));
});
