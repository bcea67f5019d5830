/**
 * Valgrind's XML inside a log of other things: a file of it, several one after the other, with a CI system's prefix
 * before each line, or cut in the middle and followed by other output.
 */
import { stripPrefixes } from '../engine/line-prefix.js';
import type { DocumentContext, DocumentReader, DocumentSession, Emit } from '../engine/reader.js';
import { makeValgrindXml, type ValgrindXml } from './xml.js';

const BEGINS = '<valgrindoutput';
const ENDS = '</valgrindoutput';
const ELEMENT = /^\s*</;
/** What the suppression in an error looks like: it names functions, and those may be a checker's. */
const SUPPRESSION = /^\s*(?:fun|obj|src):/;

/** Reads Valgrind's XML. */
export const valgrindXml: DocumentReader = {
  kind: 'document',
  tools: ['memcheck', 'helgrind', 'drd', 'valgrind'],
  literals: [BEGINS, ENDS],
  markers: [],
  make,
};

function make(emit: Emit, log: DocumentContext): DocumentSession {
  let xml: ValgrindXml | undefined;
  let prefixed = false;

  const end = (): void => {
    for (const why of xml?.end() ?? []) log.complain(why);
    xml = undefined;
  };
  const unprefixed = (text: string): string => (prefixed ? stripPrefixes(text) : text);

  return {
    open: () => xml !== undefined,
    take(text) {
      xml?.push(prefixed ? text.split('\n').map(stripPrefixes).join('\n') : text);
    },
    line(raw, offset, marked) {
      if (marked && raw.includes(BEGINS)) {
        end();
        prefixed = !ELEMENT.test(raw);
        if (!ELEMENT.test(unprefixed(raw))) return false;
        xml = makeValgrindXml(emit, { line: log.next(), offset });
      }
      if (xml === undefined) return false;
      const text = unprefixed(raw);
      if (!ELEMENT.test(text)) {
        const strange = marked && !SUPPRESSION.test(text) && log.hasMarker(text);
        if (strange || log.warm()) {
          xml.push('\n'); // it counts the lines too
          return false;
        }
      }
      xml.push(`${text}\n`);
      log.skip(1);
      if (marked && text.includes(ENDS)) end();
      return true;
    },
    end,
  };
}
