/** What gates that watch a running host have in common: a plain build, a directory of logs, a last line in each log. */
import type { Watched } from '../model/launch.js';
import type { Gate } from './gate.js';
import { missingCompiler, plainInstrument } from './toolchain.js';

/** The uninstrumented build, on which a guard looks. */
export const watching = {
  compilers: ['gcc'],
  missing: (host, _b, c) => missingCompiler(host, c),
  instrument: (host, _b, c) => plainInstrument(host, c),
  exitCodes: [],
  halts: false,
  heavy: false,
  memory: 0.5,
} as const satisfies Partial<Gate>;

/** Every guard's last line in a process, with the number of things that it looked at. A launch has one guard. */
export const GUARD_ENDED = /^ffi-gates guard [a-z]+: done, (\d+) /;

/** How a guard shows that it watched. `none` says why there may have been nothing. */
export const watched = (none: string): Watched => ({ line: GUARD_ENDED, none });
