/**
 * Mistakes in a file that a user writes, each with its place. All mistakes of a file are reported at once, up
 * to a limit.
 */
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';

export type Problem = {
  file: string;
  /** Both count from 1. Absent if the whole file is meant. */
  line?: number;
  column?: number;
  /**
   * What is wrong, and what to write instead. A function is called only if the problem is shown: suggestions
   * take time, and a file may hold any number of mistakes.
   */
  message: string | (() => string);
};

/** Number of problems that one failure shows. */
const SHOWN = 20;
const MAX_MESSAGE = 500;

const placeOf = (p: Problem): string =>
  p.line === undefined ? p.file : `${p.file}:${p.line}:${p.column ?? 1}`;

const textOf = ({ message }: Problem): string => {
  const text = typeof message === 'string' ? message : message();
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
};

/**
 * Throws a `Failure` 2 if there are problems: its place and first line are those of the first one, and each
 * further line is another, with its place. They are sorted by their places; files keep their order.
 */
export const reject = (problems: readonly Problem[]): void => {
  if (problems.length === 0) return;
  const files = new Map<string, number>();
  for (const p of problems) if (!files.has(p.file)) files.set(p.file, files.size);
  const sorted = [...problems].sort(
    (a, b) =>
      files.get(a.file)! - files.get(b.file)! ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
  const [first, ...others] = sorted.slice(0, SHOWN);
  const rest = sorted.length - SHOWN;
  const lines = [textOf(first!), ...others.map((p) => `${placeOf(p)}: ${textOf(p)}`)];
  if (rest > 0) lines.push(`and ${rest.toLocaleString('en')} more`);
  throw new Failure(EXIT.USAGE, lines.join('\n'), placeOf(first!));
};

/** A value from the file for a message: quoted, on one line, at most 60 characters. */
export const quoted = (value: string): string => {
  const line = value.replace(/\s+/g, ' ');
  return `'${line.length > 60 ? `${line.slice(0, 60)}…` : line}'`;
};
