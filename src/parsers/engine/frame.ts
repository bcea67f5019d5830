/**
 * One stack-frame line, in any dialect that a sanitizer runtime or its symbolizer prints:
 *
 *     #0 0x55cb in main a.c:18:18          #1 0x55cb in f(int) (/lib/x.so+0x1b) (BuildId: ab12)
 *     #0 main a.c:3 (t+0xe47)              #0 pthread_create <null> (t+0x61) (BuildId: ab12)
 *     #3 0x55cb (<unknown module>)         #4 0x7ff6 in f C:\src\x.cpp:12:3
 *     #2 pc 00071bf4 /system/lib/a.so (f+8)       0 0x4f in main a.c:5 (the `#` lost)
 *     #9 ./a.out(main+0x9f) [0x5558]              #8.1  0x0000271d in f ../../a.cc:12 <libx.so>+0xacf4c
 *
 * Source: sanitizer_common `StackTracePrinter` (format `    #%n %p %F %L`), `StackTraceTextPrinter`, TSan's own printer;
 * GWP-ASan's `backtrace_linux_libc.cpp` (glibc's `backtrace_symbols`); Fuchsia's symbolizer, where `#8.1` is inlined.
 */
import type { Frame } from '../../model/diagnostic.js';

/** Name of a function that the tool could not name but whose line it knows. */
export const UNKNOWN_FUNCTION = '??';

export type FrameLine = { index: number; pc?: string; frame: Frame };

const NUMBERED = /^\s*#(\d{1,5})(?:\.\d{1,3})?\s+(\S.*)$/;
/** A tracker of issues makes links of `#0`; people part them. */
const PARTED = /^\s*# (\d{1,5})\s+(0x[0-9a-fA-F]+ .*)$/;
/** libFuzzer's progress, `#2\tINITED cov: 2 ft: 2 …`. */
const PROGRESS = /^\s*#\d+\s+\w+\s+(?:cov|ft): \d/;
const NUMBER_ONLY = /^\s*(\d{1,5})\s+(0x[0-9a-fA-F]+ in \S.*)$/;
/** TSan's frames have no pc; their module says what they are. */
const NUMBER_AND_MODULE = /^\s+(\d{1,5})\s+(\S.*\+0x[0-9a-f]+\)(?: \(BuildId: [0-9a-f]+\))?)$/;
const PC = /^(0x[0-9a-fA-F]+)(?:\s+|$)/;
const BUILD_ID = / {0,4}\(BuildId:? ([0-9a-fA-F]+)\)$/;
const MODULE_OFFSET = /^(.*?)(?::[a-z0-9_]{2,12})?\+(0x[0-9a-fA-F]+)$/;
const LOCATION = /:(\d{1,9})(?::(\d{1,9}))?$/;
/** `a.cpp(12,3)`, with `symbolize_vs_style=1` or from Windows' own symbolizer. */
const VS_LOCATION = /(?<=\.\w{1,4})\((\d{1,9})(?:,(\d{1,9}))?\)$/;
/** Fuchsia's module, `<libc.so>+0x64` or `<<application>>+0x64`. */
const FUCHSIA_MODULE = /\s{0,4}<(<?[^<>]{1,200}>?)>\+(0x[0-9a-f]+)$/;
/** glibc's `backtrace_symbols`: `module(function+0x9f) [0xpc]`, the function or the offset absent. */
const LIBC_FRAME = /^(\S+)\((?:([^()]*?)(?:\+(0x[0-9a-f]+))?)?\) ?\[(0x[0-9a-f]+)\]$/;
/** … of glibc's own reports about its heap, where nothing is known but the object: `module[0xpc]`. */
const LIBC_OBJECT = /^([^\s()[\]]+)\[(0x[0-9a-f]+)\]$/;
/** `pc 00071bf4  /base.apk!libx.so (offset 0x1000) (f(int)+8)`, the parentheses optional. */
const ANDROID = /^pc ([0-9a-f]{1,16}) {1,4}(\S.*)$/;
const ANDROID_OFFSET = / \(offset 0x[0-9a-f]+\)$/;
const PATH_START = /[ \t](?=(?:\/|[A-Za-z]:[\\/]|\.{1,2}[\\/]|<[a-z][^<>()]{0,100}>$))/g;
const FILE_ONLY =
  /^(?:<null>|\?\?|\(\?\?\)|[^\\/]*[\\/].*|[\w.+-]+\.(?:[chsS]|cc|cpp|cxx|hpp|rs|go|o|inc|inl|java|py|swift)|<compiler-generated>)$/s;
