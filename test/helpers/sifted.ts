/** Parsing as deep in a large log: only the lines that may matter are read, from the first byte on. */
import type { Parsed, Diagnostic } from '../../src/model/diagnostic.js';
import { openLog } from '../../src/parsers/index.js';

export const sifted = (text: string): Parsed => {
  const diagnostics: Diagnostic[] = [];
  const log = openLog((s) => diagnostics.push(s), 0);
  log.push(Buffer.from(text));
  const { unread, complete, missing } = log.end();
  return { diagnostics: diagnostics.sort((a, b) => a.log.line - b.log.line), unread, complete, missing };
};
