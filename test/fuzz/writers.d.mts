import type { makeJunitLog } from '../../src/cli/parse/junit.js';
import type { found, jsonPrinter, prettyPrinter } from '../../src/cli/parse/print.js';
import type { html } from '../../src/reporters/html/html.js';
import type { json } from '../../src/reporters/json.js';
import type { junit } from '../../src/reporters/junit/junit.js';
import type { makeConsole } from '../../src/reporters/terminal/console.js';
import type { applyEvent, frame, newBoard } from '../../src/reporters/terminal/progress.js';
import type { renderSummary } from '../../src/reporters/terminal/summary.js';
import type { filesOf } from '../../src/reporters/write.js';

export type Writers = {
  applyEvent: typeof applyEvent;
  filesOf: typeof filesOf;
  found: typeof found;
  frame: typeof frame;
  html: typeof html;
  json: typeof json;
  jsonPrinter: typeof jsonPrinter;
  junit: typeof junit;
  makeConsole: typeof makeConsole;
  makeJunitLog: typeof makeJunitLog;
  newBoard: typeof newBoard;
  prettyPrinter: typeof prettyPrinter;
  renderSummary: typeof renderSummary;
};
export const WRITERS: Readonly<Record<string, unknown>>;
export function brokenWriter(modules: Writers, name: string, text: string): string | undefined;