const FUNCTION_OFFSET = /\+0x[0-9a-fA-F]+$/;

/** `path:12` or `path:12:5` as a source frame; undefined when it is no such place. */
export const sourceFrame = (fn: string, place: string): Frame | undefined => {
  const m = /^(.*?):(\d{1,9})(?::(\d{1,9}))?$/.exec(place);
  if (!m?.[1] || !m[2]) return undefined;
  return {
    kind: 'source',
    function: fn,
    file: m[1],
    line: Number(m[2]),
    ...(m[3] ? { column: Number(m[3]) } : {}),
  };
};

/** A frame of glibc's `backtrace_symbols` on a line of its own, or undefined. */
export function libcFrameOf(line: string): Frame | undefined {
  if (!line.endsWith(']')) return undefined;
  const m = LIBC_FRAME.exec(line);
  if (m !== null) return libcFrame(m);
  const object = LIBC_OBJECT.exec(line);
  return object === null ? undefined : { kind: 'module', module: object[1]! };
}

/** Parses one line, or returns undefined when it is not a stack frame. Never throws; linear in the line's length. */
export function parseFrame(line: string): FrameLine | undefined {
  const m =
    NUMBERED.exec(line) ?? PARTED.exec(line) ?? NUMBER_ONLY.exec(line) ?? NUMBER_AND_MODULE.exec(line);
  if (m === null || PROGRESS.test(line)) return undefined;
  const rest = m[2]!.trimEnd();
  const index = Number(m[1]);
  const android = rest.startsWith('pc ') ? ANDROID.exec(rest.replace(BUILD_ID, '')) : null;
  if (android) return { index, pc: android[1]!, frame: androidFrame(android[1]!, android[2]!) };
  const libc = rest.endsWith(']') ? LIBC_FRAME.exec(rest) : null;
  if (libc) return { index, pc: libc[4]!, frame: libcFrame(libc) };
  const pc = PC.exec(rest);
  let body = pc ? rest.slice(pc[0].length) : rest;
  if (/^in(?: |$)/.test(body)) body = body.slice(2).trimStart();
  return { index, ...(pc && { pc: pc[1]! }), frame: parseBody(body, rest) };
}

function androidFrame(pc: string, text: string): Frame {
  const open = openingOf(text);
  const called = open > 0 && text[open - 1] === ' ' && !ANDROID_OFFSET.test(text);
  const module = (called ? text.slice(0, open - 1) : text).replace(ANDROID_OFFSET, '').trimEnd();
  const name = called ? text.slice(open + 1, -1).replace(/\+\d+$/, '') : '';
  return { kind: 'module', module, offset: `0x${pc}`, ...(name !== '' && { function: name }) };
}

/** Where the bracket opens that the last character closes; -1 when it closes none. */
function openingOf(text: string): number {
  if (!text.endsWith(')')) return -1;
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    if (text[i] === ')') depth++;
    else if (text[i] === '(' && --depth === 0) return i;
  }
  return -1;
}

/** The offset is from the function where there is one, else from the module's start; only the latter is a module's. */
const libcFrame = (m: RegExpExecArray): Frame => ({
  kind: 'module',
  module: m[1]!,
  ...(m[2] ? { function: m[2] } : m[3] !== undefined && { offset: m[3] }),
});

/** `FUNC FILE:L:C (MODULE+0xOFF) (BuildId: x)`, every part optional. `line` is kept when no rule fits. */
function parseBody(text: string, line: string): Frame {
  const { body, module } = takeModule(text.replace(BUILD_ID, ''));
  const buildId = BUILD_ID.exec(text)?.[1];
  const at = LOCATION.exec(body) ?? VS_LOCATION.exec(body);
  if (at) {
    const { name, file } = splitFunction(body.slice(0, at.index));
    // Without a file the number is no line: macOS writes the offset in the function there.
    if (file === '<null>' && module?.path !== undefined) return inModule(name, module.path, module.offset);
    return {
      kind: 'source',
      function: name ?? UNKNOWN_FUNCTION,
      file: file ?? UNKNOWN_FUNCTION,
      line: Number(at[1]),
      ...(at[2] !== undefined && { column: Number(at[2]) }),
      ...(module?.path !== undefined && { module: module.path }),
      ...(module?.offset !== undefined && { offset: module.offset }),
    };
  }
  const { name, file } = splitBare(body);
  if (module?.path !== undefined) return inModule(name, module.path, module.offset, buildId);
  if (name !== undefined) return { kind: 'symbol', function: name, ...(file !== undefined && { file }) };
  return { kind: 'opaque', text: line };
}

