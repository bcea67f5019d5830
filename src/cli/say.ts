/** Prints a command's result to stdout. */
import { inert, inertJson } from '../reporters/escape.js';

/** Prints a line, in which a CI server finds no command. */
export const say = (line: string): void => void process.stdout.write(`${inert(line)}\n`);

/** Prints a value as indented JSON, in which a CI server finds no command. */
export const sayJson = (value: unknown): void =>
  void process.stdout.write(`${inertJson(JSON.stringify(value, null, 2))}\n`);

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
