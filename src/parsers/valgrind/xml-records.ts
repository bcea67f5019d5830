/**
 * Cuts Valgrind's XML into its top-level records while it arrives. Valgrind uses no attributes that mean anything, no namespaces
 * and no document types, so that this is a tenth of the work of a general parser. White space between tags counts for nothing: a
 * document on one line, or with a line for every tag, has the same records. A record that is cut or not well-formed is handed
 * over all the same, with what could be read of it. Memory is bounded by the largest record.
 */
import type { Diagnostic } from '../../model/diagnostic.js';
import { FRAME, frameAt, type Frames } from './xml-frames.js';
import { GREATER, isTag, sectionAt, SLASH, tagAt, type Section } from './xml-markup.js';
import { hasBadEntity, newNode, type Node } from './xml-node.js';

/** A record and where it lies in the log. `isComplete` is false for one that was cut, or is not well-formed. */
export type XmlRecord = { node: Node; isComplete: boolean; log: Diagnostic['log'] };

/** Receives what a document holds, in order. */
export type XmlHandler = {
  record(record: XmlRecord): void;
  /** `<valgrindoutput>` */
  opened(): void;
  /** `</valgrindoutput>` */
  closed(): void;
  /** Says why something could not be read. */
  complain(why: string): void;
};

export type XmlCutter = {
  /** Reads on. Returns where in `chunk` the document ends, undefined while it goes on; what follows is not read. */
  push(chunk: string): number | undefined;
  /** Whether a line that begins with no tag may belong to the document: as content of an element, or as the end of a tag. */
  continuesWith(text: string): boolean;
  /** The log is over: hands over the open record, as cut. */
  end(): void;
};

/** Top-level elements that are records, and never stand inside another record. */
const LARGE = new Set(
  'error fatal_signal announcethread status preamble args errorcounts suppcounts clientmsg'.split(' '),
);
/** Top-level elements that are records, and whose names others may have. */
const SMALL = new Set('pid ppid tool protocoltool protocolversion usercomment logfilequalifier'.split(' '));
/** Other elements that hold elements, and no text. */
const PARENTS = new Set(
  (
    'stack frame xwhat xauxwhat suppression sframe pair vargv argv first_observed_at confl_wait_call ' +
    'acquired_at other_segment_start other_segment_end'
  ).split(' '),
);
const OUTPUT = 'valgrindoutput';

/** UTF-16 units of a record: a longer one is none of Valgrind's. */
const MAX_RECORD_CHARS = 1 << 24;
/** Elements inside each other. */
const MAX_DEPTH = 100;

type State = {
  handler: XmlHandler;
  /** What is being read, and from where on it is not read yet. */
  text: string;
  at: number;
  /** Offset of `text` in the log; the line of `text` up to the next newline that is not counted yet. */
  offset: number;
  line: number;
  newline: number;
  section: Section | undefined;
  /** The open record, its offset in the log, and the elements that are open in it, outermost first. */
  record: XmlRecord | undefined;
  start: number;
  path: Node[];
  frames: Frames;
  hasEnded: boolean;
};

/** Cuts a document that begins at line `from.line` and offset `from.offset` of its log. Linear; never throws. */
export function makeXmlCutter(handler: XmlHandler, from: { line: number; offset: number }): XmlCutter {
  const s: State = {
    handler,
    text: '',
    at: 0,
    ...from,
    newline: -1,
    section: undefined,
    record: undefined,
    start: 0,
    path: [],
    frames: new Map(),
    hasEnded: false,
  };
  return {
    push(chunk) {
      if (s.hasEnded) return undefined;
      lineAt(s, s.at);
      const kept = s.text.length - s.at;
      s.text = kept === 0 ? chunk : s.text.slice(s.at) + chunk;
      s.offset += s.at;
      s.at = 0;
      s.newline = s.text.indexOf('\n');
      readText(s);
      return s.hasEnded ? s.at - kept : undefined;
    },
    continuesWith(text) {
      if (s.section !== undefined) return true;
      return s.at < s.text.length ? /^\s*\/?>/.test(text) : awaitsText(s.path.at(-1));
    },
    end() {
      if (s.record !== undefined) handOver(s, s.record);
    },
  };
}

/** The element holds text, and none has come. */
const awaitsText = (node: Node | undefined): boolean =>
  node !== undefined &&
  node.children === undefined &&
  node.text === '' &&
  !LARGE.has(node.name) &&
  !PARENTS.has(node.name);

/** The line of a character of `text`; `at` never decreases. */
function lineAt(s: State, at: number): number {
  while (s.newline !== -1 && s.newline < at) {
    s.line++;
    s.newline = s.text.indexOf('\n', s.newline + 1);
  }
  return s.line;
}

/** Reads all of `text` but a tag that is not there completely. */
function readText(s: State): void {
  const { text } = s;
  while (s.at < text.length && !s.hasEnded) {
    if (s.section !== undefined) {
      readSection(s, s.section);
      if (s.section !== undefined) return;
    }
    const open = text.indexOf('<', s.at);
    const end = open < 0 ? text.length : open;
    if (s.record !== undefined && end > s.at) addText(s, end);
    s.at = end;
    if (open < 0) return;
    const tag = tagAt(text, open);
    if (tag === 'incomplete') return;
    if (isTag(tag)) {
      s.at = tag.close + 1;
      if (s.record !== undefined) {
        if (!tag.isEnd && !tag.isEmpty && takeLeaf(s, s.record, tag.name)) continue;
        s.record.log.endLine = lineAt(s, open);
      }
      if (tag.isEnd) closeTag(s, tag.name);
      else openTag(s, tag.name, open, tag.isEmpty);
      continue;
    }
    s.section = sectionAt(text, open);
    if (s.section === undefined) {
      // A `<` that begins nothing.
      if (s.record !== undefined) s.record.isComplete = false;
      s.at = open + 1;
    } else s.at = open + s.section.start.length;
  }
}

