/**
 * The entry of a table under a name from outside (a file, a log, the command line), or undefined. Plain
 * indexing would also find what every object has: `constructor`, `toString`.
 */
export const lookUp = <T>(table: Readonly<Record<string, T>>, name: string | undefined): T | undefined =>
  name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
