/** What the words of a tombstone mean. */
import type { Diagnostic } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { signalHazard } from '../engine/signals.js';

/** What is known of a crash. */
export type Facts = {
  signal?: string;
  /** `SEGV_MAPERR` */
  code?: string;
  /** Behind `Cause: `, without the name of a checker. */
  cause?: string;
  checker?: 'mte' | 'gwp-asan';
  /** The words that `abort` was given. */
  abort?: string;
};

/** What MTE and GWP-ASan call an error. Source: `libdebuggerd/scudo.cpp`, `gwp_asan.cpp`. */
const CHECKED: readonly [RegExp, string, HazardId][] = [
  [/^use[ -]after[ -](?:return|scope)/i, 'stack-use-after-scope', 'lifetime/stack-escape'],
  [/^use[ -]after[ -]free/i, 'use-after-free', 'ownership/use-after-free'],
  [/^double[ -]free/i, 'double-free', 'ownership/double-free'],
  [/^invalid/i, 'invalid-free', 'ownership/invalid-free'],
  [/^buffer overflow/i, 'buffer-overflow', 'bounds/heap-overflow'],
  [/^buffer underflow/i, 'buffer-underflow', 'bounds/heap-overflow'],
  [/^stack/i, 'stack-tag-mismatch', 'lifetime/stack-escape'],
];

/** Causes that debuggerd guesses without a checker. */
const GUESSED: readonly [RegExp, HazardId][] = [
  [/^null pointer dereference/, 'null/dereference'],
  [/\bstack overflow\b/, 'resource/exhausted'],
];

/** Words before an abort: of the allocators, of bionic's fortified functions, of the C++ runtime. */
const ABORTS: readonly [RegExp, HazardId][] = [
  [/\bScudo ERROR: invalid chunk state when deallocating/, 'ownership/double-free'],
  [/\bScudo ERROR: misaligned pointer/, 'ownership/invalid-free'],
  [/\bScudo ERROR: (?:allocation type mismatch|invalid sized delete)/, 'ownership/allocator-mismatch'],
  [/\bScudo ERROR: race on chunk header/, 'threading/data-race'],
  [/\bScudo ERROR: (?:out of memory|internal map failure)/i, 'resource/exhausted'],
  [/\bScudo ERROR: /, 'crash/heap-corruption'],
  [/\bPointer tag for 0x\w+ was truncated/, 'abi/truncated-pointer'],
  [/\bFORTIFY: pthread_\w+ called on a destroyed /, 'threading/lock-misuse'],
  [/\bFORTIFY: \w{1,40}: prevented /, 'bounds/other'],
  [/\bFORTIFY: .{0,80}buffer overflow detected/, 'bounds/other'],
  [/\bstack corruption detected\b/, 'bounds/stack-overflow'],
  [
    /\bheap (?:corruption|memory corruption)|\binvalid address or address of corrupt block/i,
    'crash/heap-corruption',
  ],
  [
    /\binvalid pointer passed to free|passed to (?:free|realloc): value not allocated/,
    'ownership/invalid-free',
  ],
  [/\bterminating (?:with|due to) uncaught (?:foreign )?exception/, 'unwind/foreign-exception'],
];

/** Words whose own reader takes them, and the stack below them: of ART's JNI checks and of sanitizers. */
export const isOfAnother = (words: string): boolean =>
  /\bJNI (?:DETECTED ERROR IN APPLICATION|ERROR \(app bug\))|\b(?:ERROR|WARNING): \w{1,30}Sanitizer\b/.test(
    words,
  );

/** Tool, rule and message. */
export function meaningOf({
  signal,
  code,
  cause,
  checker,
  abort,
}: Facts): Pick<Diagnostic, 'tool' | 'rule' | 'message'> {
  if (checker !== undefined) {
    const kind = CHECKED.find(([k]) => k.test(cause ?? ''))?.[1];
    return { tool: checker, rule: `${checker}/${kind ?? 'unknown'}`, message: cause ?? 'a memory error' };
  }
  if (isTagged(code)) return { tool: 'mte', rule: 'mte/tag-mismatch', message: `${signal} (${code})` };
  const words = abort ?? cause;
  const how = code === undefined ? (signal ?? 'a crash') : `${signal} (${code})`;
  return {
    tool: 'android',
    rule: `android/${signal ?? 'tombstone'}`,
    message: words === undefined || words === '' ? how : `${how}: ${words.replace(/0x[0-9a-fA-F]+/g, '0x…')}`,
  };
}

const isTagged = (code: string | undefined): boolean => code === 'SEGV_MTESERR' || code === 'SEGV_MTEAERR';

/** The hazard that the most telling of the facts names. */
export function hazardOf(
  { signal, code, cause, checker, abort }: Facts,
  address: string | undefined,
): HazardId {
  if (checker !== undefined)
    return (
      CHECKED.find(([k]) => k.test(cause ?? ''))?.[2] ??
      (checker === 'mte' ? 'ownership/other' : 'bounds/other')
    );
  if (isTagged(code)) return 'ownership/other';
  const said = ABORTS.find(([k]) => k.test(abort ?? '')) ?? GUESSED.find(([k]) => k.test(cause ?? ''));
  if (said) return said[1];
  return signal === undefined ? 'crash/other' : signalHazard(signal, address);
}
