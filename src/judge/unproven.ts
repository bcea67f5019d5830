/** Tests that a guard let run and did not prove, over all launches of a cell. Pure. */
import type { Unproven } from '../model/launch.js';
import type { Evidence } from './evidence.js';

/**
 * `open`: passed over in the suite, and not looked at in the launch that was made for such tests, or failed there. `once`:
 * failed when they were repeated.
 */
export const unprovenOf = ({ attempts, closer }: Evidence): Unproven => {
  const passed = new Set(closer?.events.filter((e) => e.outcome === 'passed').map((e) => e.test));
  const inCloser = new Set([...(closer?.unproven?.once ?? []), ...(closer?.unproven?.open ?? [])]);
  const first = attempts.flatMap((a) => a.unproven ?? []);
  const open = new Set(first.flatMap((u) => u.open));
  const once = first.flatMap((u) => u.once).concat(closer?.unproven?.once ?? []);
  return {
    once: [...new Set(once)],
    open: [...open].filter((t) => !once.includes(t) && (!passed.has(t) || inCloser.has(t))),
  };
};

const named = (tests: readonly string[]): string =>
  `${tests.slice(0, 3).join(', ')}${tests.length > 3 ? ` and ${tests.length - 3} more` : ''}`;

/** Why a cell with such tests is not clean, and what to do about it. */
export const openReason = (e: Evidence): string | undefined => {
  const { open } = unprovenOf(e);
  if (open.length === 0) return undefined;
  const remedy = `raise 'looks' of the gate, or give their files a suite of their own`;
  return `memory grows with each run of ${named(open)}, and no time was left to see what it is; ${remedy}`;
};

/** What a verdict does not cover: tests that cannot be repeated. */
export const onceReason = (e: Evidence): string | undefined => {
  const { once } = unprovenOf(e);
  if (once.length === 0) return undefined;
  const who = once.length === 1 ? '1 test is' : `${once.length} tests are`;
  return `${who} not proven, since a repetition does not pass: ${named(once)}`;
};
