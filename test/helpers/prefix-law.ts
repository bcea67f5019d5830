/** Law 3 as a check: over every prefix of a log findings never decrease, and a begun report never ends clean. */
import { expect } from 'vitest';
import type { Parsed } from '../../src/model/diagnostic.js';

/** Number of cut points tried for long logs: every one of short logs, evenly spread over long ones. */
const CUTS = 700;

/** Asserts law 3 for `parse` on `text`, cutting at characters. */
export function expectPrefixLaw(text: string, parse: (text: string) => Parsed): void {
  const step = Math.max(1, Math.floor(text.length / CUTS));
  let most = 0;
  for (let end = 0; end <= text.length; end += step) {
    const parsed = parse(text.slice(0, end));
    expect(parsed.diagnostics.length, `findings at ${end} of ${text.length}`).toBeGreaterThanOrEqual(most);
    most = Math.max(most, parsed.diagnostics.length);
    for (const diagnostic of parsed.diagnostics)
      if (!diagnostic.complete) expect(parsed.complete, `a cut report at ${end} ends complete`).toBe(false);
  }
  expect(parse(text).diagnostics.length).toBeGreaterThanOrEqual(most);
}
