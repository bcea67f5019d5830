/** Last words of Node.js and V8. Sources: node src/node_errors.cc, node_api.cc; V8 base/logging.cc. */
import type { Frame } from '../../model/diagnostic.js';
import { readLastWords, type LastWords } from '../engine/last-words.js';

const NUMBERED = /^ {0,2}\d{1,3}: (\S.*)$/;
/** `0xa0e670 `, Windows' `00007FF6E5A9B5EF `, and nothing until Node 6. */
const PC = /^(?:0x[0-9a-f]+|[0-9A-F]{16})(?: |$)/;

/** ` 4: 0x103cd2a napi_open_escapable_handle_scope [/usr/bin/node]`, the name or the module absent. */
function nodeFrame(text: string): Frame | undefined {
  const body = NUMBERED.exec(text)?.[1];
  if (body === undefined) return undefined;
  const opening = body.endsWith(']') ? body.lastIndexOf('[') : -1;
  const pc = PC.exec(body)?.[0].trim();
  if (opening === -1 && pc === undefined) return undefined;
  const name = body
    .slice(0, opening === -1 ? undefined : opening)
    .replace(PC, '')
    .trim();
  if (opening !== -1)
    return { kind: 'module', module: body.slice(opening + 1, -1), ...(name && { function: name }) };
  return name === '' ? { kind: 'opaque', text: pc! } : { kind: 'symbol', function: name };
}

const ROWS: readonly LastWords[] = [
  {
    line: /^FATAL ERROR: .*(?:heap out of memory|Allocation failed|invalid array length)/,
    rule: 'out-of-memory',
    hazard: 'resource/exhausted',
  },
  // HotSpot writes `FATAL ERROR in native method`, with no colon after ERROR.
  { line: /^FATAL ERROR: .*(?:HandleScope|v8::|napi_)/, rule: 'fatal-api', hazard: 'rules/other' },
  { line: /^FATAL ERROR: /, rule: 'fatal', hazard: 'crash/abort' },
  {
    line: /^# Fatal (?:error in|javascript)/i,
    rule: 'v8-check',
    hazard: 'crash/abort',
    more: /^# ((?:Check failed|Debug check failed|unreachable|unimplemented).*)$/,
  },
  {
    line: /^#\s{1,4}Fatal error in /,
    rule: 'v8-check',
    hazard: 'crash/abort',
    more: /^#\s{1,4}([A-Z].*)$/,
  },
  {
    line: /^\s{0,16}\S{0,400}\[\d{1,10}\]: [^`']{1,800}: Assertion [`'].{1,2000} failed\.$/,
    rule: 'assertion',
    hazard: 'crash/abort',
  },
];

/** Reads `FATAL ERROR:` of Node (N-API's among them) and V8's failed checks. */
export const node = readLastWords({
  tool: 'node',
  literals: ['FATAL ERROR: ', '# Fatal', 'Fatal error in ', 'Assertion '],
  rows: ROWS,
  stack: { title: /^-{3,} Native stack trace -{3,}$/, frame: nodeFrame },
});
