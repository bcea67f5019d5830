/**
 * Valgrind's `--xml=yes` output, protocols 4 to 6, read as a stream of records, so that a file without its end (a killed
 * Valgrind) still yields each whole error, and memory stays bounded.
 */
import type { Diagnostic, Stack } from '../../model/diagnostic.js';
import type { Emit } from '../engine/reader.js';
import { fatalSignal, sightingOf, type Report } from './kinds.js';
import { all, frameOf, partsOf, textOf, wordsOf, type Node } from './xml-node.js';
import { makeXmlCutter, type XmlHandler, type XmlRecord } from './xml-records.js';

/**
 * Diagnostics that wait for their counts, which stand at the end of the file. Valgrind itself stops at 1000 different errors;
 * with `--error-limit=no` the first of more than that are handed over without a count.
 */
const MAX_WAITING = 1000;
const MAX_COMPLAINTS = 100;
/** Errors that a fatal signal may follow from. */
const MAX_RECENT = 8;

export type ValgrindXml = {
  /** Reads on. Returns where in `chunk` the document ends, undefined while it goes on. */
  push(chunk: string): number | undefined;
  /** Whether a line that begins with no tag may belong to the document. */
  continuesWith(text: string): boolean;
  /** Hands over what waits; returns what is missing, one sentence each. */
  end(): string[];
};

type Waiting = { diagnostic: Diagnostic; unique: string | undefined };

type Document = {
  emit: Emit;
  missing: string[];
  /** Whether `<valgrindoutput>` and its end were there. */
  hasBegun: boolean;
  hasEnded: boolean;
  tool: string;
  pid: number | undefined;
  /** Diagnostics that wait for their counts, in order, and by the numbers that the counts name. */
  waiting: Waiting[];
  byUnique: Map<string, Diagnostic>;
  /** Diagnostics were handed over without their counts. */
  hasReleased: boolean;
  /** Stacks that created the announced threads, by `#id`. */
  created: Map<string, Stack>;
};

/**
 * Makes a reader for one XML document that begins at line `from.line` and offset `from.offset` of its log. Neither `push`
 * nor `end` throws, whatever the text is.
 */
export function makeValgrindXml(emit: Emit, from = { line: 1, offset: 0 }): ValgrindXml {
  const d: Document = {
    emit,
    missing: [],
    hasBegun: false,
    hasEnded: false,
    tool: 'valgrind',
    pid: undefined,
    waiting: [],
    byUnique: new Map(),
    hasReleased: false,
    created: new Map(),
  };
  const handler: XmlHandler = {
    record: (record) => takeRecord(d, record),
    opened: () => void (d.hasBegun = true),
    closed: () => void (d.hasEnded = true),
    complain: (why) => complain(d, why),
  };
  const cutter = makeXmlCutter(handler, from);
  return {
    push: (chunk) => cutter.push(chunk),
    continuesWith: (text) => cutter.continuesWith(text),
    end() {
      cutter.end();
      if (!d.hasBegun) complain(d, 'no <valgrindoutput> was found');
      else if (!d.hasEnded) complain(d, 'the XML ends before </valgrindoutput>');
      release(d, d.waiting.splice(0));
      return d.missing;
    },
  };
}

function complain(d: Document, why: string): void {
  if (d.missing.length < MAX_COMPLAINTS) d.missing.push(why);
}

function takeRecord(d: Document, record: XmlRecord): void {
  const { node } = record;
  switch (node.name) {
    case 'error':
      return takeError(d, record);
    case 'fatal_signal':
      return takeSignal(d, record);
    case 'pid':
      return void (d.pid = Number(wordsOf(node)) || undefined);
    case 'tool':
    case 'protocoltool':
      return void (d.tool = wordsOf(node) ?? d.tool);
    case 'announcethread':
      return announce(d, node);
    case 'errorcounts':
      return takeCounts(d, node);
  }
}

function reportOf(d: Document, { node, isComplete, log }: XmlRecord, kind: string, what: string): Report {
  const announced = textOf(node, 'xwhat', 'hthreadid');
  const tid = textOf(node, 'tid');
  const bytes = textOf(node, 'xwhat', 'leakedbytes');
  const blocks = textOf(node, 'xwhat', 'leakedblocks');
  return {
    tool: d.tool,
    kind,
    what,
    parts: partsOf(node, what),
    ...(bytes && { bytes: Number(bytes) }),
    ...(blocks && { blocks: Number(blocks) }),
    ...(d.pid !== undefined && { pid: d.pid }),
    ...(announced ? { thread: `thread #${announced}` } : tid && { thread: `thread ${tid}` }),
    complete: isComplete,
    log,
  };
}

function takeError(d: Document, record: XmlRecord): void {
  const { node, log } = record;
  const kind = textOf(node, 'kind');
  if (!kind) {
    complain(d, `the error at line ${log.line} has no kind`);
    return;
  }
  const what = [textOf(node, 'xwhat', 'text'), ...all(node, 'what').map((n) => wordsOf(n) ?? '')];
  const headline = what.filter(Boolean).join(' ') || kind;
  const unique = textOf(node, 'unique');
  const diagnostic = sightingOf(reportOf(d, record, kind, headline), d.created);
  keep(d, { diagnostic, unique: unique && `${d.pid ?? ''}/${unique}` });
}

function takeSignal(d: Document, record: XmlRecord): void {
  const { node } = record;
  const name = textOf(node, 'signame');
  if (!name) return;
  const what = `Process terminating with default action of signal ${textOf(node, 'signo') ?? '?'} (${name})`;
  const report = reportOf(d, record, 'FatalSignal', what);
  const recent = d.waiting.slice(-MAX_RECENT).map((w) => w.diagnostic);
  const diagnostic = fatalSignal(report, name, textOf(node, 'siaddr'), recent);
  if (diagnostic) keep(d, { diagnostic, unique: undefined });
}

/** Keeps the stack that created a thread, for errors that name the thread. */
function announce(d: Document, node: Node): void {
  const id = textOf(node, 'hthreadid');
  const frames = all(node, 'stack').flatMap((stack) => all(stack, 'frame').map(frameOf));
  if (!id || frames.length === 0) return;
  d.created.set(`#${id}`, { role: 'thread-created', thread: `thread #${id}`, frames });
}

function takeCounts(d: Document, node: Node): void {
  for (const pair of all(node, 'pair')) {
    const unique = textOf(pair, 'unique');
    const count = Number(textOf(pair, 'count'));
    const diagnostic = d.byUnique.get(`${d.pid ?? ''}/${unique}`);
    if (diagnostic && count > 0) diagnostic.count = count;
    if (!diagnostic && !d.hasReleased) complain(d, `Valgrind counts the error ${unique}, which was not read`);
  }
}

function keep(d: Document, waiting: Waiting): void {
  d.waiting.push(waiting);
  if (waiting.unique) d.byUnique.set(waiting.unique, waiting.diagnostic);
  if (d.waiting.length <= MAX_WAITING) return;
  d.hasReleased = true;
  release(d, d.waiting.splice(0, MAX_WAITING / 2));
}

function release(d: Document, ready: readonly Waiting[]): void {
  for (const { diagnostic, unique } of ready) {
    if (unique) d.byUnique.delete(unique);
    d.emit(diagnostic);
  }
}
