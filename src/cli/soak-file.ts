/** The history on disk: read once, then appended to, one record a line, each of which is on the disk before the next begins. */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import type { Redactor } from '../redaction/redactor.js';
import { addRecord, foldHistory, type History, type HistoryRecord } from '../soak/history.js';

export const HISTORY_NAME = 'history.ndjson';

export type HistoryFile = {
  history: History;
  /** The last line was cut, and has been removed. */
  torn: boolean;
  /** Adds a record to the file and to `history`. If that fails, the file stays as it was. */
  append(record: HistoryRecord): void;
  close(): void;
};

/** Opens the history of a directory, which is made if it is absent. Throws `Failure` 2 if the file is no such history. */
export const openHistory = (dir: string, redactor: Redactor): HistoryFile => {
  const file = join(dir, HISTORY_NAME);
  mkdirSync(dir, { recursive: true });
  const fd = openSync(file, 'a+');
  const naming = (error: unknown): unknown =>
    error instanceof Error ? Object.assign(error, { path: file }) : error;
  let folded: ReturnType<typeof foldHistory>;
  try {
    folded = foldHistory(readFileSync(fd, 'utf8'));
  } catch (e) {
    closeSync(fd);
    throw new Failure(EXIT.USAGE, `${(e as Error).message}: keep the file, and pass another --history`, file);
  }
  const { history, torn } = folded;
  let { bytes } = folded;
  if (torn) ftruncateSync(fd, bytes);
  return {
    history,
    torn,
    append: (record) => {
      const line = Buffer.from(`${JSON.stringify(redactor.deep(record))}\n`);
      try {
        for (let at = 0; at < line.length;) at += writeSync(fd, line, at);
        fsyncSync(fd);
      } catch (error) {
        ftruncateSync(fd, bytes);
        throw naming(error);
      }
      bytes += line.length;
      addRecord(history, record);
    },
    close: () => closeSync(fd),
  };
};
