/** One sentence on why a cell ended as it did. @param {Cell['verdict']} v */
const whyOf = (v) => {
  switch (v.kind) {
    case 'clean':
      return 'every test passed, the gate was armed, and no report was written';
    case 'hazard':
      return (
        count(v.findings, 'finding') +
        (v.known ? `, ${v.known === v.findings ? 'all' : v.known} known` : '') +
        (v.why ? `: ${v.why}` : '')
      );
    case 'as-declared':
      return `${count(v.caught, 'planted hazard')} caught` + (v.why ? `: ${v.why}` : '');
    case 'missed':
      return `${v.why} (${v.missed.join(', ')})`;
    case 'inconclusive':
      return `${v.doubt}: ${v.why}`;
    case 'suite-failed':
    case 'build-failed':
    case 'skipped':
      return v.why;
  }
};

/** @param {View} view @param {Cell} c */
const verdictChip = (view, c) => {
  const word = view.verdicts[c.verdict.kind];
  return chip(word.tone, `${word.glyph} ${word.label}`);
};

/** What is asked of the cells of each role. @type {[Cell['role'], string][]} */
const ROLES = [
  ['subject', 'your suites'],
  ['hazard', 'planted hazards: must be caught'],
  ['twin', 'twins: must stay silent'],
  ['canary', 'canaries: prove the lane is armed'],
];

/**
 * Suites × builder-gate. A cell shows its verdict as a glyph on a colour and opens its details.
 * @param {View} view @param {(id: string) => void} open
 */
const matrixTable = (view, open) => {
  const cells = view.report.cells;
  const columns = distinct(cells.map((c) => `${c.builder}-${c.gate}`)).sort((a, b) => {
    const gate = (/** @type {string} */ s) => s.slice(s.indexOf('-') + 1);
    return gate(a) < gate(b) ? -1 : gate(a) > gate(b) ? 1 : a < b ? -1 : 1;
  });
  const unavailable = new Map(view.report.unavailable.map((u) => [u.lane, u]));
  const body = ROLES.flatMap(([role, title]) => {
    const mine = cells.filter((c) => c.role === role);
    if (mine.length === 0) return [];
    const rows = distinct(mine.map((c) => `${c.suite}-${c.binding}`));
    return [
      el('tr.role', {}, el('th', { colspan: String(columns.length + 1) }, title)),
      ...rows.map((row) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, row),
          columns.map((column) => {
            const c = mine.find(
              (x) => `${x.suite}-${x.binding}` === row && `${x.builder}-${x.gate}` === column,
            );
            if (c) return el('td', {}, cellButton(view, c, open));
            const gone = unavailable.get(`${row.slice(row.lastIndexOf('-') + 1)}_${column}`);
            return el(
              'td.none',
              { title: gone ? `unavailable: ${gone.why}` : 'not in the matrix' },
              gone ? '⊘' : '·',
            );
          }),
        ),
      ),
    ];
  });
  const head = columns.map((c) => {
    const [builder = '', gate = ''] = c.split('-');
    return el('th', { scope: 'col' }, el('b', {}, gate), el('small', {}, builder));
  });
  return el(
    'div.scroll',
    {},
    el('table.matrix', {}, el('thead', {}, el('tr', {}, el('th'), head)), el('tbody', {}, body)),
  );
};

/** @param {View} view @param {Cell} c @param {(id: string) => void} open */
const cellButton = (view, c, open) => {
  const word = view.verdicts[c.verdict.kind];
  const old = c.verdict.kind === 'hazard' && c.verdict.fresh === 0;
  const n =
    c.verdict.kind === 'hazard'
      ? c.verdict.findings
      : c.verdict.kind === 'as-declared'
        ? c.verdict.caught
        : c.verdict.kind === 'missed'
          ? c.verdict.missed.length
          : 0;
  return el(
    `button.cell.${old ? 'quiet' : word.tone}`,
    {
      type: 'button',
      'data-cell': c.id,
      'data-kind': c.verdict.kind,
      'aria-label': `${c.id}: ${word.label}`,
      title: `${c.id}\n${word.label}: ${whyOf(c.verdict)}`,
      click: () => open(c.id),
    },
    word.glyph,
    n > 0 && el('small', {}, n),
    (c.objects?.blind.length ?? 0) > 0 &&
      el('i.blindmark', { title: 'some of your objects were not instrumented' }, '◐'),
  );
};

