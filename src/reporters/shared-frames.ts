/**
 * The runtime bucket as it stands in `report.json`. Its findings end in the same frames of a virtual machine or
 * of libc, thousands of times, so in a large bucket each stack keeps its first frame, and numbers the others in a
 * table (`sharedFrames`) that all stacks share.
 */
import type { FindingReport, Report, ReportedFrame, ReportedStack } from '../model/report.js';

/** A bucket with fewer frames is written as it is. */
const MIN_FRAMES = 5000;
/** Frames that stay in the stack, for readers that do not know the table. */
const KEPT = 1;

const withStacks = (report: Report, change: (stack: ReportedStack) => ReportedStack): FindingReport[] =>
  report.runtimeBucket.map((f) => ({ ...f, stacks: f.stacks.map(change) }));

/** The report as it is written. */
export const shareFrames = (report: Report): Report => {
  const frames = report.runtimeBucket.reduce(
    (sum, f) => f.stacks.reduce((n, k) => n + k.frames.length, sum),
    0,
  );
  if (frames < MIN_FRAMES) return report;
  const numbers = new Map<string, number>();
  const sharedFrames: ReportedFrame[] = [];
  const numberOf = (frame: ReportedFrame): number => {
    const key = JSON.stringify(frame);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, sharedFrames.length);
    return sharedFrames.push(frame) - 1;
  };
  const runtimeBucket = withStacks(report, (k) =>
    k.frames.length <= KEPT
      ? k
      : { ...k, frames: k.frames.slice(0, KEPT), more: k.frames.slice(KEPT).map(numberOf) },
  );
  return { ...report, runtimeBucket, sharedFrames };
};

/** The report with whole stacks. Throws `RangeError` if a stack names a frame that is not in the table. */
export const unshareFrames = ({ sharedFrames, ...report }: Report): Report => {
  if (!sharedFrames) return report;
  const frameOf = (n: number): ReportedFrame => {
    const frame = sharedFrames[n];
    if (!frame) throw new RangeError(`there is no shared frame ${n}`);
    return frame;
  };
  const runtimeBucket = withStacks(report, ({ more = [], ...k }) => ({
    ...k,
    frames: [...k.frames, ...more.map(frameOf)],
  }));
  return { ...report, runtimeBucket };
};
