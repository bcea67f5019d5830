/** Prints a command's result to stdout, and messages to stderr, without secrets. */
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { reasonOf } from '../model/system-errors.js';
import { harmless, inert, jsonText } from '../reporters/escape.js';
import { jsonRows } from '../reporters/json-rows.js';
import { inBlocks } from '../reporters/blocks.js';
import { outgoing } from './outgoing.js';

/** What a failed write to stdout ends the command with. Undefined if only nobody reads on (`| head`). */
const outputFailure = (error: unknown): Failure | undefined => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EPIPE') return undefined;
  return new Failure(EXIT.USAGE, `standard output cannot be written: ${reasonOf(error) ?? message}`);
};

/**
 * Handles errors of the standard streams. A reader of stdout that stops early fails no command, and any other
 * error ends it with a message; what cannot be said on stderr is lost, and the command continues.
 */
export const guardOutput = (): void => {
  process.stdout.on('error', (error) => {
    const failure = outputFailure(error);
    if (failure) throw failure;
  });
  process.stderr.on('error', () => undefined);
};

/**
 * Writes text. Files are written at once and throw here; pipes report their errors later. False if the stream
 * wants to be waited for.
 */
const print = (text: string): boolean => {
  try {
    return process.stdout.write(text);
  } catch (error) {
    const failure = outputFailure(error);
    if (failure) throw failure;
    return true;
  }
};

/** Prints a line, in which a terminal finds no control sequence and a CI server no command. */
export const say = (line: string): void => void print(`${harmless(outgoing().text(line))}\n`);

/** The same to stderr. */
export const tell = (line: string): void => void process.stderr.write(`${harmless(outgoing().text(line))}\n`);

/** The same for a line with our own colours; whatever else it shows is harmless already. */
export const sayPainted = (line: string): void => void print(`${inert(outgoing().text(line))}\n`);

/** Prints commands for a CI server, in which foreign text is escaped already. */
export const sayCommands = (lines: readonly string[]): void =>
  void print(lines.map((line) => `${outgoing().text(line)}\n`).join(''));

/** Prints a value as indented JSON, made harmless without changing it. */
export const sayJson = (value: unknown): void =>
  void print(`${jsonText(outgoing().deep(value), undefined, 2)}\n`);

/** Prints a large document as JSON, one row a line. Whoever reads it may stop early. */
export const sayRows = async (document: object): Promise<void> => {
  for (const block of inBlocks(jsonRows(outgoing().deep(document))))
    if (!print(block) && !(await drained(process.stdout))) return;
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
