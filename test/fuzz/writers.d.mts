import type { makeJunitLog } from '../../src/cli/parse/junit.js';
import type { found, jsonPrinter, prettyPrinter } from '../../src/cli/parse/print.js';
import type { REPORTERS } from '../../src/reporters/index.js';
import type { makeConsole } from '../../src/reporters/terminal/console.js';
import type { applyEvent, frame, newBoard } from '../../src/reporters/terminal/progress.js';
import type { renderSummary } from '../../src/reporters/terminal/summary.js';
import type { filesOf } from '../../src/reporters/write.js';

export type Writers = typeof REPORTERS & {
  applyEvent: typeof applyEvent;
  filesOf: typeof filesOf;
  found: typeof found;
  frame: typeof frame;
  jsonPrinter: typeof jsonPrinter;
  makeConsole: typeof makeConsole;
  makeJunitLog: typeof makeJunitLog;
  newBoard: typeof newBoard;
  prettyPrinter: typeof prettyPrinter;
  renderSummary: typeof renderSummary;
};
export const WRITERS: Readonly<Record<string, unknown>>;
export function brokenWriter(modules: Writers, name: string, text: string): string | undefined;
