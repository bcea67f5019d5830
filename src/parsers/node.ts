/** Last words of Node.js and V8. Sources: node src/node_errors.cc, node_api.cc; V8 base/logging.cc. */
import { readLastWords } from './lastwords.js';

/** Reads `FATAL ERROR:` of Node (N-API's among them) and V8's failed checks. */
export const makeNode = readLastWords('node', [
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
  { line: /^#\s{1,4}Fatal error in /, rule: 'v8-check', hazard: 'crash/abort', more: /^#\s{1,4}([A-Z].*)$/ },
  {
    line: /^\s{0,16}\S{0,400}\[\d{1,10}\]: [^`']{1,800}: Assertion [`'].{1,2000} failed\.$/,
    rule: 'assertion',
    hazard: 'crash/abort',
  },
]);
