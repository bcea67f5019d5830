/** Which test a report belongs to. */
import type { Attempt } from '../judge/evidence.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { ReadLog } from '../parsers/read-logs.js';

/** Their reports are about the sources, whichever test ran. */
const OF_SOURCES: ReadonlySet<string> = new Set(['declared', 'rslint']);

/**
 * The test that was running when a report was written. Known by the only requested test, by the process, or
 * by the size of the log at the start of each test.
 */
export const testOf = (s: Diagnostic, log: ReadLog, attempt: Attempt, halts: boolean): string | undefined => {
  if (OF_SOURCES.has(s.tool)) return undefined;
  if (s.test !== undefined && attempt.events.some((e) => e.test === s.test)) return s.test;
  if (attempt.requested !== 'all' && attempt.requested.length === 1) return attempt.requested[0];
  // Its program looks at all answers when the launch is over.
  if (s.vector !== undefined) return undefined;
  const pid = log.pid ?? s.pid;
  const inProcess = attempt.events.filter(
    (e) => e.outcome === 'started' && e.pid !== undefined && e.pid === pid,
  );
  if (inProcess.length === 1) return inProcess[0]!.test;
  // A crash belongs to the unfinished test if there is exactly one.
  const ending = s.hazard.startsWith('crash/') || (halts && s === log.parsed.diagnostics.at(-1) && !s.leak);
  if (pid === undefined && ending && attempt.unfinished.length === 1) return attempt.unfinished[0];
  if (s.leak || s.log.offset === undefined) return undefined;
  const at = s.log.offset;
  return inProcess.filter((e) => e.logs !== undefined && (e.logs[log.name] ?? 0) <= at).at(-1)?.test;
};
