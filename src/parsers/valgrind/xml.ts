/**
 * Valgrind's `--xml=yes` output, protocols 4 to 6, read as a stream: whole top-level records are cut out of the text and
 * only those are parsed, so a file without its end (a killed Valgrind) still yields each whole error and memory stays
 * bounded by the largest record.
 */
import type { Diagnostic, Stack } from '../../model/diagnostic.js';
import type { Emit } from '../engine/reader.js';
import { fatalSignal, sightingOf, type Report } from './kinds.js';
import { bareRecord, closeTags } from './xml-cut.js';
import { all, frameOf, partsOf, textOf } from './xml-node.js';
import { parseElement, type Node } from './xml-record.js';

/** Top-level elements that are cut out and read or skipped whole. */
const RECORDS = new Set([
  'error',
  'fatal_signal',
  'status',
  'preamble',
  'pid',
  'ppid',
  'tool',
  'protocoltool',
  'protocolversion',
  'args',
  'errorcounts',
  'suppcounts',
  'clientmsg',
  'announcethread',
  'usercomment',
  'logfilequalifier',
]);
const TAG = /^<(\/?)([A-Za-z_]{1,40})(?:\s[^<>]{0,200})?>/;
/** UTF-16 units of a tag, and of a record: anything longer is none of Valgrind's. */
const MAX_TAG = 300;
const MAX_RECORD = 1 << 24;

/**
 * Diagnostics that wait for their counts, which stand at the end of the file. Valgrind itself stops at 1000 different errors;
 * with `--error-limit=no` the first of more than that are handed over without a count.
 */
const MAX_WAITING = 1000;
const MAX_COMPLAINTS = 100;
/** Errors that a fatal signal may follow from. */
const MAX_RECENT = 8;

export type ValgrindXml = {
  push(chunk: string): void;
  /** Hands over what waits; returns what is missing, one sentence each. */
  end(): string[];
};

type Position = Diagnostic['log'];
/** A record; `isComplete` is false for one that was cut or is not well-formed. */
type Record = { node: Node; isComplete: boolean; log: Position };
type Waiting = { diagnostic: Diagnostic; unique: string | undefined };

type Document = {
  emit: Emit;
  missing: string[];
  /** Text that is not read yet, where in the log it begins, and how much of it was searched for the end of a record. */
  rest: string;
  line: number;
  offset: number;
  searched: number;
  /** Numbers of `<valgrindoutput>` and of its ends. */
  opened: number;
  closed: number;
  tool: string;
  pid: number | undefined;
  /** Diagnostics that wait for their counts, in order, and by the numbers that the counts name. */
  waiting: Waiting[];
  byUnique: Map<string, Diagnostic>;
  /** Stacks that created the announced threads, by `#id`. */
  created: Map<string, Stack>;
};

/**
 * Makes a reader for one XML document that begins at line `from.line` and byte `from.offset` of its log. Neither `push`
 * nor `end` throws, whatever the text is.
 */
export function makeValgrindXml(emit: Emit, from = { line: 1, offset: 0 }): ValgrindXml {
  const d: Document = {
    emit,
    missing: [],
    rest: '',
    ...from,
    searched: 0,
    opened: 0,
    closed: 0,
    tool: 'valgrind',
    pid: undefined,
    waiting: [],
    byUnique: new Map(),
    created: new Map(),
  };
  return {
    push(chunk) {
      d.rest += chunk;
      cut(d);
    },
    end() {
      const name = /^<(error|fatal_signal)>/.exec(d.rest)?.[1];
      if (name) read(d, name, closeTags(d.rest), false);
      if (d.opened === 0) complain(d, 'no <valgrindoutput> was found');
      else if (d.closed < d.opened) complain(d, 'the XML ends before </valgrindoutput>');
      release(d, d.waiting.splice(0));
      return d.missing;
    },
  };
}

function complain(d: Document, why: string): void {
  if (d.missing.length < MAX_COMPLAINTS) d.missing.push(why);
}

/** Cuts complete records out of the text; stops at a tag or record that is not there yet. */
function cut(d: Document): void {
  const name = d.searched === 0 ? undefined : /^<([a-z_]+)/.exec(d.rest)?.[1];
  if (name !== undefined && !cutRecord(d, name)) return;
  let at: number | undefined = 0;
  while (at !== undefined) at = cutNext(d, at);
}

