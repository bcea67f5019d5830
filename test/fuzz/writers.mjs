/**
 * Every writer, with hostile text, and what a strict reader says against what it wrote. A writer is broken if a reader of
 * its format refuses the output, if the text is lost, if an invisible character stands in it as it is, or if a CI server's
 * log would take a line for a command.
 */
import { gunzipSync } from 'node:zlib';
import { Parser as MarkdownParser } from 'commonmark';
import { parse as parseHtml } from 'parse5';
import { SaxesParser } from 'saxes';
import { hostileDiagnostic, hostileEvents, hostileReport, MARK } from './hostile-report.mjs';

/** Code points that nobody sees and somebody obeys: from the Unicode tables, not from the writers' own expression. */
const RANGES = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfdd0, 0xfdef],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const isHidden = (code) => (code & 0xfffe) === 0xfffe || RANGES.some(([a, b]) => code >= a && code <= b);

/** The first hidden character of a text, as `U+XXXX`. */
const hiddenIn = (text) => {
  for (const c of text) if (isHidden(c.codePointAt(0))) return `U+${c.codePointAt(0).toString(16)}`;
  return undefined;
};

/** What the logs of CI servers obey, by their documentation. GitHub and TeamCity skip white space before a command. */
const COMMANDS = [/^\s*::/, /##\w*\[/, /section_(?:start|end):/i, /travis_(?:fold|time):/i];

/** What a terminal or a CI server would do with a text. */
const harm = (text) => {
  const hidden = hiddenIn(text);
  if (hidden) return `it has ${hidden} as it is`;
  const line = text.split(/[\n\u2028\u2029]/).find((l) => COMMANDS.some((c) => c.test(l)));
  return line === undefined ? undefined : `a CI server obeys the line ${JSON.stringify(line.slice(0, 120))}`;
};

const lost = (text) => (text.includes(MARK) ? undefined : 'the text is lost');

/** All strings of a JSON value, keys included. */
const stringsOf = (value) => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsOf);
  return value && typeof value === 'object' ? Object.entries(value).flat().flatMap(stringsOf) : [];
};

/** Reads JSON as parsers in other languages do, which refuse lone surrogates. */
const strictJson = (text) => {
  const value = JSON.parse(text);
  const bad = stringsOf(value).find((s) => !s.isWellFormed());
  if (bad !== undefined) throw new SyntaxError(`a lone surrogate in ${JSON.stringify(bad.slice(0, 60))}`);
  return value;
};

/** A text as JSON must give it back: a lone surrogate is no character, and strict readers refuse it. */
const wellFormed = (text) => text.replace(/\p{Cs}/gu, (c) => `\\u${c.charCodeAt(0).toString(16)}`);

/** A value as JSON must give it back, its keys in order. */
const canonical = (value) => {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (!value || typeof value !== 'object') return value;
  const fields = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(
    fields.map(([k, v]) => [wellFormed(k), canonical(v)]).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};
const same = (a, b) => JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));

/** JSON that gives back what was written. */
const jsonOf = (text, value) =>
  same(strictJson(text), value) ? undefined : 'it reads back as another value';

/** Reads XML as its specification says, and asks that each case has one name and at most one result. */
const xml = (text) => {
  const stack = [];
  let cases = 0;
  let seen = '';
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (e) => {
    throw e;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const path = [...stack, name].join('/');
    if (
      !/^testsuites(?:\/testsuite(?:\/(?:properties(?:\/property)?|testcase(?:\/(?:failure|error|skipped|system-out))?))?)?$/.test(
        path,
      )
    )
      throw new Error(`<${name}> in ${stack.join('/')}`);
    if (name === 'testcase') {
      cases++;
      if (!attributes.name || !attributes.classname) throw new Error('a case without a name');
    }
    seen += Object.values(attributes).join(' ');
    stack.push(name);
  });
  parser.on('closetag', () => void stack.pop());
  parser.on('text', (t) => (seen += t));
  parser.on('cdata', (t) => (seen += t));
  parser.write(text).close();
  return cases === 0 ? 'it has no case' : lost(seen);
};

