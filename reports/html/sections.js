/** @param {View} view */
const lanesSection = (view) => {
  const open = view.report.lanes.filter((l) => !l.proven);
  const mute = view.report.lanes.filter((l) => l.noHostLines !== undefined);
  return section(
    'lanes',
    open.length === 0 ? 'Lanes' : 'Lanes not proven',
    'A lane is a binding under a gate. A lane whose planted canary was not seen cannot call anything clean.',
    open.length === 0
      ? el('p', {}, chip('good', '✓'), ` all ${count(view.report.lanes.length, 'lane')} saw every canary`)
      : table(
          ['lane', 'canaries', 'why'],
          open.map((l) => [
            el('code', {}, `${l.binding}_${l.builder}-${l.gate}`),
            l.canaries
              .map((c) => [chip(c.seen ? 'good' : 'doubt', `${c.seen ? '✓' : '○'} ${c.class}`), ' '])
              .flat(),
            l.canaries.filter((c) => !c.seen).map((c) => el('div', {}, `${c.class}: ${c.why ?? 'not seen'}`)),
          ]),
        ),
    mute.map((l) =>
      el(
        'p',
        {},
        el('code', {}, `${l.binding}_${l.builder}-${l.gate}`),
        `: reports have no lines of the host, because ${l.noHostLines}`,
      ),
    ),
  );
};

/** @param {View} view */
const unavailableSection = (view) =>
  view.report.unavailable.length > 0 &&
  section(
    'unavailable',
    'Unavailable lanes',
    'These could not run on this machine.',
    table(
      ['lane', 'why', 'remedy'],
      view.report.unavailable.map((u) => [
        el('code', {}, u.lane),
        u.why,
        el('div.repro', {}, el('code', {}, u.remedy), copyButton('copy', u.remedy)),
      ]),
    ),
  );

/** @param {View} view */
const baselineSection = (view) => {
  const b = view.report.baseline;
  if (!b) return false;
  const rows = /** @type {[string, string, typeof b.gone][]} */ ([
    ['gone', 'bad', b.gone],
    ['expired', 'bad', b.expired],
    ['not looked for', 'doubt', b.unchecked],
  ]);
  return section(
    'baseline',
    'Baseline',
    `${b.fresh} fresh, ${b.known} known. Entries that are gone or expired fail the run until \`ffi-gates baseline --prune\` removes them.`,
    table(
      ['', 'hazard', 'where', 'reason', 'owner', 'until', 'fingerprint'],
      rows.flatMap(([word, tone, entries]) =>
        entries.map((e) => [
          chip(tone, word),
          el('code', {}, e.hazard),
          e.where,
          e.reason,
          e.owner ?? '–',
          e.expires ?? '–',
          el('code', {}, e.fingerprint),
        ]),
      ),
    ),
  );
};

/** @param {View} view */
const suppressionsSection = (view) =>
  (view.report.suppressions?.length ?? 0) > 0 &&
  section(
    'suppressions',
    'Suppressions',
    'Reports that the checkers were told to drop.',
    table(
      ['', 'entry', 'reason'],
      (view.report.suppressions ?? []).map((s) => [
        s.hides.length > 0
          ? chip('doubt', `too broad: hides ${s.hides.join(', ')}`)
          : s.expired
            ? chip('bad', `expired ${s.expires ?? ''}`)
            : s.unused
              ? chip('doubt', 'unused')
              : chip('quiet', s.matched === undefined ? 'not counted' : `dropped ${s.matched}`),
        el('code', {}, s.name),
        [s.reason, s.owner && `owner ${s.owner}`, s.expires && `until ${s.expires}`]
          .filter(Boolean)
          .join(', '),
      ]),
    ),
  );

