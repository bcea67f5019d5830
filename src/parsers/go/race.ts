/**
 * Go race detector: blocks between lines of `=`, frames on two lines.
 *
 *     WARNING: DATA RACE
 *     Write at 0x00c0000120f8 by goroutine 6:
 *       main.store()
 *           /src/main.go:14 +0x44
 *
 *     Previous write at 0x00c0000120f8 by main goroutine:
 *     Goroutine 6 (running) created at:
 *     ==================
 *     Found 1 data race(s)
 *
 * Source of the format: the Go branch of ThreadSanitizer's report printer.
 */
import type { Access } from '../../model/diagnostic.js';
import { UNKNOWN_FUNCTION } from '../engine/frame.js';
import {
  addFrame,
  closeReport,
  extend,
  markComplete,
  openReport,
  openStack,
  type OpenReport,
  type ReportFacts,
} from '../engine/open-report.js';
import {
  begins,
  type Emit,
  type Line,
  type LineReader,
  type LineSession,
  type Took,
} from '../engine/reader.js';
import { goFrame, goFunction } from './frame.js';

/** `Previous atomic write at 0x00c000012308 by goroutine 7:` (no address until Go 1.6), `[failed to restore the stack]` may follow. */
const ACCESS =
  /^(Previous )?(atomic )?(read|write)(?: at (0x[0-9a-f]+))? by (main goroutine|goroutine \d+|[^:]{1,80}):$/i;
/** `Goroutine 7 (running) created at:` */
const CREATED = /^(Goroutine \d+) \([^)]{0,40}\) created at:$/;
const RULE = /^={18,}$/;
/** `Goroutine 7 lock mutex 0x… while holding mutex 0x…:`, `Mutex 0x… was previously locked here:` */
const LOCKED =
  /^(?:(Goroutine \d{1,19}) lock mutex 0x[0-9a-f]{1,16} while holding mutex 0x[0-9a-f]{1,16}|Mutex 0x[0-9a-f]{1,16} was previously locked here):$/;
/** The detector knows a fixed number of goroutines. */
const LIMIT = /^race: limit on \d{1,9} simultaneously alive goroutines is exceeded, dying$/;
const FOUND = /^Found (\d{1,9}) data race\(s\)$/;

const accessOf = (m: RegExpExecArray): Access => ({
  kind: m[3]?.toLowerCase() === 'write' ? 'write' : 'read',
  ...(m[2] ? { atomic: true } : {}),
});

/** Reads `WARNING: DATA RACE` blocks; `Found N data race(s)` is checked against the number of blocks. */
export const goRace: LineReader = {
  kind: 'lines',
  tools: ['go-race'],
  literals: [
    'DATA RACE',
    'WARNING: DEADLOCK',
    'race: limit on',
    'data race(s)',
    ' by goroutine ',
    ' by main goroutine',
    ' created at:',
    ' lock mutex 0x',
  ],
  markers: [
    { words: /\b(?:WARNING: )?DATA RACE\b/, opening: /\bWARNING: DATA RACE$/ },
    begins(/\bWARNING: DEADLOCK$/),
    begins(/\brace: limit on \d{1,9} simultaneously alive goroutines\b/),
  ],
  traces: [
    /^\s*(?:Previous )?(?:atomic )?(?:read|write) at 0x[0-9a-f]{4,16} by (?:main )?goroutine/i,
    /^\s*Goroutine \d+ \([a-z ]{1,20}\) created at:$/,
    /^Found \d{1,9} data race\(s\)$/,
    /^Goroutine \d{1,12} lock mutex 0x[0-9a-f]{4,16} while holding mutex /,
  ],
  make,
};

type State = {
  emit: Emit;
  open: OpenReport | undefined;
  /** A function whose place line has not come yet. */
  fn: string | undefined;
  /** Races that were read, and those that the trailers count. */
  read: number;
  promised: number;
};

const RACE: ReportFacts = {
  tool: 'go-race',
  rule: 'go-race/data-race',
  hazard: 'threading/go-race',
  message: 'data race',
};
const DEADLOCK: ReportFacts = {
  tool: 'go-race',
  rule: 'go-race/deadlock',
  hazard: 'threading/deadlock',
  message: 'potential deadlock',
};

function make(emit: Emit): LineSession {
  const s: State = { emit, open: undefined, fn: undefined, read: 0, promised: 0 };
  return {
    line: (line) => read(s, line),
    end() {
      close(s);
      return s.promised > s.read
        ? [`the race detector counted ${s.promised} data races, ${s.read} were read`]
        : [];
    },
  };
}