const inModule = (
  name: string | undefined,
  module: string,
  offset: string | undefined,
  buildId?: string,
): Frame => ({
  kind: 'module',
  module,
  ...(offset !== undefined && { offset }),
  ...(name !== undefined ? { function: name } : buildId !== undefined && { buildId }),
});

type Module = { path?: string; offset?: string };

/** Cuts a trailing `(module+0xoff)`; the module's own name may contain balanced parentheses. */
function takeModule(text: string): { body: string; module?: Module } {
  const t = text.trimEnd();
  const fuchsia = t.includes('>+0x') ? FUCHSIA_MODULE.exec(t) : null;
  if (fuchsia) return { body: t.slice(0, fuchsia.index), module: { path: fuchsia[1]!, offset: fuchsia[2]! } };
  const i = openingOf(t);
  if (i < 0) return { body: t };
  if (i > 0 && t[i - 1] !== ' ' && t[i - 1] !== '\t') return { body: t }; // `f(int)`: arguments, not a module
  const inner = t.slice(i + 1, -1);
  const body = t.slice(0, i).trimEnd();
  const m = MODULE_OFFSET.exec(inner);
  if (m) return { body, module: { path: m[1]!, offset: m[2]! } };
  if (inner === '<unknown module>' || inner === '??' || /^0x[0-9a-f]+$/.test(inner))
    return { body, module: {} };
  if (i === 0 || /^(?:\/|[A-Za-z]:[\\/])/.test(inner)) return { body, module: { path: inner } };
  return { body: t };
}

type Split = { name?: string; file?: string };

/** `FUNC FILE` where a file is known to be there: it begins at the first path-like word outside brackets. */
function splitFunction(body: string): Split {
  const masked = mask(body);
  let depth = 0;
  let counted = 0;
  for (const m of body.matchAll(PATH_START)) {
    depth = depthOf(masked, counted, m.index, depth);
    counted = m.index;
    if (depth <= 0) return named(body.slice(0, m.index), body.slice(m.index + 1));
  }
  const space = body.lastIndexOf(' ');
  return space < 0 ? { file: body } : named(body.slice(0, space), body.slice(space + 1));
}

/** `FUNC FILE` or `FUNC`, without a line number. */
function splitBare(body: string): Split {
  if (body === '' || body === '<null>' || body === '??') return {};
  const space = body.lastIndexOf(' ');
  const last = body.slice(space + 1);
  if (space >= 0 && FILE_ONLY.test(last) && outsideBrackets(body, space)) {
    const file = last === '<null>' || last.includes('??') ? undefined : last;
    return named(body.slice(0, space), file);
  }
  return named(body, undefined);
}

/** `operator<` and `->` would miscount as brackets; they are blanked at the same length. */
const NOT_BRACKETS = /->|operator ?(?:<=>|<<?=?|>>?=?)/g;

/** True when every bracket opened before `end` is closed. */
const outsideBrackets = (text: string, end: number): boolean => depthOf(mask(text), 0, end, 0) <= 0;

const mask = (text: string): string => text.replace(NOT_BRACKETS, (m) => '_'.repeat(m.length));

function depthOf(masked: string, from: number, to: number, start: number): number {
  let depth = start;
  for (let i = from; i < to; i++) {
    const c = masked[i]!;
    if (c === '(' || c === '<' || c === '[') depth++;
    else if (c === ')' || c === '>' || c === ']') depth--;
  }
  return depth;
}

function named(rawName: string, file: string | undefined): Split {
  const name = rawName.trim().replace(FUNCTION_OFFSET, '');
  const known = name !== '' && name !== '<null>' && name !== '??' && name !== '<unknown>';
  return { ...(known && { name }), ...(file !== undefined && { file: file.trim() }) };
}
