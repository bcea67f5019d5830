/** The smaller commands, one line each; what a command needs is loaded when it is called. */
import type { Argv } from 'yargs';

/** Options as yargs hands them over; each command's own type says what it declared. */
type Given = Record<string, unknown>;
export type Command = {
  words: string;
  says: string;
  options: (y: Argv) => Argv;
  /** Returns the exit code. */
  run: (given: Given) => Promise<number>;
};

const json = { type: 'boolean', default: false, describe: 'print JSON' } as const;

const matrix = { type: 'string', describe: 'matrix file (default: nearest ffi-gates.yaml)' } as const;

export const COMMANDS: readonly Command[] = [
  {
    words: 'list [what]',
    says: 'suites, or: cells, gates, bindings, hazards',
    options: (y) =>
      y
        .positional('what', { type: 'string', default: 'suites' })
        .option('matrix', matrix)
        .option('json', json),
    run: async (a) => (await import('./list.js')).list(a as never),
  },
  {
    words: 'explain <hazard>',
    says: 'what a hazard is, wrong and right lines, and which gates see it',
    options: (y) =>
      y
        .positional('hazard', { type: 'string', describe: 'a hazard id, or a family of them' })
        .option('language', { type: 'string', describe: 'examples of this language only' })
        .option('json', json),
    run: async (a) => (await import('./explain.js')).explain(a as never),
  },
];