function read(s: State, line: Line): Took {
  const text = line.text.trimEnd();
  if (text === 'WARNING: DATA RACE') {
    begin(s, line, RACE, 'the closing line of the race report');
    s.read++;
    return 'consumed';
  }
  if (text === 'WARNING: DEADLOCK') {
    begin(s, line, DEADLOCK, 'the closing line of the report');
    return 'consumed';
  }
  if (LIMIT.test(text)) {
    const limit = { tool: 'go-race', rule: 'go-race/limit', hazard: 'tool/host-fault' } as const;
    closeReport(openReport(line, { ...limit, message: text.trim() }), s.emit);
    return 'consumed';
  }
  const found = FOUND.exec(text);
  if (found) {
    s.promised += Number(found[1]);
    return 'consumed';
  }
  return s.open !== undefined && inside(s, s.open, line, text) ? 'consumed' : 'ignored';
}

function begin(s: State, line: Line, facts: ReportFacts, missing: string): void {
  close(s);
  s.open = openReport(line, { ...facts }, { missing, keepsEmptyStacks: true });
}

function close(s: State): void {
  flush(s);
  if (s.open) closeReport(s.open, s.emit);
  s.open = undefined;
}

/** A function line that never got its place is still a frame. */
function flush(s: State): void {
  if (s.open && s.fn !== undefined) addFrame(s.open, { kind: 'symbol', function: s.fn });
  s.fn = undefined;
}

/** One line of an open report; false when it is none of its. */
function inside(s: State, open: OpenReport, line: Line, text: string): boolean {
  if (RULE.test(text)) {
    extend(open, line);
    if (open.diagnostic.stacks.length > 0) markComplete(open);
    close(s);
    return true;
  }
  if (text === '') {
    flush(s);
    return true;
  }
  const isFrame = open.stack !== undefined && (text.startsWith('  ') || isCall(s, text.trim()));
  if (!takeTitle(s, open, text) && !isFrame) return false;
  extend(open, line);
  if (isFrame) takeFrameLine(s, open, text);
  return true;
}

/** A line that introduces a stack. */
function takeTitle(s: State, open: OpenReport, text: string): boolean {
  const access = ACCESS.exec(text);
  const locked = access ? null : LOCKED.exec(text);
  const created = (access ?? locked) ? null : CREATED.exec(text);
  if (!access && !locked && !created) return false;
  flush(s);
  if (access) openAccess(open, access, text);
  if (locked)
    openStack(open, open.diagnostic.stacks.length === 0 ? 'fault' : 'lock-acquired', {
      ...(locked[1] && { thread: locked[1].toLowerCase() }),
      title: text,
    });
  if (created) openStack(open, 'thread-created', { thread: (created[1] ?? '').toLowerCase(), title: text });
  return true;
}

function openAccess(open: OpenReport, m: RegExpExecArray, text: string): void {
  const { diagnostic } = open;
  const access = accessOf(m);
  const [address, thread] = [m[4], m[5]];
  const isFirst = diagnostic.stacks.length === 0;
  openStack(open, isFirst ? 'fault' : 'other-access', { thread: thread ?? 'goroutine', title: text, access });
  if (!isFirst) {
    diagnostic.message += ` against ${access.kind}`;
    return;
  }
  diagnostic.access = accessOf(m);
  if (address) diagnostic.address = address;
  if (thread) diagnostic.thread = thread;
  diagnostic.message = `data race: ${access.kind}`;
}

/** `/src/main.go:14 +0x44`, without the blanks before it. */
const PLACE = /^\S.{0,4000}:\d{1,9}(?: \+0x[0-9a-f]{1,16})?$/;
/** `main.(*T).store()`, without the blanks before it. */
const CALL = /^[\w./~%-][^\s()]{0,1000}(?:\(\*?[^\s()]{1,400}\)[^\s()]{0,1000})?\(.{0,2000}\)$/;

/** A line of a stack whose indentation is lost. */
const isCall = (s: State, text: string): boolean => (s.fn === undefined ? CALL.test(text) : PLACE.test(text));

/** A function, or below it its place. */
function takeFrameLine(s: State, open: OpenReport, text: string): void {
  if (text.startsWith('      ') || (s.fn !== undefined && PLACE.test(text.trim()))) {
    addFrame(open, goFrame(s.fn ?? UNKNOWN_FUNCTION, text.trim()));
    s.fn = undefined;
    return;
  }
  flush(s);
  const name = text.trim();
  if (name.startsWith('[')) addFrame(open, { kind: 'opaque', text: name });
  else s.fn = goFunction(name);
}