/**
 * Everything about one cell, for the panel.
 * @param {View} view @param {{ findings: Store, bucket: Store } | undefined} stores absent while they are read @param {Cell} c
 */
const cellDetails = (view, stores, c) => {
  const own = stores?.findings.inCell(c.id) ?? [];
  const foreign = stores?.bucket.inCell(c.id) ?? [];
  const o = c.objects;
  const names = (/** @type {string} */ title, /** @type {string[]} */ list, tone = 'quiet') =>
    list.length > 0 &&
    el('div.row', {}, el('b', {}, `${title} `), list.map((x) => [chip(tone, x), ' ']).flat());
  return [
    el('p', {}, verdictChip(view, c), ' ', whyOf(c.verdict)),
    el(
      'p.quiet',
      {},
      `${c.tests.passed} passed, ${c.tests.failed} failed, ${c.tests.skipped} skipped${c.seeds === undefined ? '' : ` · ${c.seeds} schedules`} · ${duration(c.ms)} · ${c.role}`,
    ),
    own.length > 0 && [
      el('h4', {}, `Findings (${own.length})`),
      el(
        'ul',
        {},
        own
          .slice(0, 50)
          .flatMap((i) => stores?.findings.get(i) ?? [])
          .map((f) =>
            el(
              'li',
              {},
              el('a', { href: `#f=${encodeURIComponent(f.fingerprint)}` }, f.hazard),
              ` ${placeOf(topFrame(f))}`,
              f.planted && ' (planted)',
            ),
          ),
      ),
      own.length > 50 && el('p.quiet', {}, `and ${own.length - 50} more`),
    ],
    foreign.length > 0 && el('p.quiet', {}, `${foreign.length} more outside your own objects`),
    c.failedTests.length > 0 && [
      el('h4', {}, 'Failed tests'),
      el(
        'ul',
        {},
        c.failedTests.map((t) =>
          el(
            'li',
            {},
            el('code', {}, t.test),
            ' ',
            t.plain === 'failed' && chip('quiet', 'fails without the gate too'),
            t.plain === 'passed' && chip('bad', `only under ${c.gate}`),
            t.flaky && chip('doubt', 'passed when run again alone'),
            t.message !== undefined && el('pre', {}, t.message),
          ),
        ),
      ),
    ],
    c.diedIn.length > 0 && [
      el('h4', {}, 'Running when a process ended'),
      el(
        'ul',
        {},
        c.diedIn.map((t) => el('li', {}, el('code', {}, t))),
      ),
    ],
    c.unread.length > 0 && [
      el('h4', {}, 'Lines not understood'),
      el(
        'ul',
        {},
        c.unread.map((u) => el('li', {}, fileLink(u.log, undefined, u.line), el('pre', {}, u.text))),
      ),
    ],
    o && el('h4', {}, 'Objects in the process'),
    o &&
      o.blind.length > 0 &&
      el(
        'p.warning',
        {},
        '◐ Bugs inside these objects of yours stay invisible to this gate: ',
        o.blind.map((x) => [el('code', {}, x), ' ']).flat(),
      ),
    o && [
      names('instrumented', o.instrumented, 'good'),
      names('runtime', o.runtime),
      names('opaque', o.opaque),
    ],
    c.logs.length > 0 && [
      el('h4', {}, 'Logs'),
      el(
        'ul',
        {},
        c.logs.map((l) => el('li', {}, fileLink(l))),
      ),
    ],
  ].flat(2);
};
