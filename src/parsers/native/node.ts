/**
 * Last words of Node.js and V8. Sources: node src/node_errors.cc, node_api.cc; V8 src/api/api.cc, base/logging.cc.
 *
 *     FATAL ERROR: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope
 *     ----- Native stack trace -----                     (since Node 21)
 *
 *      1: 0xa0e670 node::Abort() [/usr/bin/node]         (Linux, macOS)
 *      1: 00007FF6E5A9B5EF node::Abort+75                (Windows; without symbols a name alone, or an address alone)
 *
 *     #
 *     # Fatal error in HandleScope::HandleScope          (an embedder without a handler of its own, a worker)
 *     # Entering the V8 API without proper locking in place
 *     #
 */
import type { HazardId } from '../../model/hazard.js';
import { readLastWords, type LastWords, type NumberedFrame } from '../engine/last-words.js';
import { begins } from '../engine/reader.js';

const NUMBERED = /^\s{0,8}(\d{1,3}): (\S.*)$/;
const GREPPED = /^\d{1,7}: {0,3}(?=\d{1,3}: 0x[0-9a-fA-F])/;
/** `0xa0e670 `, Windows' `00007FF6E5A9B5EF `, and nothing until Node 6. */
const PC = /^(?:0x[0-9a-fA-F]+|[0-9A-F]{16})(?: |$)/;
/** The name of a function, and nothing else: `node_module_register`, `v8::V8::ToLocalEmpty`. */
const NAME = /^(?:\(anonymous namespace\)::)?[A-Za-z_~][\w:~<>,*& +.-]{0,400}(?:\(.{0,2000}\))?$/;

/** ` 4: 0x103cd2a napi_open_escapable_handle_scope [/usr/bin/node]`: the address, the name or the module absent. */
function nodeFrame(text: string): NumberedFrame | undefined {
  // Behind the number that `grep -n` put before the line.
  const [, number = '', body] = NUMBERED.exec(text.replace(GREPPED, '')) ?? [];
  if (body === undefined) return undefined;
  const index = Number(number);
  const opening = body.endsWith(']') ? body.lastIndexOf('[') : -1;
  const pc = PC.exec(body)?.[0].trim();
  const isBare = opening === -1 && pc === undefined;
  if (isBare && !NAME.test(body)) return undefined;
  const name = body
    .slice(0, opening === -1 ? undefined : opening)
    .replace(PC, '')
    .trim();
  if (opening !== -1)
    return {
      index,
      frame: { kind: 'module', module: body.slice(opening + 1, -1), ...(name && { function: name }) },
    };
  return {
    index,
    isBare,
    frame: name === '' ? { kind: 'opaque', text: pc! } : { kind: 'symbol', function: name },
  };
}

/** V8 is entered by a thread that may not: `Entering the V8 API without proper locking in place`, whoever says it. */
const WRONG_THREAD =
  /without proper locking|\b(?:entered|called|accessed|used|disposed|disposing) (?:from|on|by|in) (?:another|a different|the wrong|some other) thread|that is entered by a thread|not (?:entered|owned) by (?:the )?current thread|IsLockedByCurrentThread|ThreadId::Current\(\)/i;