/** @param {View} view */
const fixturesSection = (view) => {
  const f = view.report.fixtures;
  if (!f) return false;
  const bindings = distinct(
    f.detection.flatMap((d) => [
      .../** @type {import('../../src/model/ids.js').BindingId[]} */ (Object.keys(d.bindings)),
      ...d.blind,
    ]),
  );
  const caught = f.declared === 0 ? 'none declared' : `${f.caught} of ${f.declared}`;
  return section(
    'fixtures',
    'Planted hazards',
    'Every declared hazard must be seen by the gates that declare it, and every corrected twin must stay silent.',
    el(
      'div.figures',
      {},
      figure(caught, 'declared hazards caught', f.caught === f.declared ? 'good' : 'doubt'),
      figure(String(f.missed.length), 'missed', f.missed.length === 0 ? 'good' : 'doubt'),
      figure(
        `${f.noisyTwins.length} of ${f.twins}`,
        'twins noisy',
        f.noisyTwins.length === 0 ? 'good' : 'bad',
      ),
      figure(String(f.blind.length), 'known blind spots', 'quiet'),
    ),
    f.missed.length > 0 && [
      el('h3', {}, 'Missed'),
      table(
        ['case', 'hazard', 'gate', 'cell', 'declared at'],
        f.missed.map((m) => [
          el('code', {}, m.case),
          m.hazard,
          m.gate,
          el('a', { href: `#c=${encodeURIComponent(m.cell)}` }, m.cell),
          el('code', {}, m.at),
        ]),
      ),
    ],
    f.noisyTwins.length > 0 && [
      el('h3', {}, 'Noisy twins'),
      table(
        ['cell', 'test', 'finding'],
        f.noisyTwins.map((t) => [
          el('a', { href: `#c=${encodeURIComponent(t.cell)}` }, t.cell),
          el('code', {}, t.test ?? '–'),
          el('a', { href: `#f=${encodeURIComponent(t.finding)}` }, t.finding),
        ]),
      ),
    ],
    f.detection.length > 0 && [
      el('h3', {}, 'Who sees what'),
      table(
        ['hazard', ...bindings],
        f.detection.map((d) => [
          el('span', { title: view.hazards[d.hazard]?.title ?? '' }, d.hazard),
          ...bindings.map((b) => {
            const gates = d.bindings[b] ?? [];
            if (gates.length > 0) return gates.map((g) => chip('gate', g));
            return d.blind.includes(b) ? chip('doubt', '○ blind') : el('span.quiet', {}, '·');
          }),
        ]),
        'grid.detection',
      ),
    ],
    f.blind.length > 0 && [
      el('h3', {}, 'Known blind spots'),
      table(
        ['case', 'hazard', 'bindings', 'still seen by'],
        f.blind.map((b) => [
          el('code', {}, b.case),
          `${b.hazard}: ${view.hazards[b.hazard]?.title ?? ''}`,
          b.bindings.join(', '),
          b.seenBy.length > 0 ? b.seenBy.map((g) => chip('gate', g)) : el('span.quiet', {}, 'nobody'),
        ]),
      ),
    ],
  );
};

/** @param {string} value @param {string} label @param {string} tone */
const figure = (value, label, tone) =>
  el(`div.figure.${tone}`, {}, el('b', {}, value), el('span', {}, label));

/** @param {View} view */
const unseenSection = (view) =>
  view.report.unseenHazards.length > 0 &&
  section(
    'unseen',
    'Blind spots',
    'No gate of this matrix can find these hazards in these bindings. A green run says nothing about them.',
    table(
      ['hazard', 'what', 'bindings', 'first defence'],
      view.report.unseenHazards.map((u) => [
        el('code', {}, u.hazard),
        u.title,
        u.bindings.map((b) => chip('quiet', b)),
        view.hazards[u.hazard]?.defence ?? '',
      ]),
    ),
  );

/**
 * The runtime bucket. Its rows are made when it is opened.
 * @param {View} view @param {LazyList} list
 */
const bucketSection = (view, list) => {
  const n = view.counts.bucket;
  return section(
    'bucket',
    'Runtime bucket',
    'Findings with no frame in your own objects. They affect no verdict. All of them are listed here.',
    n === 0
      ? el('p.quiet', {}, 'empty')
      : el(
          'details.bucket',
          {},
          el('summary', {}, `Show ${count(n, 'finding')}, ${count(view.counts.bucketReports, 'report')}`),
          list.box,
        ),
  );
};

/** @param {View} view */
const machineSection = (view) => {
  const { builds, host, started, ms } = view.report;
  return section(
    'machine',
    'Builds and machine',
    '',
    builds.length > 0 &&
      table(
        ['build', 'time', 'result'],
        builds.map((b) => [
          el('code', {}, b.id),
          duration(b.ms),
          b.failed !== undefined
            ? [chip('bad', '■ failed'), ' ', el('code', {}, b.failed)]
            : chip('quiet', b.reused ? 'reused' : 'built'),
        ]),
      ),
    el('p.quiet', {}, `${host.os}, ${count(host.cores, 'core')} · started ${started} · took ${duration(ms)}`),
    el(
      'p',
      {},
      Object.entries(host.tools)
        .map(([name, version]) => [chip('quiet', `${name} ${version}`), ' '])
        .flat(),
    ),
  );
};

/** Cells that ended badly, with the reason in words. @param {View} view */
const troubleTable = (view) => {
  const bad = view.report.cells.filter(
    (c) => !['clean', 'as-declared', 'skipped', 'hazard'].includes(c.verdict.kind),
  );
  return (
    bad.length > 0 && [
      el('h3', {}, 'Cells that prove nothing, or failed'),
      table(
        ['cell', 'verdict', 'why'],
        bad.map((c) => [
          el('a.cellid', { href: `#c=${encodeURIComponent(c.id)}` }, c.id),
          verdictChip(view, c),
          whyOf(c.verdict),
        ]),
      ),
    ]
  );
};
