/**
 * Changes to a log that its format gives no meaning to: white space between tags and tokens, ends of lines, a stream that holds
 * its lines, and lengths of lines. A reader must find the same in all of them.
 */

/** More than a line may have to be kept in one piece of the stream (128 KiB), and than a piece of a long line has (64 KiB). */
const LONG = 200_000;

const asLines = (change) => (text) => text.split('\n').map(change).join('\n');
const isXml = (text) => /^\s*<(?:\?xml|valgrindoutput)[\s>]/.test(text) && text.includes('<valgrindoutput');
/** Tags and the text between them; comments and CDATA as they are. */
const outsideSections = (text, change) =>
  text
    .split(/(<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$))/)
    .map((part, i) => (i % 2 === 0 ? change(part) : part))
    .join('');

const parsed = (text) => {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};
const isJsonLine = (line) => line.startsWith('{') && parsed(line) !== undefined;
const hasJsonLines = (text) => text.split('\n').some(isJsonLine);
const isJson = (text) =>
  !hasJsonLines(text) && text.trimStart().startsWith('{') && parsed(text) !== undefined;
const jsonLines = (change) => asLines((line) => (isJsonLine(line) ? change(parsed(line)) : line));
/** JSON in which every bracket, colon and comma is changed. */
const punctuated = (json, change) =>
  json.replace(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g, (t) => (t.length > 1 ? t : change(t)));
const spaced = (value) => punctuated(JSON.stringify(value), (t) => `${t}  `);
const isText = (text) => !isXml(text) && !isJson(text);
/** Lines that a stream may hold; the last one must have an end. */
const isPlain = (text) => isText(text) && !hasJsonLines(text) && text.endsWith('\n');

const goTest = (line) =>
  JSON.stringify({
    Time: '2026-01-01T00:00:00Z',
    Action: 'output',
    Package: 'x/y',
    Test: 'TestX',
    Output: line,
  });
const inGoTest = (pieces) => (text) =>
  text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => pieces(`${line}\n`).map(goTest))
    .join('\n')
    .concat('\n');

/** `{name, fits(text), change(text)}` */
export const REWRAPS = [
  { name: 'with CRLF', fits: () => true, change: (text) => text.replaceAll('\n', '\r\n') },
  {
    name: 'without its last newline',
    fits: (text) => /[^\n]\n$/.test(text),
    change: (text) => text.slice(0, -1),
  },
  { name: 'with a byte order mark', fits: () => true, change: (text) => `\ufeff${text}` },
  { name: 'as XML on one line', fits: isXml, change: (text) => text.replaceAll('\n', '') },
  {
    name: 'as XML on one line of more than 64 KiB',
    fits: isXml,
    change: (text) =>
      outsideSections(text, (t) => t.replace(/>\s*</g, `>${' '.repeat(600)}<`)).replaceAll('\n', ''),
  },
  {
    name: 'as XML on one line of more than 1 MiB',
    fits: isXml,
    change: (text) =>
      outsideSections(text, (t) =>
        t.replace(/(<\/error>|<\/args>|<\/status>)\s*/g, `$1${' '.repeat(LONG)}`),
      ).replaceAll('\n', ''),
  },
  {
    name: 'as XML with a line for every tag',
    fits: isXml,
    change: (text) => outsideSections(text, (t) => t.replace(/<[^<>]*>/g, '\n$&\n')),
  },
  {
    name: 'as XML with all blanks doubled',
    fits: isXml,
    change: (text) => text.replace(/\s+/g, '$&$&'),
  },
  {
    name: 'as XML with blanks inside tags',
    fits: isXml,
    change: (text) => outsideSections(text, (t) => t.replace(/(<\/?\w+)>/g, '$1 \n>')),
  },
  {
    name: 'as XML with comments between tags',
    fits: isXml,
    change: (text) =>
      outsideSections(text, (t) =>
        t.replace(/>\s*<(?!!)/g, '$&!-- <error> --><').replace(/<!-- <error> --><(?=<)/g, ''),
      ),
  },
  {
    name: 'as XML behind an unfinished line',
    fits: isXml,
    change: (text) => `tests/test_store.py .. ${text.replace(/^\s*<\?xml[^>]*>\s*/, '')}`,
  },
  {
    name: 'as XML in quotation marks of a mail',
    fits: isXml,
    change: asLines((line) => `> ${line}`),
  },
  { name: 'as JSON lines with blanks doubled', fits: hasJsonLines, change: jsonLines(spaced) },
  {
    name: 'as JSON lines of more than 64 KiB',
    fits: hasJsonLines,
    change: jsonLines((value) => JSON.stringify({ zz: 'x'.repeat(LONG), ...value, zzz: ' '.repeat(LONG) })),
  },
  {
    name: 'as JSON lines of more than 1 MiB',
    fits: hasJsonLines,
    change: jsonLines((value) => JSON.stringify({ zz: 'x'.repeat(LONG * 10), ...value })),
  },
  { name: 'as JSON on one line', fits: isJson, change: (text) => JSON.stringify(parsed(text)) },
  { name: 'as JSON with blanks doubled', fits: isJson, change: (text) => spaced(parsed(text)) },
  {
    name: 'as JSON with a line for every token',
    fits: isJson,
    change: (text) => punctuated(text, (t) => `\n${t}\n`),
  },
  { name: 'in go test -json', fits: isPlain, change: inGoTest((line) => [line]) },
  {
    name: 'in go test -json, with ends of lines as events of their own',
    fits: isPlain,
    change: inGoTest((line) => (line === '\n' ? [line] : [line.slice(0, -1), '\n'])),
  },
  { name: 'with blanks at the ends of lines', fits: isText, change: asLines((line) => `${line}  `) },
];

const withoutPlace = (diagnostic) => {
  const rest = { ...diagnostic };
  delete rest.log;
  return rest;
};

/** Of a parsed log all but where in it everything stands. */
export const facts = ({ diagnostics, unread, complete, missing }) => ({
  diagnostics: diagnostics.map(withoutPlace),
  unread: unread.length,
  complete,
  missing: missing.map((why) => why.replace(/\bline \d+/g, 'line')),
});
