/** From a text to the nodes of its YAML document, or to the places at which it is none. */
import { Composer, Parser, type CST, type Document, type ErrorCode, type YAMLError } from 'yaml';

/** A place in the text, and what is wrong there. */
type Fault = readonly [offset: number, message: string];

/** Levels of nesting. The library uses the stack, and overflows it at some hundreds. */
const MAX_DEPTH = 50;
/** How to write it instead, by the library's code. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: 'write the backslash twice, or use single quotes',
  BAD_INDENT: 'close it, or indent it more than the line it belongs to',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: "put a value that holds ': ' in quotes, and begin each key on a line of its own",
  BLOCK_IN_FLOW: 'inside of [] and {} write lists and mappings with brackets too',
  MISSING_CHAR: "is a ':' or a quote missing?",
  MULTILINE_IMPLICIT_KEY: "is a ':' or a quote missing?",
  MULTIPLE_DOCS: 'write one document, without a second `---`',
  TAB_AS_INDENT: 'indent with blanks',
  UNEXPECTED_TOKEN: 'check brackets, quotes and indentation',
};

type Seen = {
  /** Offset of a token that is nested too deeply. */
  deep?: number;
  /** Offset of the quote that nothing closes. */
  quote?: number;
};

const isOpenQuote = (token: CST.Token): boolean =>
  (token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar') &&
  (token.source.length < 2 || token.source.at(-1) !== token.source[0]);

/** Looks through the tokens before nodes are made of them. Uses no stack. */
const lookThrough = (tokens: readonly CST.Token[]): Seen => {
  const seen: Seen = {};
  const open: [token: CST.Token, depth: number][] = tokens.map((t) => [t, 0]);
  for (let top = open.pop(); top && seen.deep === undefined; top = open.pop()) {
    const [token, depth] = top;
    if (depth > MAX_DEPTH) seen.deep = token.offset;
    if (isOpenQuote(token)) seen.quote = token.offset;
    if (token.type === 'document' && token.value) open.push([token.value, depth]);
    if ('items' in token)
      for (const { key, value } of token.items) {
        if (key) open.push([key, depth + 1]);
        if (value) open.push([value, depth + 1]);
      }
  }
  return seen;
};

/** The errors to report: most others only follow from the first, or from indentation with tabs. */
const worthSaying = (errors: readonly YAMLError[]): readonly YAMLError[] => {
  const tabs = errors.filter((e) => e.code === 'TAB_AS_INDENT');
  return tabs.length > 0 ? tabs : errors.slice(0, 1);
};

const CONTROL =
  // oxlint-disable-next-line no-control-regex -- finding control characters is its purpose
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/;

/** The document of a text, or its faults. Never throws. */
export const compose = (text: string): { doc: Document } | { faults: readonly Fault[] } => {
  const control = CONTROL.exec(text);
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).padStart(4, '0').toUpperCase();
    return { faults: [[control.index, `the control character U+${code} is not allowed; remove it`]] };
  }
  const tokens = [...new Parser().parse(text)];
  const { deep, quote } = lookThrough(tokens);
  if (deep !== undefined)
    return { faults: [[deep, `more than ${MAX_DEPTH} levels are nested here; use fewer`]] };
  if (quote !== undefined)
    return { faults: [[quote, 'nothing closes this quote; write another one at its end']] };
  const composer = new Composer({ merge: true, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' });
  const [doc, second] = [...composer.compose(tokens, true, text.length)];
  const faults: Fault[] = [];
  if (second) faults.push([second.range[0], `a second document begins here; ${ADVICE.MULTIPLE_DOCS}`]);
  for (const { code, message, pos } of worthSaying(doc?.errors ?? [])) {
    const advice = ADVICE[code];
    faults.push([pos[0], `not valid YAML: ${message.split('\n')[0]}${advice ? `; ${advice}` : ''}`]);
  }
  const version = doc?.directives.yaml.version;
  if (version !== '1.2') faults.push([0, `YAML ${version} is not read; remove the line %YAML`]);
  return doc && faults.length === 0 ? { doc } : { faults };
};
