/** @typedef {import('../../src/reporters/html/html.js').View} View */
/** @typedef {import('../../src/model/report.js').FindingReport} Finding */
/** @typedef {import('../../src/model/report.js').ReportedFrame} Frame */
/** @typedef {import('../../src/reporters/html/html.js').Findings} FindingsJson */
/** @typedef {import('../../src/model/report.js').CellReport} Cell */
/** @typedef {string | number | Node | false | undefined | null} Child */

/**
 * Makes an element. Children that are text become text nodes: nothing from a report is ever parsed as HTML.
 * @param {string} tag `name.class.class`
 * @param {Record<string, string | boolean | ((e: Event) => void)>} attributes functions become listeners
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
const el = (tag, attributes = {}, ...children) => {
  const [name = 'div', ...classes] = tag.split('.');
  const node = document.createElement(name);
  if (classes.length > 0) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(key, value);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== false) node.setAttribute(key, value);
  }
  for (const child of children.flat())
    if (child !== false && child !== undefined && child !== null)
      node.append(child instanceof Node ? child : String(child));
  return node;
};

/**
 * A link to a file beside the report. Each segment is escaped, so no scheme can come out of a file name.
 * @param {string} path @param {string} [text] @param {number} [line]
 */
const fileLink = (path, text, line) =>
  el(
    'a.file',
    { href: `./${path.split('/').map(encodeURIComponent).join('/')}`, target: '_blank', rel: 'noopener' },
    text ?? path,
    line !== undefined && `:${line}`,
  );

/**
 * Copies the text that stands before the button, and says so on the button for a moment.
 * @param {HTMLButtonElement} button @param {string} label @param {string} text
 */
const copyText = async (button, label, text) => {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'copied';
  } catch {
    // No clipboard where the page came by http: the text is selected, and copied where that is allowed.
    const code = button.previousElementSibling;
    if (code) getSelection()?.selectAllChildren(code);
    button.textContent = document.execCommand('copy') ? 'copied' : 'selected';
  }
  setTimeout(() => (button.textContent = label), 1500);
};

/** @param {string} label @param {string} text copied to the clipboard */
const copyButton = (label, text) =>
  el(
    'button.copy',
    {
      type: 'button',
      title: 'Copy to the clipboard',
      click: (e) => {
        e.preventDefault();
        // Not awaited: a listener returns at once, and a failure to copy is handled there.
        void copyText(/** @type {HTMLButtonElement} */ (e.currentTarget), label, text);
      },
    },
    label,
  );

/** @param {string} tone @param {...Child} children */
const chip = (tone, ...children) => el(`span.chip.${tone}`, {}, ...children);

/** @param {number} ms */
const duration = (ms) =>
  ms < 1000
    ? `${Math.round(ms)} ms`
    : ms < 60000
      ? `${(ms / 1000).toFixed(1)} s`
      : `${Math.floor(ms / 60000)} m ${String(Math.floor((ms % 60000) / 1000)).padStart(2, '0')} s`;

/** @param {number} n @param {string} noun */
const count = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** @template T @param {T[]} values @returns {T[]} */
const distinct = (values) => [...new Set(values)];

/**
 * A table with a sticky head.
 * @param {string[]} head @param {(Child | Child[])[][]} rows @param {string} [style]
 */
const table = (head, rows, style = 'grid') =>
  el(
    'div.scroll',
    {},
    el(
      `table.${style}`,
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          head.map((h) => el('th', {}, h)),
        ),
      ),
      el(
        'tbody',
        {},
        rows.map((row) =>
          el(
            'tr',
            {},
            row.map((cell) => el('td', {}, cell)),
          ),
        ),
      ),
    ),
  );

/**
 * A titled part of the page.
 * @param {string} id @param {string} title @param {string} lead one sentence on what it is for @param {...(Child | Child[])} children
 */
const section = (id, title, lead, ...children) =>
  el('section', { id }, el('h2', {}, title), lead !== '' && el('p.lead', {}, lead), ...children);