/** Elements that the page's file may hold. Everything else is made by its scripts. */
const ELEMENTS = new Set(
  'html head meta title style body noscript div h1 h2 p table tbody tr th td script'.split(' '),
);

const html = (text) => {
  const complaints = [];
  const document = parseHtml(text, { onParseError: (e) => complaints.push(e.code), scriptingEnabled: false });
  if (complaints.length > 0) return `the parser complains of ${complaints[0]}`;
  const nodes = [];
  const walk = (node) => {
    nodes.push(node);
    for (const child of node.childNodes ?? []) walk(child);
  };
  walk(document);
  const elements = nodes.filter((n) => n.tagName);
  const foreign = elements.find((n) => !ELEMENTS.has(n.tagName));
  if (foreign) return `it has <${foreign.tagName}>`;
  const live = elements.flatMap((n) => n.attrs).find((a) => /^on|^(?:href|src|srcdoc|action)$/.test(a.name));
  if (live) return `it has the attribute ${live.name}`;
  const textIn = (node) => (node.value ?? '') + (node.childNodes ?? []).map(textIn).join('');
  const scripts = elements.filter((n) => n.tagName === 'script');
  const data = scripts.filter((n) =>
    n.attrs.some((a) => a.name === 'type' && a.value === 'application/json'),
  );
  if (scripts.length !== data.length + 1) return `it has ${scripts.length} scripts`;
  for (const island of data) {
    const encoding = island.attrs.find((a) => a.name === 'data-encoding')?.value;
    const content = textIn(island);
    const json = encoding === 'gzip' ? gunzipSync(Buffer.from(content, 'base64')).toString() : content;
    // The page shows these strings as they are.
    const shown = stringsOf(strictJson(json)).join('\n');
    const hidden = hiddenIn(shown);
    if (hidden) return `the page is given ${hidden}`;
  }
  return lost(textIn(elements.find((n) => n.tagName === 'noscript')));
};

/** Markdown by its reference parser: foreign text may stand in code alone, and in no link, image or HTML. */
const markdown = (text) => {
  const walker = new MarkdownParser().parse(text).walker();
  let seen = '';
  for (let step = walker.next(); step; step = walker.next()) {
    const { type, literal } = step.node;
    if (/^(?:link|image|html_inline|html_block)$/.test(type)) return `it has a ${type}`;
    if (type === 'code' || type === 'code_block') seen += literal;
    else if (literal?.includes(MARK)) return `foreign text stands in a ${type}`;
  }
  return lost(seen);
};

/** Workflow commands of GitHub, as its runner reads them. Returns the properties and the message of each. */
const workflowCommands = (text) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, name, properties, data] =
        /^::(error|warning|notice) ((?:[a-z]+=[^,:\r\n]*,?)+)::([^\r\n]*)$/i.exec(line) ?? [];
      if (!name) throw new SyntaxError(`no command of ours: ${JSON.stringify(line.slice(0, 120))}`);
      return `${properties} ${data}`;
    });

const lines = (text) => lost(text);

const PLAIN = { width: 240, color: false };

/**
 * The table: what writes a text into its format, and what a strict reader says against the result. `m` are the modules
 * under test.
 */
