/**
 * Valgrind's XML inside a log of other things: a file of it, several one after the other, with a CI system's prefix
 * before each line, behind the unfinished line of another program, or cut in the middle and followed by other output.
 */
import { sharedPrefix, stripPrefixes } from '../engine/line-prefix.js';
import type {
  Around,
  DocumentContext,
  DocumentReader,
  DocumentSession,
  Emit,
  LinePart,
} from '../engine/reader.js';
import { makeValgrindXml, type ValgrindXml } from './xml.js';

const BEGINS = '<valgrindoutput';
const ENDS = '</valgrindoutput';
/** The tag, and the XML declaration before it; prose and tests quote it. */
const BEGINNING = /(?:<\?xml[^<>]{0,200}\?>\s{0,200})?(?<![`"'(=])<valgrindoutput(?=[\s>])/;
const ELEMENT = /^\s*</;
/** What the suppression in an error looks like: it names functions, and those may be a checker's. */
const SUPPRESSION = /^\s*(?:fun|obj|src):/;
/** What is left of a document whose beginning is lost, or that a page shows as text. */
const REMAINS = /<\/valgrindoutput\s*>|<unique>\s{0,9}0x|&lt;valgrindoutput/;

/** Reads Valgrind's XML. */
export const valgrindXml: DocumentReader = {
  kind: 'document',
  tools: ['memcheck', 'helgrind', 'drd', 'valgrind'],
  literals: [BEGINS, ENDS, '<unique>', '&lt;valgrindoutput'],
  markers: [{ words: REMAINS }],
  make,
};

type State = {
  emit: Emit;
  log: DocumentContext;
  xml: ValgrindXml | undefined;
  /** What precedes every line: '' for a known prefix, undefined for nothing. */
  lead: string | undefined;
  /** The line that is read in parts belongs to the document. */
  ownsLine: boolean;
  /** Other output followed inside an element: only a tag continues the document. */
  isLeft: boolean;
};

function make(emit: Emit, log: DocumentContext): DocumentSession {
  const s: State = { emit, log, xml: undefined, lead: undefined, ownsLine: false, isLeft: false };
  return {
    open: () => s.xml !== undefined,
    owns: () => s.ownsLine,
    take: (text) => takeLines(s, text),
    part: (part) => takePart(s, part),
    end: () => end(s),
  };
}

function end(s: State): void {
  for (const why of s.xml?.end() ?? []) s.log.complain(why);
  s.xml = undefined;
  s.ownsLine = false;
}

/** A line without what precedes every line. */
function bare({ lead }: State, text: string): string {
  if (lead === undefined) return text;
  return lead === '' ? stripPrefixes(text) : text.slice(sharedPrefix(lead, text));
}

function takeLines(s: State, text: string): void {
  const plain = s.lead === undefined ? text : text.split('\n').map((line) => bare(s, line));
  s.xml?.push(typeof plain === 'string' ? plain : plain.join('\n'));
}

function takePart(s: State, part: LinePart): Around | undefined {
  const begins = part.marked && part.text.includes(BEGINS) ? BEGINNING.exec(part.text) : null;
  return begins === null ? continueWith(s, part) : beginAt(s, part, begins.index);
}

/** A document begins in the part, at a character of it. */
function beginAt(s: State, part: LinePart, at: number): Around {
  const before = part.text.slice(0, at);
  const isPrefix = part.isFirst && ELEMENT.test(stripPrefixes(part.text));
  const around = continueWith(s, { ...part, text: before, isLast: false }) ?? { before, after: '' };
  end(s);
  s.lead = before.trim() === '' || !part.isFirst ? undefined : isPrefix ? '' : before;
  s.xml = makeValgrindXml(s.emit, { line: part.no, offset: part.offset + at });
  const after = push(s, part.text.slice(at), part.isLast);
  return { before: isPrefix ? '' : around.before + around.after, after };
}

/** The part may continue the open document. */
function continueWith(s: State, part: LinePart): Around | undefined {
  if (s.xml === undefined) return undefined;
  if (!part.isFirst) return s.ownsLine ? { before: '', after: push(s, part.text, part.isLast) } : undefined;
  const text = bare(s, part.text);
  s.ownsLine = isOwn(s, s.xml, text, part.marked);
  if (s.ownsLine) return { before: '', after: push(s, text, part.isLast) };
  s.xml.push('\n'); // it counts the lines too
  return undefined;
}

/** Reads text of the document; returns what follows its end. */
function push(s: State, text: string, isLast: boolean): string {
  s.ownsLine = true;
  s.isLeft = false;
  const at = s.xml!.push(isLast ? `${text}\n` : text);
  if (at === undefined) return '';
  end(s);
  return text.slice(at);
}

/** Whether a line is the document's. */
function isOwn(s: State, xml: ValgrindXml, text: string, marked: boolean): boolean {
  if (ELEMENT.test(text)) return true;
  if (text.trim() === '') return !s.log.warm();
  const isStrange = marked && !SUPPRESSION.test(text) && s.log.hasMarker(text);
  if (isStrange) s.isLeft = true;
  return !s.isLeft && xml.continuesWith(text);
}
