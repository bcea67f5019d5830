/**
 * The runtime bucket as it stands in `report.json`. Its findings end in the same frames of a virtual machine or
 * of libc, thousands of times, so in a large bucket each stack keeps its first frame, and numbers the others in a
 * table (`sharedFrames`) that all stacks share. All that one launch showed has the same command, which is long: each
 * distinct one stands in `sharedRepros`.
 */
import type { FindingReport, Report, ReportedFrame, ReportedStack } from '../model/report.js';

/** A bucket with fewer frames is written as it is. */
const MIN_FRAMES = 5000;
/** Frames that stay in the stack, for readers that do not know the table. */
const KEPT = 1;

/** Numbers distinct values from 0, in order of their first appearance. */
const makeTable = <T>(): { all: T[]; numberOf: (value: T) => number } => {
  const numbers = new Map<string, number>();
  const all: T[] = [];
  return {
    all,
    numberOf: (value) => {
      const key = JSON.stringify(value);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, all.length);
      return all.push(value) - 1;
    },
  };
};

const withStacks = (report: Report, change: (stack: ReportedStack) => ReportedStack): FindingReport[] =>
  report.runtimeBucket.map((f) => ({ ...f, stacks: f.stacks.map(change) }));

/** The report as it is written. */
export const shareFrames = (report: Report): Report => {
  const frames = report.runtimeBucket.reduce(
    (sum, f) => f.stacks.reduce((n, k) => n + k.frames.length, sum),
    0,
  );
  if (frames < MIN_FRAMES) return report;
  const table = makeTable<ReportedFrame>();
  const repros = makeTable<string>();
  const runtimeBucket = withStacks(report, (k) =>
    k.frames.length <= KEPT
      ? k
      : { ...k, frames: k.frames.slice(0, KEPT), more: k.frames.slice(KEPT).map(table.numberOf) },
  ).map((f) => ({ ...f, repro: '', sharedRepro: repros.numberOf(f.repro) }));
  return { ...report, runtimeBucket, sharedFrames: table.all, sharedRepros: repros.all };
};

/**
 * The report with whole stacks and commands. Throws `RangeError` if a stack names a frame, or a finding a command, that is not
 * in its table.
 */
export const unshareFrames = ({ sharedFrames, sharedRepros, ...report }: Report): Report => {
  if (!sharedFrames) return report;
  const entryOf = <T>(table: readonly T[] | undefined, n: number, what: string): T => {
    const entry = table?.[n];
    if (entry === undefined) throw new RangeError(`there is no shared ${what} ${n}`);
    return entry;
  };
  const runtimeBucket = withStacks(report, ({ more = [], ...k }) => ({
    ...k,
    frames: [...k.frames, ...more.map((n) => entryOf(sharedFrames, n, 'frame'))],
  })).map(({ sharedRepro, ...f }) =>
    sharedRepro === undefined ? f : { ...f, repro: entryOf(sharedRepros, sharedRepro, 'command') },
  );
  return { ...report, runtimeBucket };
};
