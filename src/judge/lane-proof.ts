/** The proof of a lane, from its canary. Pure. */
import { placeOf } from '../config/annotations.js';
import { byText } from '../model/order.js';
import { isNoHostThread, type Stack } from '../model/diagnostic.js';
import type { LaneReport } from '../model/report.js';
import type { Evidence } from './evidence.js';
import type { Judged } from './judge.js';

/**
 * Why a lane's reports lack the host's own lines. Undefined if its canary showed some, or if its gate does not ask
 * for them. Leaks are reported when the host has ended.
 */
const hostLinesLost = ({ cell, seen, noHostLines }: Evidence): string | undefined => {
  if (cell.gate.hostStacks?.(cell.suite.binding) !== true) return undefined;
  if (noHostLines !== undefined) return noHostLines;
  // What a program says of answers, and a leak that our own library reports, is about no stack of the host.
  const tool = cell.gate.drawsInputs ? 'asan' : cell.gate.fails ? undefined : cell.gate.id;
  const reports = seen.filter(({ diagnostic: d }) => d.leak === undefined && d.tool === tool);
  const answered = (k: Stack): boolean => k.host !== undefined && (k.frames.length > 0 || isNoHostThread(k));
  return reports.length === 0 || reports.some((s) => s.diagnostic.stacks.some(answered))
    ? undefined
    : 'no report of the canary showed any';
};

/** The proof of a lane, from its canary cell. A lane without a canary is not proven. */
export const laneOf = (
  lane: { binding: LaneReport['binding']; builder: string; gate: string },
  canary: Judged | undefined,
): LaneReport => {
  if (!canary) return { ...lane, proven: false, canaries: [] };
  const rows = [
    ...canary.caught.map((x) => ({ x, seen: true })),
    ...canary.missed.map((x) => ({ x, seen: false })),
  ]
    .map(({ x, seen }) => ({
      class: x.case.replace(/^canary_/, ''),
      seen,
      ...(seen
        ? {}
        : { why: canary.evidence.failed ?? `${x.hazard} was planted at ${placeOf(x)} and not seen` }),
    }))
    .sort((a, b) => byText(a.class, b.class));
  const lost = hostLinesLost(canary.evidence);
  return {
    ...lane,
    proven: rows.length > 0 && rows.every((r) => r.seen),
    canaries: rows,
    ...(canary.evidence.provenAt === undefined ? {} : { provenAt: canary.evidence.provenAt }),
    ...(lost === undefined ? {} : { noHostLines: lost }),
  };
};
