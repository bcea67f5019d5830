/** What a stack is called. @type {Record<string, string>} */
const STACK_TITLES = {
  fault: 'where it happened',
  'other-access': 'the other access',
  allocated: 'allocated',
  freed: 'freed',
  origin: 'value created',
  'thread-created': 'thread created',
  'lock-acquired': 'lock taken',
  managed: 'host stack',
  goroutine: 'goroutine',
  related: 'related',
};

/** Whose lines a stack of a host holds. @type {Record<string, string>} */
const HOST_TITLES = {
  python: 'Python stack',
  jvm: 'Java stack',
  mono: '.NET stack',
  node: 'JavaScript stack',
};

/** Function names of host runtimes and test frameworks: their frames are folded even in a host stack. */
const HOST_RUNTIME =
  /^(java\.|javax\.|jdk\.|sun\.|org\.junit\.|org\.apache\.maven\.|runtime\.|testing\.|System\.|std::|core::|pluggy|_pytest|node:)/;

/** Files of them, where functions have names that anybody might give. */
const HOST_FILES = /^node:|\/(?:site-packages|dist-packages|node_modules)\//;

/** @param {Frame} frame */
const isOfRuntime = (frame) =>
  frame.kind === 'opaque' ||
  frame.kind === 'module' ||
  HOST_RUNTIME.test(frame.function) ||
  (frame.kind === 'source' && HOST_FILES.test(frame.file));

/** @param {Finding} f @param {number} s @param {number} i */
const isOpen = (f, s, i) => {
  const stack = f.stacks[s];
  const frame = stack?.frames[i];
  if (!stack || !frame) return false;
  if (frame.own || (f.boundary?.stack === s && f.boundary.frame === i)) return true;
  const host = stack.role === 'managed' || stack.role === 'goroutine';
  return host && !isOfRuntime(frame);
};

/** The frame at which a finding is shown, as in src/reporters/wording.ts. @param {Finding} f */
const topFrame = (f) => {
  const frames = f.stacks.flatMap((s) => s.frames);
  return frames.find((x) => x.own) ?? frames.find((x) => x.kind === 'source') ?? frames[0];
};

/** @param {Frame | undefined} frame */
const placeOf = (frame) => {
  switch (frame?.kind) {
    case undefined:
      return '';
    case 'source':
      return `${frame.file}:${frame.line}`;
    case 'module':
      return `${frame.function ?? ''} (${frame.module}${frame.offset ? `+${frame.offset}` : ''})`.trim();
    case 'symbol':
      return `${frame.function}${frame.file ? ` (${frame.file})` : ''}`;
    case 'opaque':
      return frame.text;
  }
};

/** @param {Frame} frame */
const frameText = (frame) => {
  const slim = (/** @type {string} */ path) => path.split('/').slice(-1)[0] ?? path;
  switch (frame.kind) {
    case 'source':
      return [
        el('b', {}, frame.function),
        ' ',
        el('span.place', { title: frame.module ?? frame.file }, `${frame.file}:${frame.line}`),
        frame.inlined && el('small', {}, ' inlined'),
      ];
    case 'module':
      return [
        el('b', {}, frame.function ?? '?'),
        ' ',
        el(
          'span.place',
          { title: `${frame.module} ${frame.offset ?? ''}` },
          `${slim(frame.module)}${frame.offset ? `+${frame.offset}` : ''}`,
        ),
      ];
    case 'symbol':
      return [el('b', {}, frame.function), ' ', el('span.place', {}, frame.file ?? '')];
    case 'opaque':
      return [el('span.place', {}, frame.text)];
  }
};

/** @param {Finding} f @param {number} s @param {number} i */
const frameRow = (f, s, i) => {
  const frame = f.stacks[s]?.frames[i];
  const crossing = f.boundary?.stack === s && f.boundary.frame === i;
  return el(
    `li${frame?.own ? '.own' : ''}${crossing ? '.crossing' : ''}`,
    {},
    el('span.no', {}, i),
    el(
      'span',
      {},
      frame ? frameText(frame) : [],
      crossing &&
        el('em', { title: 'the outermost own frame that host code called' }, '⇄ called from the host'),
    ),
  );
};

/** Frames with runs of foreign ones folded; a stack without own frames shows its first four. @param {Finding} f @param {number} s */
const frameList = (f, s) => {
  const frames = f.stacks[s]?.frames ?? [];
  const none = !frames.some((_, i) => isOpen(f, s, i));
  const list = el('ol.frames');
  for (let i = 0; i < frames.length;) {
    if (isOpen(f, s, i) || (none && i < 4)) {
      list.append(frameRow(f, s, i));
      i += 1;
      continue;
    }
    const from = i;
    while (i < frames.length && !isOpen(f, s, i)) i += 1;
    const to = i;
    const fold = el(
      'li.fold',
      {},
      el(
        'button',
        {
          type: 'button',
          click: () =>
            fold.replaceWith(...Array.from({ length: to - from }, (_, k) => frameRow(f, s, from + k))),
        },
        `${count(to - from, 'runtime frame')} …`,
      ),
    );
    list.append(fold);
  }
  return list;
};

/** @param {Finding} f @param {number} s */
const stackView = (f, s) => {
  const stack = f.stacks[s];
  if (!stack) return el('div');
  const access =
    stack.access &&
    `${stack.access.atomic ? 'atomic ' : ''}${stack.access.kind}${stack.access.size ? ` of ${stack.access.size}` : ''}`;
  const raced = f.stacks.some((x) => x.role === 'other-access');
  const role = raced && stack.role === 'fault' ? 'one access' : (STACK_TITLES[stack.role] ?? stack.role);
  const title = stack.host === undefined ? role : (HOST_TITLES[stack.host] ?? role);
  return el(
    `div.stack.${stack.role}`,
    {},
    el(
      'h5',
      { title: stack.title ?? '' },
      title,
      stack.host !== undefined && stack.title !== undefined && el('small', {}, ` ${stack.title}`),
      stack.thread !== undefined && chip('quiet', stack.thread),
      access && chip('bad', access),
      (stack.locks ?? []).map((l) => chip('quiet', `holds ${l}`)),
    ),
    stack.source && sourceView(stack.source),
    frameList(f, s),
  );
};

/** @param {NonNullable<Finding['stacks'][number]['source']>} source */
const sourceView = (source) =>
  el(
    'figure.source',
    {},
    el('figcaption', {}, `${source.file}:${source.line}`),
    el(
      'pre',
      {},
      source.lines.map((l) =>
        el(
          `span.line${l.no === source.line ? '.guilty' : ''}`,
          {},
          el('span.no', {}, l.no),
          el('span.code', {}, `${l.text}\n`),
        ),
      ),
    ),
  );
