/** @returns {Promise<View>} */
const load = async () => {
  const holder = /** @type {HTMLElement} */ (document.getElementById('report'));
  const text = holder.textContent ?? '';
  if (holder.dataset['encoding'] === 'json') return JSON.parse(text);
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).json();
};

/** @param {View} view */
const show = (view) => {
  const { report } = view;
  const app = /** @type {HTMLElement} */ (document.getElementById('app'));
  const tone =
    report.exitCode === 0 ? 'good' : report.exitCode === 6 || report.exitCode === 3 ? 'doubt' : 'bad';

  const rows = view.findings.map((f) => ({
    f,
    row: findingRow(view, f),
    text: haystack(view, f),
    shown: true,
  }));
  const byFingerprint = new Map(rows.map((r) => [r.f.fingerprint, r]));

  // --- the panel with one cell -------------------------------------------------------------------------------------
  const panelBody = el('div.panel-body');
  const panelTitle = el('h3');
  const closePanel = () => {
    panel.hidden = true;
    app.classList.remove('paneled');
    for (const b of document.querySelectorAll('.cell.current')) b.classList.remove('current');
    if (location.hash.startsWith('#c=')) history.replaceState(null, '', '#');
  };
  const panel = el(
    'aside.panel',
    { hidden: true, 'aria-label': 'cell' },
    el(
      'header',
      {},
      panelTitle,
      el('button', { type: 'button', 'aria-label': 'close', click: closePanel }, '✕'),
    ),
    panelBody,
  );
  const openCell = (/** @type {string} */ id) => {
    const cell = report.cells.find((c) => c.id === id);
    if (!cell) return;
    panelTitle.replaceChildren(id);
    panelBody.replaceChildren(...cellDetails(view, cell).filter((x) => x instanceof Node));
    panel.hidden = false;
    app.classList.add('paneled');
    panel.scrollTop = 0;
    for (const b of document.querySelectorAll('[data-cell]'))
      b.classList.toggle('current', /** @type {HTMLElement} */ (b).dataset['cell'] === id);
    const hash = `#c=${encodeURIComponent(id)}`;
    if (location.hash !== hash) history.replaceState(null, '', hash);
  };

  // --- filter ------------------------------------------------------------------------------------------------------
  const box = /** @type {HTMLInputElement} */ (
    el('input', {
      type: 'search',
      placeholder: 'Filter findings: words, gate:asan, binding:py, -is:planted   ( / )',
      'aria-label': 'Filter findings',
      input: () => apply(),
    })
  );
  const shownCount = el('span.quiet', { role: 'status' });
  const empty = el('p.quiet', { hidden: true }, 'No finding fits this filter.');
  const chosen = new Set();
  const apply = () => {
    const words = box.value
      .toLowerCase()
      .split(/\s+/)
      .filter((w) => w !== '' && w !== '-');
    const cellsOf = new Set(report.cells.filter((c) => chosen.has(c.verdict.kind)).map((c) => c.id));
    let n = 0;
    for (const r of rows) {
      r.shown =
        words.every((w) => (w.startsWith('-') ? !r.text.includes(w.slice(1)) : r.text.includes(w))) &&
        (chosen.size === 0 || r.f.witnesses.some((w) => cellsOf.has(w.cell)));
      r.row.hidden = !r.shown;
      if (r.shown) n += 1;
    }
    for (const b of document.querySelectorAll('[data-cell]'))
      b.classList.toggle(
        'dim',
        chosen.size > 0 && !chosen.has(/** @type {HTMLElement} */ (b).dataset['kind']),
      );
    shownCount.replaceChildren(
      n === rows.length ? count(n, 'finding') : `${n} of ${count(rows.length, 'finding')}`,
    );
    empty.hidden = n > 0 || rows.length === 0;
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
    return n === 0
      ? []
      : [
          el(
            `button.status.${word.tone}`,
            { type: 'button', 'data-status': kind, 'aria-pressed': 'false', click: toggleKind },
            `${word.glyph} ${word.label} `,
            el('b', {}, n),
          ),
        ];
  });

  // --- theme: the system's unless chosen ---------------------------------------------------------------------------
  const theme = el(
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

  // --- the page ----------------------------------------------------------------------------------------------------
  const open = view.findings.filter((f) => !f.planted && !f.known).length;
  const proven = report.lanes.filter((l) => l.proven).length;
  const nav = /** @type {[string, string, number | undefined][]} */ ([
    ['matrix', 'Matrix', report.cells.length],
    ['findings', 'Findings', open],
    ['lanes', 'Lanes', undefined],
    ['fixtures', 'Planted', undefined],
    ['unseen', 'Unseen', report.unseenHazards.length],
    ['bucket', 'Bucket', view.bucket.length],
    ['machine', 'Machine', undefined],
  ]);
  const main = el(
    'main.page',
    {},
    el(
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
        ),
      ),
      el(
        'div.figures',
        {},
        figure(String(report.exitCode), 'exit code', tone),
        figure(String(open), open === 1 ? 'finding to fix' : 'findings to fix', open === 0 ? 'good' : 'bad'),
        figure(
          `${proven}/${report.lanes.length}`,
          'lanes proven',
          proven === report.lanes.length ? 'good' : 'doubt',
        ),
        figure(duration(report.ms), 'run time', 'quiet'),
      ),
    ),
    section(
      'matrix',
      'Matrix',
      '',
      el('div.chips', {}, chips),
      matrixTable(view, openCell),
      troubleTable(view) || [],
    ),
    section(
      'findings',
      'Findings',
      '',
      el(
        'div.findings-bar',
        {},
        shownCount,
        el(
          'span.quiet.keys',
          {},
          el('kbd', {}, 'j'),
          ' ',
          el('kbd', {}, 'k'),
          ' move  ',
          el('kbd', {}, '/'),
          ' filter  ',
          el('kbd', {}, 'Esc'),
          ' close',
        ),
      ),
      rows.length === 0
        ? el('p', {}, chip('good', '✓'), ' none')
        : el(
            'div.findings',
            {},
            rows.map((r) => r.row),
          ),
      empty,
    ),
    lanesSection(view),
    unavailableSection(view) || '',
    baselineSection(view) || '',
    suppressionsSection(view) || '',
    fixturesSection(view) || '',
    unseenSection(view) || '',
    bucketSection(view),
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
      theme,
    ),
    main,
    panel,
  );

  // --- deep links and keys -----------------------------------------------------------------------------------------
  const openFinding = (/** @type {string} */ fingerprint) => {
    let row = byFingerprint.get(fingerprint)?.row;
    if (!row && view.bucket.some((f) => f.fingerprint === fingerprint)) {
      /** @type {HTMLDetailsElement} */ (document.querySelector('details.bucket')).open = true;
      document.querySelector('details.bucket')?.dispatchEvent(new Event('toggle'));
      row = /** @type {HTMLDetailsElement} */ (document.getElementById(`f-${fingerprint}`));
    }
    if (!row) return;
    row.hidden = false;
    row.open = true;
    mark(row);
  };
  const mark = (/** @type {HTMLElement} */ row) => {
    document.querySelector('.finding.current')?.classList.remove('current');
    row.classList.add('current');
    row.scrollIntoView({ block: 'start' });
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
    const shown = rows.filter((r) => r.shown);
    const at = shown.findIndex((r) => r.row.classList.contains('current'));
    const next = shown[at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) {
      mark(next.row);
      history.replaceState(null, '', `#f=${encodeURIComponent(next.f.fingerprint)}`);
      next.row.querySelector('summary')?.focus({ preventScroll: true });
    }
  };
  addEventListener('hashchange', follow);
  // On paper nothing can be opened: what is to be fixed is printed with its stacks.
  /** @type {HTMLDetailsElement[]} */
  let unfolded = [];
  addEventListener('beforeprint', () => {
    unfolded = rows.filter((r) => r.shown && !r.f.planted && !r.row.open).map((r) => r.row);
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
  apply();
  follow();
};

load().then(show, (/** @type {unknown} */ error) => {
  document
    .getElementById('app')
    ?.replaceChildren(el('p.page', {}, `The embedded report could not be read: ${String(error)}`));
});