/** Cuts up to the next record and reads it; returns from where to search on, or undefined to wait for more text. */
function cutNext(d: Document, at: number): number | undefined {
  const start = d.rest.indexOf('<', at);
  if (start === -1) {
    drop(d, d.rest.length);
    return undefined;
  }
  const tag = TAG.exec(d.rest.slice(start, start + MAX_TAG));
  if (!tag) {
    if (d.rest.length - start >= MAX_TAG || d.rest.includes('>', start)) return start + 1;
    drop(d, start);
    return undefined;
  }
  const [open, slash, name = ''] = tag;
  if (name === 'valgrindoutput' && slash) d.closed++;
  else if (name === 'valgrindoutput') d.opened++;
  if (slash || !RECORDS.has(name)) {
    drop(d, start + open.length);
    return 0;
  }
  drop(d, start);
  return cutRecord(d, name) ? 0 : undefined;
}

/** The text begins with the record `name`: reads it if it is complete, else remembers how far was searched. */
function cutRecord(d: Document, name: string): boolean {
  const close = `</${name}>`;
  const end = d.rest.indexOf(close, Math.max(0, d.searched - close.length));
  if (end !== -1) {
    read(d, name, d.rest.slice(0, end + close.length), true);
    drop(d, end + close.length);
    return true;
  }
  if (d.rest.length > MAX_RECORD) {
    complain(d, `the record <${name}> at line ${d.line} does not end`);
    drop(d, 1);
    return true;
  }
  d.searched = d.rest.length;
  return false;
}

function drop(d: Document, count: number): void {
  for (let at = d.rest.indexOf('\n'); at !== -1 && at < count; at = d.rest.indexOf('\n', at + 1)) d.line++;
  d.rest = d.rest.slice(count);
  d.offset += count;
  d.searched = 0;
}

function read(d: Document, name: string, text: string, isComplete: boolean): void {
  const log = { line: d.line, endLine: d.line + text.split('\n').length - 1, offset: d.offset };
  const parsed = parseElement(text);
  if (!parsed) complain(d, `the record <${name}> at line ${d.line} is not well-formed XML`);
  // What cannot be parsed is still an error with a kind, and must not be forgotten.
  const node = parsed ?? bareRecord(text);
  const record = { node, isComplete: isComplete && parsed !== undefined, log };
  if (name === 'error') takeError(d, record);
  else if (name === 'fatal_signal') takeSignal(d, record);
  else if (name === 'pid') d.pid = Number(node._ ?? '') || undefined;
  else if (name === 'tool' || name === 'protocoltool') d.tool = node._ ?? d.tool;
  else if (name === 'announcethread') announce(d, node);
  else if (name === 'errorcounts') takeCounts(d, node);
}

function reportOf(d: Document, { node, isComplete, log }: Record, kind: string, what: string): Report {
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

function takeError(d: Document, record: Record): void {
  const { node, isComplete, log } = record;
  const kind = textOf(node, 'kind');
  if (!kind) {
    if (isComplete) complain(d, `the error at line ${log.line} has no kind`);
    return;
  }
  const what = [textOf(node, 'xwhat', 'text'), ...all(node, 'what').map((n) => n._ ?? '')];
  const headline = what.filter(Boolean).join(' ') || kind;
  const unique = textOf(node, 'unique');
  const diagnostic = sightingOf(reportOf(d, record, kind, headline), d.created);
  keep(d, { diagnostic, unique: unique && `${d.pid ?? ''}/${unique}` });
}

function takeSignal(d: Document, record: Record): void {
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
    const diagnostic = d.byUnique.get(`${d.pid ?? ''}/${textOf(pair, 'unique')}`);
    const count = Number(textOf(pair, 'count'));
    if (diagnostic && count > 0) diagnostic.count = count;
  }
}

function keep(d: Document, waiting: Waiting): void {
  d.waiting.push(waiting);
  if (waiting.unique) d.byUnique.set(waiting.unique, waiting.diagnostic);
  if (d.waiting.length > MAX_WAITING) release(d, d.waiting.splice(0, MAX_WAITING / 2));
}

function release(d: Document, ready: readonly Waiting[]): void {
  for (const { diagnostic, unique } of ready) {
    if (unique) d.byUnique.delete(unique);
    d.emit(diagnostic);
  }
}
