import type { Parsed } from '../../src/finding.js';
import type { hazard } from '../../src/hazard.js';
import type { makeTextParser, parseText, READERS } from '../../src/parsers/text.js';
import type { makeValgrindXml } from '../../src/parsers/valgrind-xml.js';

export type Parsers = {
  parseText: typeof parseText;
  makeTextParser: typeof makeTextParser;
  READERS: typeof READERS;
  makeValgrindXml: typeof makeValgrindXml;
  hazard: typeof hazard;
};
export function parse(parsers: Parsers, text: string, chunk?: number): Parsed;
export function broken(parsers: Parsers, text: string, cuts?: readonly number[]): string | undefined;
