/**
 * Valgrind's `--xml=yes` output, protocols 4 to 6, read as a stream: whole top-level records are cut out of the text and
 * only those are parsed, so a file without its end (a killed Valgrind) still yields each whole error and memory stays
 * bounded by the largest record.
 */
import type { Diagnostic, Stack } from '../../model/diagnostic.js';
import type { Emit } from '../engine/reader.js';
import { fatalSignal, sightingOf, type Report } from './kinds.js';
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
/** A single record longer than this (UTF-16 units) is no Valgrind record. */
const LARGEST = 1 << 24;

/**
 * Diagnostics that wait for their counts, which stand at the end of the file. Valgrind itself stops at 1000 different errors;
 * with `--error-limit=no` the first of more than that are handed over without a count.
 */
const MAX_WAITING = 1000;
const MAX_COMPLAINTS = 100;
/** Errors that a fatal signal may follow from. */
const RECENT = 8;

export type ValgrindXml = {
  push(chunk: string): void;
  /** Hands over what waits; returns what is missing, one sentence each. */
  end(): string[];
};

/**
 * Makes a reader for one XML document that begins at line `from.line` and byte `from.offset` of its log. Neither `push`
 * nor `end` throws, whatever the text is.
 */
export function makeValgrindXml(emit: Emit, from = { line: 1, offset: 0 }): ValgrindXml {
  const waiting: { diagnostic: Diagnostic; unique: string | undefined }[] = [];
  const byUnique = new Map<string, Diagnostic>();
  const created = new Map<string, Stack>();
  const missing: string[] = [];
  let { line, offset } = from;
  let [rest, searched] = ['', 0];
  let [opened, closed] = [0, 0];
  let tool = 'valgrind';
  let pid: number | undefined;

  const complain = (why: string): void => {
    if (missing.length < MAX_COMPLAINTS) missing.push(why);
  };

  const drop = (count: number): void => {
    for (let at = rest.indexOf('\n'); at !== -1 && at < count; at = rest.indexOf('\n', at + 1)) line++;
    rest = rest.slice(count);
    offset += count;
    searched = 0;
  };

  const read = (name: string, text: string, whole: boolean): void => {
    const log = { line, endLine: line + text.split('\n').length - 1, offset };
    const parsed = parseElement(text);
    if (!parsed) complain(`the record <${name}> at line ${line} is not well-formed XML`);
    // What cannot be parsed is still an error with a kind, and must not be forgotten.
    const node = parsed ?? bareRecord(text);
    const take = { node, whole: whole && parsed !== undefined, log };
    if (name === 'error') error(take);
    else if (name === 'fatal_signal') signal(take);
    else if (name === 'pid') pid = Number(node._ ?? '') || undefined;
    else if (name === 'tool' || name === 'protocoltool') tool = node._ ?? tool;
    else if (name === 'announcethread') announce(node);
    else if (name === 'errorcounts') counts(node);
  };

  const report = (node: Node, whole: boolean, log: Diagnostic['log'], kind: string, what: string): Report => {
    const hthread = textOf(node, 'xwhat', 'hthreadid');
    const tid = textOf(node, 'tid');
    const bytes = textOf(node, 'xwhat', 'leakedbytes');
    const blocks = textOf(node, 'xwhat', 'leakedblocks');
    return {
      tool,
      kind,
      what,
      parts: partsOf(node, what),
      ...(bytes && { bytes: Number(bytes) }),
      ...(blocks && { blocks: Number(blocks) }),
      ...(pid !== undefined && { pid }),
      ...(hthread ? { thread: `thread #${hthread}` } : tid && { thread: `thread ${tid}` }),
      complete: whole,
      log,
    };
  };

  const keep = (diagnostic: Diagnostic, unique: string | undefined): void => {
    waiting.push({ diagnostic, unique });
    if (unique) byUnique.set(unique, diagnostic);
    if (waiting.length > MAX_WAITING) release(waiting.splice(0, MAX_WAITING / 2));
  };
  const release = (ready: typeof waiting): void => {
    for (const { diagnostic, unique } of ready) {
      if (unique) byUnique.delete(unique);
      emit(diagnostic);
    }
  };

  const error = ({ node, whole, log }: { node: Node; whole: boolean; log: Diagnostic['log'] }): void => {
    const kind = textOf(node, 'kind');
    if (!kind) return void (whole && complain(`the error at line ${log.line} has no kind`));
    const what = [textOf(node, 'xwhat', 'text'), ...all(node, 'what').map((n) => n._ ?? '')];
    const headline = what.filter(Boolean).join(' ') || kind;
    const diagnostic = sightingOf(report(node, whole, log, kind, headline), created);
    const unique = textOf(node, 'unique');
    keep(diagnostic, unique && `${pid ?? ''}/${unique}`);
  };

  const signal = ({ node, whole, log }: { node: Node; whole: boolean; log: Diagnostic['log'] }): void => {
    const name = textOf(node, 'signame');
    if (!name) return;
    const made = report(
      node,
      whole,
      log,
      'FatalSignal',
      `Process terminating with default action of signal ${textOf(node, 'signo') ?? '?'} (${name})`,
    );
    const recent = waiting.slice(-RECENT).map((w) => w.diagnostic);
    const diagnostic = fatalSignal(made, name, textOf(node, 'siaddr'), recent);
    if (diagnostic) keep(diagnostic, undefined);
  };

  const announce = (node: Node): void => {
    const id = textOf(node, 'hthreadid');
    const frames = all(node, 'stack').flatMap((stack) => all(stack, 'frame').map(frameOf));
    if (!id || frames.length === 0) return;
    created.set(`#${id}`, { role: 'thread-created', thread: `thread #${id}`, frames });
  };

  const counts = (node: Node): void => {
    for (const pair of all(node, 'pair')) {
      const diagnostic = byUnique.get(`${pid ?? ''}/${textOf(pair, 'unique')}`);
      const count = Number(textOf(pair, 'count'));
      if (diagnostic && count > 0) diagnostic.count = count;
    }
  };

  /** Cuts whole records out of `rest`; stops at a tag or record that is not there yet. */
  const cut = (): void => {
    let at = searched === 0 ? 0 : -1;
    while (at !== -1) {
      const start = rest.indexOf('<', at);
      if (start === -1) return drop(rest.length);
      const tag = /^<(\/?)([A-Za-z_]{1,40})(?:\s[^<>]{0,200})?>/.exec(rest.slice(start, start + 300));
      if (!tag) {
        if (rest.length - start < 300 && !rest.includes('>', start)) return drop(start);
        at = start + 1;
        continue;
      }
      const [open, slash, name = ''] = tag;
      if (name === 'valgrindoutput' && slash) closed++;
      else if (name === 'valgrindoutput') opened++;
      if (slash || !RECORDS.has(name)) {
        drop(start + open.length);
        at = 0;
        continue;
      }
      drop(start);
      at = finish(name) ? 0 : -1;
    }
    const name = /^<([a-z_]+)/.exec(rest)?.[1];
    if (name && finish(name)) {
      searched = 0;
      cut();
    }
  };

  /** `rest` begins with the record `name`: reads it if it is whole, else remembers how far was searched. */
  const finish = (name: string): boolean => {
    const close = `</${name}>`;
    const end = rest.indexOf(close, Math.max(0, searched - close.length));
    if (end !== -1) {
      read(name, rest.slice(0, end + close.length), true);
      drop(end + close.length);
      return true;
    }
    if (rest.length > LARGEST) {
      complain(`the record <${name}> at line ${line} does not end`);
      drop(1);
      return true;
    }
    searched = rest.length;
    return false;
  };

  return {
    push(chunk) {
      rest += chunk;
      cut();
    },
    end() {
      const begun = /^<(error|fatal_signal)>/.exec(rest)?.[1];
      if (begun) read(begun, closeTags(rest), false);
      if (opened === 0) complain('no <valgrindoutput> was found');
      else if (closed < opened) complain('the XML ends before </valgrindoutput>');
      release(waiting.splice(0));
      return missing;
    },
  };
}

