/**
 * The record that our plugins write while tests run: one JSON object per line, written before the test goes
 * on.
 */
import { join } from 'node:path';
import type { TestEvent } from '../model/test-event.js';
import { textOf } from '../process/regular-file.js';

/** The record of a launch with this scratch directory. */
export const progressFile = (scratch: string): string => join(scratch, 'progress.ndjson');

/** Variables for the plugins: where to write events and mappings, and the directory of the gate's logs. */
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
    // An incomplete line, or a test wrote into the file. The test of this line has no result.
    return [];
  }
};

/** The events in the complete lines of a record. */
export const eventsOf = (text: string): TestEvent[] => text.split('\n').slice(0, -1).flatMap(eventOf);

/** Limit in bytes of a record. */
const MAX_RECORD = 256 << 20;

/** The events of a record. None if the file does not exist, or if a test has put something else in its place. */
export const readEvents = (file: string): TestEvent[] => eventsOf(textOf(file, MAX_RECORD) ?? '');
