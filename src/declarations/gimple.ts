/**
 * Calls in C as gcc sees them: `-fdump-tree-gimple-lineno` prints each function in simple statements, one a line, with
 * local variables and places. Pure. A function looks like this, with `[/repo/x.c:22:18] ` before each statement:
 *
 *     int f (struct bag * in)
 *     [/repo/x.c:4:20] {
 *       const int fd;
 *       fd = open_it ();
 *       if (fd < 0) goto <D.1>; else goto <D.2>;
 *       <D.1>:
 *       _1 = __errno_location ();
 *     }
 */
import type { Place, StaleErrno } from '../model/declaration.js';

export type Statement = { text: string; at?: Place };
export type GimpleFunction = {
  name: string;
  /** Types of parameters and local variables by name. */
  variables: Map<string, string>;
  statements: Statement[];
};

const MARK = /\[([^[\]:\n]+):(\d+):\d+\] /g;

/** A declaration `struct box mine[2]`: type, name, and whether it is an array. */
const variableOf = (text: string): [name: string, type: string] | undefined => {
  const bare = text.replace(/\[\d*\]$/, '').trim();
  const space = Math.max(bare.lastIndexOf(' '), bare.lastIndexOf('*'));
  const [type, name] = [bare.slice(0, space + 1).trim(), bare.slice(space + 1)];
  return type === '' || !/^\w+$/.test(name) ? undefined : [name, type.replace(/^(?:static |const )*/, '')];
};