const MEANINGS: readonly (readonly [RegExp, HazardId])[] = [
  [WRONG_THREAD, 'threading/wrong-thread-env'],
  // V8's check of its API, told by an embedder without a handler of its own
  [/^#? {0,4}Fatal error in (?:v8::|HandleScope)/i, 'rules/other'],
];

const CHECK = { rule: 'v8-check', hazard: 'crash/abort' } as const;

const ROWS: readonly LastWords[] = [
  {
    line: /^FATAL ERROR: .*(?:heap out of memory|Allocation failed|invalid array length)/,
    rule: 'out-of-memory',
    hazard: 'resource/exhausted',
  },
  // HotSpot writes `FATAL ERROR in native method`, with no colon after ERROR.
  { line: /^FATAL ERROR: .*(?:HandleScope|v8::|napi_)/, rule: 'fatal-api', hazard: 'rules/other' },
  { line: /^FATAL ERROR: /, rule: 'fatal', hazard: 'crash/abort' },
  { ...CHECK, line: /^#\s{0,4}Fatal (?:error in|javascript)\b/i, more: /^#\s{1,4}([A-Za-z].*)$/ },
  // A tracker took the signs for headings.
  {
    ...CHECK,
    line: /^Fatal error in (?:, line \d|\S{1,400}, line \d|v8::|HandleScope)/,
    more: /^#?\s{0,4}([A-Za-z].*)$/,
  },
  {
    line: /^(?:\S{1,200} )?Entering the V8 API without proper locking in place\b/,
    rule: 'fatal-api',
    hazard: 'threading/wrong-thread-env',
  },
  // since Node 21, below a line with the function: `  #  node[7]: void f() at ../src/a.cc:5`
  {
    line: /^\s{0,16}# {1,3}Assertion failed: \S/,
    rule: 'assertion',
    hazard: 'crash/abort',
  },
  {
    line: /^\s{0,16}\S{0,400}\[\d{1,10}\]: [^`']{1,800}: Assertion [`'].{1,2000} failed\.$/,
    rule: 'assertion',
    hazard: 'crash/abort',
  },
];

/** `v8::HandleScope::HandleScope() Entering the V8 API …`: the function of V8's API belongs to the words. */
function beforeEntering(text: string): number {
  const at = text.indexOf('Entering the V8 API');
  if (at <= 0) return 0;
  const token = text.slice(0, at).trimEnd();
  // V8's own sign before every line of its words.
  if (token === '#') return 0;
  return token.endsWith('HandleScope') || token.endsWith('HandleScope()') ? token.lastIndexOf(' ') + 1 : at;
}

/** `node[7]: ../src/a.cc:5:void f(): Assertion …` */
function beforeAssertion(text: string): number {
  const pid = text.includes(': Assertion ') ? /\[\d{1,10}\]: /.exec(text) : null;
  return pid === null ? 0 : text.lastIndexOf(' ', pid.index) + 1;
}

/** Reads `FATAL ERROR:` of Node (N-API's among them) and V8's failed checks. */
export const node = readLastWords({
  tool: 'node',
  literals: [
    'FATAL ERROR: ',
    '# Fatal',
    'Fatal error in ',
    'Assertion ',
    'without proper locking',
    '# Empty MaybeLocal',
    ' stack trace -',
    ': node::',
    ': v8::',
    ': 0x0',
    ': 0x1',
    ': 0x5',
    ': 0x7',
    ': 0xa',
    ': 0xb',
    '#FailureMessage',
  ],
  markers: [
    begins(/\bFATAL ERROR: (?=\S)/),
    begins(/# {0,4}Fatal (?:error in|javascript) /i),
    { words: /^\s{0,16}# {1,3}Assertion failed: \S/ },
    begins(/\bFatal error in (?:v8::|HandleScope)/),
    { words: /\bEntering the V8 API without proper locking in place\b/, opening: beforeEntering },
    { words: /: Assertion `/, opening: beforeAssertion },
  ],
  traces: [
    /^-{3,} (?:Native|JavaScript) stack trace -{3,}$/i,
    /^\s*\d{1,3}: (?:0x[0-9a-f]{4,16} |[0-9A-F]{16} )?(?:node::|v8::|napi_)/,
    /^\s*\d{1,3}: 0x[0-9a-f]{4,16} [^[\]]{0,2000}\[[^\s[\]]{1,400}\]$/,
    /^#FailureMessage Object: 0x|^# {1,2}Empty MaybeLocal\b/,
  ],
  rows: ROWS,
  meanings: MEANINGS,
  stack: { title: /^-{3,} Native stack trace -{3,}$/, frame: nodeFrame },
});