/**
 * Reads a frame, or an element that holds nothing but text, from behind its first tag on: almost all of a record are such. False
 * when it may be another one.
 */
function takeLeaf(s: State, record: XmlRecord, name: string): boolean {
  const { text, path, at } = s;
  if (name === FRAME) return takeFrame(s, record);
  const close = text.indexOf('<', at);
  const end = close + name.length + 2;
  if (close < 0 || text.charCodeAt(close + 1) !== SLASH || text.charCodeAt(end) !== GREATER) return false;
  if (!text.startsWith(name, close + 2) || LARGE.has(name) || name === OUTPUT) return false;
  if (path.length >= MAX_DEPTH || s.offset + close - s.start > MAX_RECORD_CHARS) return false;
  const node = newNode(name);
  let from = at;
  while (from < close && text.charCodeAt(from) <= 0x20) from++;
  if (from < close) node.text = text.slice(from, close);
  if (hasBadEntity(node.text)) record.isComplete = false;
  (path[path.length - 1]!.children ??= []).push(node);
  record.log.endLine = lineAt(s, close);
  s.at = end + 1;
  return true;
}

/** Reads a frame from behind its first tag on, if it stands there completely. */
function takeFrame(s: State, record: XmlRecord): boolean {
  const found = frameAt(s.frames, s.text, s.at);
  if (found === undefined || s.path.length + 1 >= MAX_DEPTH) return false;
  if (s.offset + found.end - s.start > MAX_RECORD_CHARS) return false;
  (s.path[s.path.length - 1]!.children ??= []).push(found.node);
  record.log.endLine = lineAt(s, found.end);
  s.at = found.end;
  return true;
}

/** Reads up to the end of a section, or all that may not be the beginning of its end. */
function readSection(s: State, section: Section): void {
  const close = s.text.indexOf(section.end, s.at);
  const end = close < 0 ? Math.max(s.at, s.text.length - section.end.length + 1) : close;
  const top = s.path.at(-1);
  if (top !== undefined && section.isText) top.text += s.text.slice(s.at, end).replaceAll('&', '&amp;');
  s.at = end;
  if (close < 0) return;
  s.at += section.end.length;
  s.section = undefined;
}

/** Adds the text up to `end` to the innermost element. */
function addText(s: State, end: number): void {
  const top = s.path[s.path.length - 1]!;
  let from = s.at;
  if (top.text === '') while (from < end && s.text.charCodeAt(from) <= 0x20) from++;
  if (from < end) top.text += s.text.slice(from, end);
  if (s.offset + end - s.start > MAX_RECORD_CHARS) cutRecord(s);
}

function openTag(s: State, name: string, open: number, isEmpty: boolean): void {
  const isLarge = LARGE.has(name);
  if (s.record !== undefined && (isLarge || name === OUTPUT)) cutRecord(s);
  const node = newNode(name);
  if (s.record === undefined) {
    if (name === OUTPUT) s.handler.opened();
    if (isEmpty || (!isLarge && !SMALL.has(name))) return;
    const line = lineAt(s, open);
    s.start = s.offset + open;
    s.record = { node, isComplete: true, log: { line, endLine: line, offset: s.start } };
    s.path = [node];
    return;
  }
  if (s.path.length >= MAX_DEPTH) s.record.isComplete = false;
  else {
    const parent = s.path[s.path.length - 1]!;
    if (parent.children === undefined) parent.children = [node];
    else parent.children.push(node);
    if (!isEmpty) s.path.push(node);
  }
}

function closeTag(s: State, name: string): void {
  const { record, path } = s;
  if (record !== undefined) {
    const top = path[path.length - 1]!;
    if (top.name === name) {
      path.pop();
      if (hasBadEntity(top.text)) record.isComplete = false;
    } else {
      record.isComplete = false;
      const at = path.findLastIndex((node) => node.name === name);
      if (at >= 0) path.length = at;
      else if (name === OUTPUT) cutRecord(s);
    }
    if (path.length === 0) finishRecord(s, record);
  }
  if (name !== OUTPUT) return;
  s.handler.closed();
  s.hasEnded = true;
}

function finishRecord(s: State, record: XmlRecord): void {
  if (s.record === undefined) return;
  s.record = undefined;
  if (!record.isComplete)
    s.handler.complain(`the record <${record.node.name}> at line ${record.log.line} is not well-formed XML`);
  s.handler.record(record);
}

/** The record does not end, and the document goes on. */
function cutRecord(s: State): void {
  const record = s.record!;
  s.handler.complain(`the record <${record.node.name}> at line ${record.log.line} does not end`);
  handOver(s, record);
}

/** Hands over a record without its end. */
function handOver(s: State, record: XmlRecord): void {
  record.isComplete = false;
  // What may be half a word.
  const last = s.path[s.path.length - 1]!;
  if (last.children === undefined) last.text = '';
  s.record = undefined;
  s.path = [];
  s.handler.record(record);
}