/** All functions of a dump. */
export const readGimple = (dump: string): GimpleFunction[] => {
  const functions: GimpleFunction[] = [];
  let current: GimpleFunction | undefined;
  let head = '';
  for (const line of dump.split('\n')) {
    const [mark] = line.matchAll(MARK);
    const text = line.replace(MARK, '').trim();
    if (!/^[\s[{}]/.test(line) && line !== '') head = text;
    else if (text === '{' && head !== '') {
      const open = head.indexOf(' (');
      const parameters = head
        .slice(open + 2, -1)
        .split(', ')
        .flatMap((p) => {
          const v = variableOf(p);
          return v ? [v] : [];
        });
      current = {
        name: head.slice(0, open).split(/\W/).at(-1) ?? '',
        variables: new Map(parameters),
        statements: [],
      };
      functions.push(current);
      head = '';
    } else if (current && text !== '' && !'{}'.includes(text)) {
      const variable = mark === undefined && text.endsWith(';') ? variableOf(text.slice(0, -1)) : undefined;
      if (variable && !text.includes('=') && !text.startsWith('goto ') && !text.startsWith('return '))
        current.variables.set(...variable);
      else
        current.statements.push({
          text,
          ...(mark ? { at: { file: mark[1]!, line: Number(mark[2]) } } : {}),
        });
    }
  }
  return functions;
};

export type Call = { result?: string; name: string; arguments: string[]; at?: Place };

/** Arguments by commas that stand neither in parentheses nor in quotes. */
const splitArguments = (text: string): string[] => {
  const all: string[] = [];
  let [depth, from, quoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (c === ',' && depth === 0) {
      all.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === '' ? all : [...all, last];
};

const CALL = /^(?:([\w.]+) = )?([A-Za-z_]\w*) \(/;

/** The call that a statement is, undefined for others. */
export const callOf = ({ text, at }: Statement): Call | undefined => {
  const m = CALL.exec(text);
  if (!m || !text.endsWith(');') || m[2] === 'if' || m[2] === 'switch') return undefined;
  return {
    ...(m[1] === undefined ? {} : { result: m[1] }),
    name: m[2]!,
    arguments: splitArguments(text.slice(m[0].length, -2)),
    ...(at ? { at } : {}),
  };
};

/** The struct whose address an argument is: `&record`, `&all[1]`, or a variable that points to one. */
export const recordOf = (argument: string, f: GimpleFunction): string | undefined => {
  const taken = /^&(\w+)(?:\[[\w.]+\])?$/.exec(argument)?.[1];
  const type = f.variables.get(taken ?? argument);
  const of = taken === undefined ? (type?.endsWith('*') ? type.slice(0, -1).trim() : undefined) : type;
  return of !== undefined && /^(?:struct|union) \w+$/.test(of) ? of : undefined;
};

/** Functions that leave errno as it is, or are said to. */
const HARMLESS =
  /^(?:__builtin_\w+|__errno_location|pthread_\w+|PyEval_\w+Thread|free|mem(?:cpy|set|cmp|move|chr)|str(?:len|cmp|ncmp|chr|rchr|cpy|ncpy|str)|abs|htonl?s?|ntohl?s?)$/;

const WORDS = /[A-Za-z_][\w.]*/g;

/** Whether the pointer that `__errno_location` gave is read through, rather than written through. */
const isRead = (after: readonly Statement[], pointer: string): boolean => {
  const use = after.find((s) => s.text.includes(`*${pointer}`));
  return use !== undefined && !use.text.startsWith(`*${pointer} =`);
};

/** Whether a statement sets errno, by a pointer that `__errno_location` gave before. */
const isWritten = ({ text }: Statement, before: readonly Statement[]): boolean => {
  const pointer = /^\*([\w.]+) = /.exec(text)?.[1];
  return (
    pointer !== undefined &&
    before.some((s) => callOf(s)?.name === '__errno_location' && callOf(s)?.result === pointer)
  );
};

/**
 * Reads of errno behind another call than the one whose result is tested:
 * `fd = open_it(); close_it(); if (fd < 0 && errno == …)`. Only where no other way leads to the read.
 */
const staleIn = (f: GimpleFunction, index: number): string | undefined => {
  /** Variables that conditions on the way test, and those that they are copies of. */
  const tested = new Set<string>();
  let between: string | undefined;
  for (let i = index - 1; i >= 0; i--) {
    const s = f.statements[i]!;
    const condition = /^if \((.*)\) goto/.exec(s.text)?.[1];
    if (condition !== undefined) for (const w of condition.match(WORDS) ?? []) tested.add(w);
    else if (/^(?:goto|return|switch)\b/.test(s.text)) return undefined;
    const call = callOf(s);
    if (!call) {
      const copy = /^([\w.]+) = (?:\([^()]+\) )?([\w.]+);$/.exec(s.text);
      if (copy && tested.has(copy[1]!)) tested.add(copy[2]!);
    } else if (call.result !== undefined && tested.has(call.result))
      return between === undefined ? undefined : `${call.name} ${between}`;
    else if (!HARMLESS.test(call.name)) between ??= call.name;
  }
  return undefined;
};

/**
 * All reads of errno in a unit that come too late. `entry` tells functions that a host's runtime calls: at their begin
 * errno is whatever that runtime left.
 */
export const staleErrnoIn = (
  functions: readonly GimpleFunction[],
  entry: (name: string) => boolean,
): StaleErrno[] =>
  functions.flatMap((f) =>
    f.statements.flatMap((s, i): StaleErrno[] => {
      const call = callOf(s);
      if (call?.name !== '__errno_location' || call.result === undefined || !s.at) return [];
      if (!isRead(f.statements.slice(i + 1), call.result)) return [];
      const before = f.statements.slice(0, i);
      const alone = before.every((x) => callOf(x) === undefined || callOf(x)?.name === '__errno_location');
      if (alone && entry(f.name) && !before.some((x) => isWritten(x, before)))
        return [
          {
            after: f.name,
            at: s.at,
            how: 'it is read before anything is called, when the runtime of the host has run in between',
          },
        ];
      const [after, between] = staleIn(f, i)?.split(' ') ?? [];
      if (after === undefined) return [];
      return [{ after, at: s.at, how: `${between} is called between ${after} and the read, and may set it` }];
    }),
  );
