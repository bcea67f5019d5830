/** The meaning of the Go runtime's last words: one row a kind; the first that fits wins. */
import type { Tool } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';

export type GoMeaning = { tool: Tool; rule: string; hazard: HazardId };
type Row = [RegExp, Tool, string, HazardId];

/** Sources: runtime/cgocall.go, cgocheck.go, checkptr.go, panic.go, mbitmap.go, proc.go, map.go, malloc.go. */
const WORDS: readonly Row[] = [
  // Go 1.21 put "unpinned" into each of these; 1.26 names the function and the kind of pointer.
  [
    /\b(?:cgo argument|argument of cgo function) has Go pointer to (?:unpinned )?Go [a-z]/,
    'cgocheck',
    'argument',
    'rules/cgo-pointer-to-pointer',
  ],
  [
    /\b(?:cgo result|result of Go function \S{0,400} called from cgo) (?:has|is) (?:unpinned )?Go [a-z]/,
    'cgocheck',
    'result',
    'rules/cgo-pointer-to-pointer',
  ],
  [/\bGo pointer stored into non-Go memory/, 'cgocheck', 'store', 'rules/cgo-go-pointer-in-c-memory'],
  [
    /^write of (?:unpinned )?Go pointer 0x[0-9a-f]+ to non-Go memory/,
    'cgocheck',
    'store',
    'rules/cgo-go-pointer-in-c-memory',
  ],
  [/marked with #cgo (?:nocallback|noescape)/, 'cgocheck', 'nocallback', 'rules/other'],
  [/runtime\.Pinner:|tried to unpin non-Go pointer/, 'cgocheck', 'pinner', 'resource/pin-leak'],
  [/\bcheckptr: misaligned/, 'go', 'checkptr', 'ub/misaligned'],
  [/\bcheckptr: /, 'go', 'checkptr', 'ub/other'],
  [/\bconcurrent map /, 'go', 'concurrent-map', 'threading/go-race'],
  [/ - deadlock!$/, 'go', 'deadlock', 'threading/deadlock'],
  [/\bfound (?:bad pointer in Go heap|pointer to free object)/, 'go', 'bad-pointer', 'lifetime/other'],
  [/\b(?:out of memory|cannot allocate memory)\b/, 'go', 'out-of-memory', 'resource/exhausted'],
  [/\bstack overflow\b/, 'go', 'stack-overflow', 'resource/exhausted'],
  [/\bthread exhaustion\b/, 'go', 'thread-exhaustion', 'resource/exhausted'],
  [/\bmorestack on g/, 'go', 'stack-overflow', 'resource/exhausted'],
  [/\bsweep increased allocation count/, 'go', 'heap-corruption', 'crash/heap-corruption'],
  [/\bunlock of unlocked\b/, 'go', 'unlock', 'threading/lock-misuse'],
  [/\binvalid memory address or nil pointer dereference/, 'go', 'nil-dereference', 'null/dereference'],
  [/^SIGABRT: /, 'go', 'SIGABRT', 'crash/abort'],
];

/** True for words that the runtime alone says. */
export const isKnown = (words: string): boolean => WORDS.some(([re]) => re.test(words));

/** Prefix of a Windows exception; this one is a fault of memory. */
export const EXCEPTION = 'exception-';
const ACCESS_VIOLATION = `${EXCEPTION}c0000005`;

/** A fault in the first page is a null pointer, or a member of one. */
const NULL_PAGE = 4096n;

/** True for an address, as printed, in the first page. */
export const isLow = (address: string): boolean => BigInt(address) < NULL_PAGE;

/**
 * The meaning of a panic, a fatal error or a signal.
 * `words` is the text after `panic: ` or `fatal error: `, or a complete `SIGSEGV: …` line; `signal` and `address` are of the
 * signal that caused it, where one is named.
 */
export const goMeaning = (
  how: 'panic' | 'fatal' | 'signal',
  words: string,
  signal?: string,
  address?: string,
): GoMeaning => {
  const row = WORDS.find(([re]) => re.test(words));
  if (row) return { tool: row[1], rule: `${row[1]}/${row[2]}`, hazard: row[3] };
  if (signal === 'SIGSEGV' || signal === 'SIGBUS' || signal === ACCESS_VIOLATION) {
    const low = address !== undefined && isLow(address);
    return { tool: 'go', rule: `go/${signal}`, hazard: low ? 'null/dereference' : 'crash/signal' };
  }
  if (signal !== undefined) return { tool: 'go', rule: `go/${signal}`, hazard: 'crash/signal' };
  // The line that names the signal is lost.
  if (/^(?:unexpected signal during runtime execution|fault)$/.test(words))
    return { tool: 'go', rule: 'go/signal', hazard: 'crash/signal' };
  return { tool: 'go', rule: how === 'fatal' ? 'go/fatal' : 'go/panic', hazard: 'crash/abort' };
};
