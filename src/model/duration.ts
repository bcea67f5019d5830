/** Bounds of durations that go into a timer. */

/** A timer holds 32 bits of milliseconds. One that is set to more fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Factor of the time limit of launches that are slow by their nature: heavy gates, full unwinding. */
export const SLOW_FACTOR = 4;

/** The longest time limit in seconds that a user may set. */
export const MAX_SECONDS = Math.floor(MAX_TIMER_MS / 1000 / SLOW_FACTOR);
