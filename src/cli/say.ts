/** Prints a command's result to stdout, and messages to stderr, without secrets. */
import { harmless, inert, jsonText } from '../reporters/escape.js';
import { jsonRows } from '../reporters/json-rows.js';
import { inBlocks } from '../reporters/blocks.js';
import { outgoing } from './outgoing.js';

/** Prints a line, in which a terminal finds no control sequence and a CI server no command. */
export const say = (line: string): void => void process.stdout.write(`${harmless(outgoing().text(line))}\n`);

/** The same to stderr. */
export const tell = (line: string): void => void process.stderr.write(`${harmless(outgoing().text(line))}\n`);

/** The same for a line with our own colours; whatever else it shows is harmless already. */
export const sayPainted = (line: string): void =>
  void process.stdout.write(`${inert(outgoing().text(line))}\n`);

/** Prints a value as indented JSON, made harmless without changing it. */
export const sayJson = (value: unknown): void =>
  void process.stdout.write(`${jsonText(outgoing().deep(value), undefined, 2)}\n`);

/** Prints a large document as JSON, one row a line. Whoever reads it may stop early. */
export const sayRows = async (document: object): Promise<void> => {
  for (const block of inBlocks(jsonRows(outgoing().deep(document))))
    if (!process.stdout.write(block) && !(await drained(process.stdout))) return;
};

/** Waits until a stream takes more. False if it never will. */
const drained = (stream: NodeJS.WriteStream): Promise<boolean> =>
  new Promise((resolve) => {
    if (stream.destroyed) return resolve(false);
    const settle = (takesMore: boolean) => (): void => {
      for (const [event, listener] of listeners) stream.off(event, listener);
      resolve(takesMore);
    };
    const listeners = [
      ['drain', settle(true)],
      ['error', settle(false)],
      ['close', settle(false)],
    ] as const;
    for (const [event, listener] of listeners) stream.once(event, listener);
  });

/** Formats rows as columns. All but the last column are padded to their widest cell. */
export const columns = (rows: readonly (readonly string[])[]): string[] => {
  const widths: number[] = [];
  for (const row of rows) row.forEach((c, i) => (widths[i] = Math.max(widths[i] ?? 0, c.length)));
  return rows.map((row) =>
    row
      .map((c, i) => (i === row.length - 1 ? c : c.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
};
