import type { Parsed } from '../../src/model/diagnostic.js';
import type { hazard } from '../../src/model/hazards.js';
import type { makeLogParser } from '../../src/parsers/log.js';
import type { tableOf } from '../../src/parsers/engine/table.js';
import type { openLog, READERS } from '../../src/parsers/index.js';

export type Parsers = {
  openLog: typeof openLog;
  makeLogParser: typeof makeLogParser;
  tableOf: typeof tableOf;
  READERS: typeof READERS;
  hazard: typeof hazard;
};
export function parse(parsers: Parsers, text: string, chunk?: number): Parsed;
export function broken(parsers: Parsers, text: string, cuts?: readonly number[]): string | undefined;
