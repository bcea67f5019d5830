/**
 * Mono's `mono_crash.*.json`: one object with all threads, of which one has `"crashed": true`. Other programs may have wrapped
 * it anew, or put it on one line, so that it is read by its brackets, never by its lines.
 */

/** The key that only mono's telemetry has (the misspelling is mono's own), inside the object `configuration`. */
const BEGINS = /"sigsgev"\s{0,99}(?::|$)/;
/** Strings, brackets, and other values. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s"{}[\],:]+/g;
const ADDRESS = /^"(0x[0-9a-f]+)"$/;
/** Frames of one thread. */
const MAX_FRAMES = 1024;

type Thread = { addresses: string[]; hasCrashed: boolean };

export type Telemetry = {
  /** Brackets that are open, beyond those around the key of the beginning. */
  depth: number;
  /** The last string. */
  last: string;
  inThreads: boolean;
  /** The open thread, the first one, and the one that crashed. */
  thread: Thread;
  first: Thread | undefined;
  crashed: Thread | undefined;
  /** The whole object is over. */
  isOver: boolean;
};

/** Where telemetry begins in a line; -1 when it does not. */
export const telemetryAt = (text: string): number => text.search(BEGINS);

const newThread = (): Thread => ({ addresses: [], hasCrashed: false });

/** Telemetry of which nothing is read yet. */
export const openTelemetry = (): Telemetry => ({
  depth: 0,
  last: '',
  inThreads: false,
  thread: newThread(),
  first: undefined,
  crashed: undefined,
  isOver: false,
});

/** Addresses of the crashed thread's frames, as far as is known. */
export const crashedAddresses = ({ crashed, first, thread }: Telemetry): readonly string[] =>
  (crashed ?? (thread.hasCrashed ? thread : (first ?? thread))).addresses;

/** Reads a line, or the rest of one. */
export function readTelemetry(t: Telemetry, text: string): void {
  for (const [token] of text.matchAll(TOKEN)) {
    if (t.isOver) return;
    if (token.startsWith('"')) takeString(t, token);
    else if (token === '{' || token === '[') {
      if (t.last === '"threads"') t.inThreads = true;
      t.depth++;
    } else if (token === '}' || token === ']') close(t);
    else if (token === 'true' && t.last === '"crashed"') t.thread.hasCrashed = true;
  }
}

function takeString(t: Telemetry, token: string): void {
  const address = t.last === '"native_address"' ? ADDRESS.exec(token)?.[1] : undefined;
  const { addresses } = t.thread;
  if (address !== undefined && addresses.length < MAX_FRAMES) addresses.push(address);
  t.last = token;
}

function close(t: Telemetry): void {
  t.depth--;
  if (t.inThreads && t.depth === 0) {
    t.first ??= t.thread;
    if (t.thread.hasCrashed) t.crashed ??= t.thread;
    t.thread = newThread();
  }
  // `configuration`, and the object around it.
  t.isOver = t.depth <= -2;
}
