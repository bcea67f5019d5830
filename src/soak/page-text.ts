/** The page as Markdown, for the text of one tracking issue, and as lines for a terminal. Pure. */
import { shortened } from '../reporters/escape.js';
import { code } from '../reporters/markdown.js';
import { documentOf, type Section, type Text } from './page-document.js';
import type { Page } from './page.js';

/** GitHub refuses issues of more characters than 65,536. */
const MAX = 65_000;
/** Bytes kept for the line that says what was left out. */
const RESERVE = 200;

/** Characters of one entry. Commands are to be copied; few are longer. */
const MAX_CODE = 4_000;

/** In a table a vertical bar would end its cell, also within code. */
const inTable = (text: string): string => text.replaceAll('|', '\\|');
const mark = ({ text, code: foreign, tone }: Text): string => {
  if (text === '') return '';
  const shown = foreign ? code(text, MAX_CODE) : text.replace(/[\\`*_{}[\]<>#@~]/g, '\\$&');
  return inTable(tone === 'bad' ? `**${shown}**` : shown);
};

const sectionLines = ({ title, note, head, rows }: Section): string[] => [
  '',
  `### ${title}`,
  '',
  ...(note === undefined ? [] : [note, '']),
  `| ${head.join(' | ')} |`,
  `|${head.map(() => ' --- |').join('')}`,
  ...rows.map((r) => `| ${r.map(mark).join(' | ')} |`),
];

/** The text of the tracking issue: as many rows as fit, the most urgent first, and how many did not. */
export const renderPageMarkdown = (page: Page): string => {
  const { headline, isRed, facts, sections } = documentOf(page);
  const lines = [`## Soak: ${isRed ? '✗' : '✓'} ${headline}`, '', ...facts.map((f) => `- ${f}`)];
  let size = Buffer.byteLength(lines.join('\n'));
  let left = 0;
  for (const line of sections.flatMap(sectionLines)) {
    const bytes = Buffer.byteLength(line) + 1;
    if (left > 0 || size + bytes > MAX - RESERVE) left += line.startsWith('| ') ? 1 : 0;
    else {
      size += bytes;
      lines.push(line);
    }
  }
  if (left > 0) lines.push('', `${left} more rows did not fit; they are on the HTML page.`);
  return `${lines.join('\n')}\n`;
};

/** Characters of one entry on a terminal. */
const MAX_ENTRY = 300;

/** The summary for a terminal. */
export const linesOfPage = (page: Page): string[] => {
  const { headline, isRed, facts, sections } = documentOf(page);
  return [
    ...sections.flatMap(({ title, rows }) => [
      `${title}:`,
      ...rows.map(
        (r) =>
          `  ${r
            .map((c) => shortened(c.text, MAX_ENTRY))
            .filter(Boolean)
            .join('  ')}`,
      ),
    ]),
    ...facts,
    `${isRed ? '✗' : '✓'} ${headline}`,
  ];
};
