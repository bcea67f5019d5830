/** Bounds of durations that go into a timer. */

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `90s`, `15m`, `5h` or `1h30m`. Undefined for anything else. */
export const parseDuration = (text: string): number | undefined => {
  if (!/^(?:\d{1,6}[smh]){1,3}$/.test(text)) return undefined;
  return [...text.matchAll(/(\d{1,6})([smh])/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
};

/** A timer holds 32 bits of milliseconds. One that is set to more fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Factor of the time limit of launches that are slow by their nature: heavy gates, full unwinding. */
export const SLOW_FACTOR = 4;

/** The longest time limit in seconds that a user may set. */
export const MAX_SECONDS = Math.floor(MAX_TIMER_MS / 1000 / SLOW_FACTOR);