/** Closes what is open in a cut record, dropping the text after the last whole tag. */
function closeTags(text: string): string {
  const data = text.lastIndexOf('<![CDATA[');
  const readable = data !== -1 && !text.includes(']]>', data) ? text.slice(0, data) : text;
  const kept = withoutData(readable.slice(0, readable.lastIndexOf('>') + 1));
  const open: string[] = [];
  for (const [, slash, name = '', empty] of kept.matchAll(/<(\/?)([A-Za-z_]+)\b[^<>/]*(\/?)>/g)) {
    if (slash) open.pop();
    else if (!empty) open.push(name);
  }
  return (
    kept +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join('')
  );
}

/** Cuts out whole CDATA sections, whose text may look like tags. */
const withoutData = (text: string): string =>
  text
    .split('<![CDATA[')
    .map((part, i) => (i === 0 ? part : part.slice(part.indexOf(']]>') + 3)))
    .join('');

/** The kind and headline of a record that is no XML. */
function bareRecord(text: string): Node {
  const part = (name: string): Node[] => {
    // regexes: built from four names of elements; one gap that ends at a tag
    const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
    return found ? [{ '#name': name, _: found }] : [];
  };
  return { '#name': '', $$: ['kind', 'what', 'signame', 'tid'].flatMap(part) };
}
