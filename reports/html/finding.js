/**
 * A finding as a row that opens. Its body is made when it is first opened.
 * @param {View} view @param {Finding} f
 */
const findingRow = (view, f) => {
  const hazard = view.hazards[f.hazard];
  const top = topFrame(f);
  const fn = top && top.kind !== 'opaque' ? top.function : undefined;
  const gates = distinct(f.witnesses.map((w) => w.gate));
  const bindings = distinct(f.witnesses.map((w) => w.binding));
  const tone = f.planted
    ? 'good'
    : f.known
      ? 'quiet'
      : f.origin === 'own' || f.origin === 'host'
        ? 'bad'
        : 'quiet';
  const row = /** @type {HTMLDetailsElement} */ (
    el(
      'details.finding',
      { id: `f-${f.fingerprint}`, 'data-fingerprint': f.fingerprint },
      el(
        'summary',
        {},
        el(
          `span.glyph.${tone}`,
          { title: f.planted ? 'planted, and caught' : f.origin },
          f.planted ? '◆' : '✗',
        ),
        el(
          'span.what',
          {},
          el(
            'span.first',
            {},
            el('b', {}, hazard?.title ?? f.hazard),
            ' ',
            el('code.id', {}, f.hazard),
            f.planted && chip('good', 'planted'),
            f.known && chip('quiet', 'known'),
            f.scope && chip('quiet', f.scope),
            f.seed !== undefined && chip('quiet', `seed ${f.seed}`),
            f.origin !== 'own' && chip('quiet', f.origin),
            !f.complete && chip('doubt', 'report cut short'),
          ),
          el(
            'span.second',
            {},
            fn && el('b', {}, fn),
            ' ',
            el('span.place', {}, placeOf(top)),
            ' ',
            f.message,
            f.caller && el('span.place', {}, ` ← ${callerText(f.caller)}`),
          ),
        ),
        el(
          'span.by',
          {},
          gates.map((g) => chip('gate', g)),
          bindings.map((b) => chip('quiet', b)),
        ),
      ),
    )
  );
  row.addEventListener('toggle', () => {
    if (row.open && row.childElementCount === 1) row.append(findingBody(view, f));
  });
  return row;
};

/** The host's own line that called. @param {NonNullable<Finding['caller']>} c */
const callerText = (c) => `${c.file}:${c.line} ${c.function}`;

/** @param {View} view @param {Finding} f */
const findingBody = (view, f) => {
  const hazard = view.hazards[f.hazard];
  const link = `#f=${encodeURIComponent(f.fingerprint)}`;
  return el(
    'div.body',
    {},
    el('p.message', {}, f.tier ? `${f.tier}: ${f.message}` : f.message),
    f.effect && el('p.message', {}, `effect: ${f.effect}`),
    f.mend && el('p.message', {}, 'mend: ', el('code', {}, f.mend)),
    el(
      'p.facts',
      {},
      el('span', {}, 'rule ', el('code', {}, f.rule)),
      el('span', {}, `origin ${f.origin}`),
      f.leak && el('span', {}, `${f.leak.bytes} bytes in ${count(f.leak.objects, 'object')}`),
      f.caller && el('span', {}, 'called from ', el('code', {}, callerText(f.caller))),
      f.boundary && el('span', {}, 'crosses at ', el('code', {}, f.boundary.function)),
      hazard &&
        el(
          'span',
          {},
          hazard.side === 'either'
            ? 'either side may have to change'
            : `usually the ${hazard.side} side has to change`,
        ),
    ),
    !f.complete && el('p.warning', {}, '? The report in the log is incomplete.'),
    f.known &&
      el(
        'p.facts',
        {},
        el('span', {}, `known: ${f.known.reason}`),
        f.known.owner && el('span', {}, `owner ${f.known.owner}`),
        f.known.expires && el('span', {}, `until ${f.known.expires}`),
      ),
    hazard && el('p.defence', {}, el('b', {}, 'First defence '), hazard.defence),
    el(
      'div.stacks',
      {},
      f.stacks.map((_, s) => stackView(f, s)),
    ),
    el('h4', {}, `Seen ${f.witnesses.length === 1 ? 'once' : `in ${f.witnesses.length} places`}`),
    table(
      ['cell', 'test', 'called from', 'times', 'log'],
      f.witnesses.map((w) => [
        el('a', { href: `#c=${encodeURIComponent(w.cell)}` }, w.cell),
        el('code', {}, w.test ?? '–'),
        w.caller ? el('code', {}, `${w.caller.file}:${w.caller.line}`) : '–',
        w.count,
        fileLink(w.log, undefined, w.line),
      ]),
    ),
    el('h4', {}, 'See it again'),
    el('div.repro', {}, el('code', {}, f.repro), copyButton('copy', f.repro)),
    el('p.quiet', {}, 'fingerprint ', el('a', { href: link }, f.fingerprint)),
  );
};
