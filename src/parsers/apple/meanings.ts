/** What the exceptions and the words of Apple's crash reports mean. */
import type { Diagnostic } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { messageOf } from '../engine/open-report.js';
import { signalHazard } from '../engine/signals.js';

/** What is known of a crash. */
export type Facts = {
  /** `EXC_BAD_ACCESS` */
  exception?: string;
  /** `SIGSEGV` */
  signal?: string;
  /** `KERN_INVALID_ADDRESS at 0x0000000000000000` */
  subtype?: string;
  /** What the libraries said before the end. */
  info?: string;
};

/** Words of libmalloc, of the stack protector and of the kernel. */
const SAID: readonly [RegExp, HazardId][] = [
  [
    /\bpointer being (?:freed|realloc'd) was not allocated|Non-aligned pointer being freed/,
    'ownership/invalid-free',
  ],
  [/\berror for object 0x\w+: double free/i, 'ownership/double-free'],
  [/\bBUG IN CLIENT OF LIBMALLOC|\bHeap corruption detected|\berror for object 0x/i, 'crash/heap-corruption'],
  [/\bstack buffer overflow\b|\bdetected stack\b/i, 'bounds/stack-overflow'],
  [/\bdetected (?:source and destination )?buffer overflow\b/i, 'bounds/other'],
  [/\bThread stack size exceeded|\bStack overflow\b|\bexcessive recursion\b/i, 'resource/exhausted'],
  [/\bterminating (?:with|due to) uncaught (?:foreign )?exception/, 'unwind/foreign-exception'],
  [/\bpure virtual (?:method|function) called/i, 'ownership/use-after-free'],
];

/** The first word is the exception's; a signal alone stands where there was none. */
const EXCEPTIONS: Readonly<Record<string, HazardId>> = {
  EXC_RESOURCE: 'resource/exhausted',
  EXC_GUARD: 'crash/other',
};

/** Where the access went, in an exception's code or subtype. */
export const addressIn = (text: string): string | undefined => /\bat (0x[0-9a-fA-F]{1,16})\b/.exec(text)?.[1];

/** Names a crash from all that is known of it. */
export function nameCrash(diagnostic: Diagnostic, { exception, signal, subtype, info }: Facts): void {
  const name = signal ?? exception ?? 'crash';
  diagnostic.rule = `macos/${name}`;
  const words = [exception, subtype, info].filter((w) => w !== undefined && w !== '').join(': ');
  diagnostic.message = messageOf((words || 'the process crashed').replace(/0x[0-9a-fA-F]+/g, '0x…'));
  const said = SAID.find(([shape]) => shape.test(`${info ?? ''}\n${subtype ?? ''}`))?.[1];
  diagnostic.hazard = said ?? hazardOf(exception, signal, diagnostic.address);
}

function hazardOf(
  exception: string | undefined,
  signal: string | undefined,
  address: string | undefined,
): HazardId {
  if (exception !== undefined && Object.hasOwn(EXCEPTIONS, exception)) return EXCEPTIONS[exception]!;
  if (exception === 'EXC_BAD_ACCESS') return signalHazard('SIGSEGV', address);
  if (signal !== undefined) return signal === 'SIGKILL' ? 'crash/other' : signalHazard(signal, address);
  return exception !== undefined && exception !== 'EXC_CRASH' ? 'crash/signal' : 'crash/other';
}
