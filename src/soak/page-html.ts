/** The page as one HTML file without scripts, images or network. Pure. */
import { escape } from '../reporters/html/escape.js';
import { documentOf, type Section, type Text } from './page-document.js';
import type { Page } from './page.js';

const STYLE = `
:root { color-scheme: light dark; --bad: light-dark(#b3261e, #ff8a80); --good: light-dark(#17692f, #7ddf97);
  --doubt: light-dark(#8a5300, #ffc266); --line: light-dark(#d5d8dc, #3a4048); --soft: light-dark(#f4f5f7, #20242a); }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1.5rem; max-width: 110rem; }
h1 { font-size: 1.4rem; border-left: .4rem solid var(--tone); padding-left: .7rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
ul { padding-left: 1.2rem; } p { margin: .2rem 0 .6rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; background: var(--soft); }
td { min-width: 4rem; }
code { font: .87em ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
tr:hover { background: var(--soft); } .short code { white-space: pre; overflow-wrap: normal; }
.bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); } .doubt { color: var(--doubt); }
`;

/** Characters of a name that is not broken between lines. */
const SHORT = 32;

const cell = ({ text, code, tone, lines = [text] }: Text): string => {
  const plain = lines.map(escape).join('<br>');
  const shown = code && text !== '' ? `<code>${plain}</code>` : plain;
  const names = [tone, code && text.length <= SHORT && 'short'].filter(Boolean).join(' ');
  return `<td${names === '' ? '' : ` class="${names}"`}>${shown}</td>`;
};

const section = ({ title, note, head, rows }: Section): string =>
  `<section><h2>${escape(title)} (${rows.length})</h2>${note === undefined ? '' : `<p>${escape(note)}</p>`}
<div class="wide"><table><thead><tr>${head.map((h) => `<th scope="col">${escape(h)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((r) => `<tr>${r.map(cell).join('')}</tr>`).join('\n')}
</tbody></table></div></section>`;

/** The whole page. */
export const renderPageHtml = (page: Page): string => {
  const { headline, isRed, facts, sections } = documentOf(page);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Soak: ${escape(headline)}</title><style>${STYLE}</style></head>
<body style="--tone: var(--${isRed ? 'bad' : 'good'})"><h1>${isRed ? '✗' : '✓'} Soak: ${escape(headline)}</h1>
<ul>${facts.map((f) => `<li>${escape(f)}</li>`).join('')}</ul>
${sections.map(section).join('\n')}
</body></html>
`;
};
