/**
 * Reads of errno in Rust that come too late, by the text of a function: `last_os_error()` behind something that is known to
 * set errno and is not the foreign call that is meant. Pure.
 */
import type { StaleErrno } from '../../model/declaration.js';
import { closings, codeOf, lineAt, tokensOf, type Token } from '../source-text.js';

/** What reads errno. */
const READS = new Set(['last_os_error', '__errno_location', 'errno']);
/** Macros of the standard library and of `log` that write. */
const WRITING = new Set([
  ...['print', 'println', 'eprint', 'eprintln', 'dbg', 'error', 'warn', 'info', 'debug', 'trace'],
]);
/** Modules and types whose functions ask the system for something. */
const SYSTEM = new Set([
  ...['fs', 'File', 'OpenOptions', 'Command', 'TcpStream', 'TcpListener', 'UdpSocket', 'UnixStream'],
  ...['stdin', 'stdout', 'stderr'],
]);
/** Words of a header whose block may be left before what follows it. */
const BRANCHES = new Set(['if', 'else', 'match', 'for', 'while', 'loop', '|']);

type Call = { name: string; foreign: boolean; token: number };

/** The words between the begin of a statement or block and its brace at `open`. */
const headerOf = (tokens: readonly Token[], open: number): string[] => {
  let from = open;
  while (from > 0 && !';{}'.includes(tokens[from - 1]!.text)) from--;
  return tokens.slice(from, open).map((t) => t.text);
};

/** A call at a token, if one is there that may set errno. */
const callAt = (tokens: readonly Token[], i: number, foreign: ReadonlySet<string>): Call | undefined => {
  const [name, next, after] = [tokens[i]!.text, tokens[i + 1]?.text, tokens[i + 2]?.text];
  const before = tokens[i - 1]?.text;
  if (before === 'fn' || before === '.') return undefined;
  if (foreign.has(name) && next === '(') return { name, foreign: true, token: i };
  if (WRITING.has(name) && next === '!') return { name: `${name}!`, foreign: false, token: i };
  if (!SYSTEM.has(name)) return undefined;
  const isPath = next === ':' && after === ':' && tokens[i + 4]?.text === '(';
  if (isPath) return { name: `${name}::${tokens[i + 3]!.text}`, foreign: false, token: i };
  return next === '(' ? { name, foreign: false, token: i } : undefined;
};

/** The variable that a statement binds to what it calls: `let fd = unsafe { open_it() };` */
const boundBy = (tokens: readonly Token[], call: number): string | undefined => {
  let from = call;
  while (from > 0 && tokens[from - 1]!.text !== ';' && tokens[from]!.text !== 'let') from--;
  if (tokens[from]?.text !== 'let') return undefined;
  const name = tokens[from + 1]?.text === 'mut' ? from + 2 : from + 1;
  return tokens[name]?.text;
};

/** All late reads of a source. `foreign`: names of the functions of C that it declares. */
export const staleErrnoInRust = (
  file: string,
  source: string,
  foreign: ReadonlySet<string>,
): StaleErrno[] => {
  const code = codeOf(source, true);
  const tokens = tokensOf(code);
  const closed = closings(tokens);
  const stale: StaleErrno[] = [];
  for (let read = 0; read < tokens.length; read++) {
    if (!READS.has(tokens[read]!.text) || tokens[read + 1]?.text !== '(' || foreign.has(tokens[read]!.text))
      continue;
    let begin = read;
    while (begin > 0 && tokens[begin]!.text !== 'fn') begin--;
    const calls: Call[] = [];
    let header: string[] = [];
    for (let i = begin; i < read; i++) {
      const end = closed.get(i);
      if (tokens[i]!.text === '{') {
        const words = headerOf(tokens, i);
        const conditional = words.some((w) => BRANCHES.has(w));
        // What a branch does that is over by then may not have been done.
        if (conditional && end !== undefined && end < read) {
          i = end;
          continue;
        }
        if (conditional) header = words;
      }
      const call = callAt(tokens, i, foreign);
      // A call that is not over yet takes the read as an argument.
      const over = call && (closed.get(call.token + 1) ?? closed.get(call.token + 2) ?? read) < read;
      if (call && (over || !call.foreign) && (call.foreign || !encloses(tokens, closed, call.token, read)))
        calls.push(call);
    }
    const last = calls.findLast((c) => c.foreign);
    if (!last) continue;
    const tested = calls.findLast((c) => c.foreign && header.includes(boundBy(tokens, c.token) ?? ' '));
    const subject = tested ?? last;
    const between = calls[calls.indexOf(subject) + 1];
    if (!between) continue;
    stale.push({
      after: subject.name,
      at: { file, line: lineAt(code, tokens[read]!.offset) },
      how: `${between.name} is called between ${subject.name} and the read, and may set it`,
    });
  }
  return stale;
};

/** Whether the arguments of a call hold a token: `println!("{}", last_os_error())`. */
const encloses = (
  tokens: readonly Token[],
  closed: ReadonlyMap<number, number>,
  call: number,
  inner: number,
): boolean => {
  for (let i = call + 1; i < tokens.length && i <= call + 6; i++) {
    const end = closed.get(i);
    if (end !== undefined) return i < inner && inner < end;
  }
  return false;
};
