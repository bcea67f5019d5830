/** The meaning of CPython's fatal errors: the first row that fits wins. */
import type { HazardId } from '../../model/hazard.js';

type Row = [RegExp, string, HazardId];

/** Sources: Objects/obmalloc.c (`_PyMem_Debug…`), Objects/object.c, Python/pystate.c, Objects/call.c. */
const WORDS: readonly Row[] = [
  [
    /PyThreadState_Get: no current thread|without holding the GIL|GIL is released|must be called with the GIL held|must be called with an active thread state|thread state is NULL/,
    'gil-not-held',
    'threading/gil-not-held',
  ],
  [/bad ID: Allocated using API/, 'allocator-mismatch', 'ownership/allocator-mismatch'],
  // Python's own blocks carry r, m or o; any other letter is a foreign allocator's own word before the block: glibc's chunk of 32
  // bytes shows a blank or an exclamation mark there, as the chunk before it is free or in use.
  [
    /\bDebug memory block at .{1,40}: API '(?![rmo]')[ -~]'/,
    'allocator-mismatch',
    'ownership/allocator-mismatch',
  ],
  // A block that is already dead is filled; its pad bytes and its API letter are gone as well.
  [/bad (?:trailing|leading) pad byte|not all FORBIDDENBYTE/, 'pad-byte', 'bounds/heap-overflow'],
  [
    /deallocating (?:None|True|False|Ellipsis|NotImplemented|a )|negative ref ?count|_Py_NegativeRefcount/i,
    'refcount-underflow',
    'resource/python-refcount-underflow',
  ],
  [
    /returned a result with an (?:exception|error) set|returned NULL without setting an (?:exception|error)/,
    'exception-rule',
    'rules/python-exception-set',
  ],
  [/^(?:Segmentation fault|access violation)/, 'segmentation-fault', 'crash/signal'],
  [/^int divide by zero/, 'division', 'ub/division-by-zero'],
  [
    /^(?:Bus error|Illegal instruction|Floating.point exception|unexpected signum|code 0x)/,
    'signal',
    'crash/signal',
  ],
  [/^Aborted/, 'aborted', 'crash/abort'],
  [/[Ss]tack overflow|Cannot recover from/, 'stack-overflow', 'resource/exhausted'],
  [/^Timeout \(/, 'timeout', 'crash/other'],
];

/** The rule and hazard of a fatal error's text (with what the debug allocator said before it). */
export const pythonMeaning = (text: string): { rule: string; hazard: HazardId } => {
  const row = WORDS.find(([re]) => re.test(text));
  return row
    ? { rule: `python/${row[1]}`, hazard: row[2] }
    : { rule: 'python/fatal-error', hazard: 'crash/abort' };
};