export const WRITERS = {
  'report.json': {
    write: (m, text) => m.filesOf(hostileReport(text), m.json)[0].content,
    read: (out, text) => jsonOf(out, hostileReport(text)),
  },
  'rows of report.json': {
    write: (m, text) => m.filesOf(hostileReport(text), m.json)[0].content,
    // Each line is a row, a field or a bracket: no text breaks one.
    read: (out) => {
      for (const line of out.trimEnd().split('\n').slice(1, -1)) {
        const row = line.replace(/,$/, '');
        if (row !== ']' && !/^"\w+":\[$/.test(row)) strictJson(row.startsWith('{') ? row : `{${row}}`);
      }
      return lost(out);
    },
  },
  'JUnit of run': {
    write: (m, text) => m.filesOf(hostileReport(text), m.junit)[0].content,
    read: xml,
  },
  HTML: {
    write: (m, text) => m.filesOf(hostileReport(text), m.html)[0].content,
    read: html,
  },
  SARIF: {
    write: (m, text) => m.filesOf(hostileReport(text), m.sarif)[0].content,
    read: (out) => lost(stringsOf(strictJson(out)).join('\n')),
  },
  CTRF: {
    write: (m, text) => m.filesOf(hostileReport(text), m.ctrf)[0].content,
    read: (out) => lost(stringsOf(strictJson(out)).join('\n')),
  },
  'GitLab code quality': {
    write: (m, text) => m.filesOf(hostileReport(text), m.gitlab)[0].content,
    read: (out) => lost(stringsOf(strictJson(out)).join('\n')),
  },
  Markdown: {
    write: (m, text) => m.filesOf(hostileReport(text), m.markdown)[0].content,
    read: markdown,
  },
  "GitHub's summary": {
    write: (m, text) => m.filesOf(hostileReport(text), m.github)[0].content,
    read: markdown,
  },
  "GitHub's annotations": {
    // The commands themselves are ours; what they hold must give no other.
    write: (m, text) => workflowCommands(m.filesOf(hostileReport(text), m.github)[1].content).join('\n'),
    read: lines,
  },
  summary: {
    write: (m, text) => m.renderSummary(hostileReport(text), PLAIN).join('\n'),
    read: lines,
  },
  'summary in colour': {
    // Its own colours are the only control sequences in it.
    write: (m, text) =>
      m
        .renderSummary(hostileReport(text), { ...PLAIN, color: true })
        .join('\n')
        // oxlint-disable-next-line no-control-regex -- the colours of styleText
        .replace(/\u001b\[\d{1,2}m/g, ''),
    read: lines,
  },
  progress: {
    write: (m, text) => {
      let out = '';
      const screen = m.makeConsole({ tty: false, ci: true, quiet: false, out: { write: (t) => (out += t) } });
      for (const e of hostileEvents(text)) screen.emit(e);
      return out;
    },
    read: lines,
  },
  board: {
    write: (m, text) => {
      const board = m.newBoard();
      for (const e of hostileEvents(text)) m.applyEvent(board, e, 0);
      return m.frame(board, 10, 4000, 100).join('\n');
    },
    read: lines,
  },
  'parse for people': {
    write: (m, text) =>
      printed(
        m,
        m.prettyPrinter((_tone, t) => t),
        text,
      ),
    read: lines,
  },
  'parse --jsonl': {
    write: (m, text) => printed(m, m.jsonPrinter, text),
    read: (out, text) => {
      const rows = out.trimEnd().split('\n').map(strictJson);
      if (rows.length !== 2 || !rows[1].summary) return `it has ${rows.length} lines`;
      const { message, region } = hostileDiagnostic(text);
      return same([message, region], [rows[0].message, rows[0].region])
        ? lost(out)
        : 'it reads back as another value';
    },
  },
  'parse --junit': {
    write: (m, text) => {
      const log = m.makeJunitLog();
      log.add(foundOf(m, text));
      return log.render([`${text}a.log`], totalsOf(text));
    },
    read: xml,
  },
};

const foundOf = (m, text) => m.found(`${text}a.log`, hostileDiagnostic(text));
const totalsOf = (text) => ({
  findings: 1,
  inputs: 1,
  unread: [{ input: `${text}a.log`, line: 9, text: `${text}==1== unread ${MARK}` }],
  missing: [{ input: `${text}a.log`, why: `${text}the end is missing ${MARK}` }],
  long: [{ input: `${text}a.log`, count: 2, lines: [3, 4] }],
  broken: 0,
  interrupted: false,
  exitCode: 6,
});
const printed = (m, printer, text) => printer.finding(foundOf(m, text)) + printer.summary(totalsOf(text));

/** What is wrong with what a writer makes of a text, or undefined. */
export const brokenWriter = (modules, name, text) => {
  try {
    const out = WRITERS[name].write(modules, text);
    return WRITERS[name].read(out, text) ?? harm(out);
  } catch (error) {
    return `it throws, or its reader does: ${error?.message ?? error}`;
  }
};
