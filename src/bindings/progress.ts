/** The record of a run that test frameworks keep through our plugins: one JSON object a line, written before the test goes on. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestEvent } from '../model/test-event.js';

/** Where a launch with this scratch directory keeps it. */
export const progressFile = (scratch: string): string => join(scratch, 'progress.ndjson');

/** What the plugins read: where to write events and mappings, and which directory holds the gate's logs. */
export const progressEnv = (scratch: string, logDir: string): Record<string, string> => ({
  FFI_GATES_PROGRESS: progressFile(scratch),
  FFI_GATES_LOG_DIR: logDir,
  FFI_GATES_OBJECTS: join(scratch, 'objects'),
});

const eventOf = (line: string): TestEvent[] => {
  try {
    const event = JSON.parse(line) as TestEvent;
    return typeof event.test === 'string' ? [event] : [];
  } catch {
    // Half a line, or a test wrote into the file: the test whose record it was has no result.
    return [];
  }
};

/** The events of a record's whole lines. */
export const eventsOf = (text: string): TestEvent[] => text.split('\n').slice(0, -1).flatMap(eventOf);

/** The record in a file; no events where no test began. */
export const readEvents = (file: string): TestEvent[] =>
  existsSync(file) ? eventsOf(readFileSync(file, 'utf8')) : [];
