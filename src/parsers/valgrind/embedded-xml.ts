/**
 * Valgrind's XML inside a log of other things: a whole file of it, several one after the other, with a CI system's prefix
 * before each line, or cut in the middle and followed by other output.
 */
import type { Dispatcher } from '../engine/dispatcher.js';
import { stripPrefixes } from '../engine/line-prefix.js';
import type { Emit } from '../engine/reader.js';
import { markerAt } from '../engine/markers.js';
import { makeValgrindXml, type ValgrindXml } from './xml.js';

const BEGINS = '<valgrindoutput';
const ENDS = '</valgrindoutput';
const ELEMENT = /^\s*</;
/** What the suppression in an error looks like: it names functions, and those may be a checker's. */
const SUPPRESSION = /^\s*(?:fun|obj|src):/;

export type EmbeddedXml = {
  open(): boolean;
  /** Whole lines inside the XML that nobody else wants. */
  take(text: string): void;
  /** One line; false when it belongs to the readers of text. */
  line(text: string, offset: number, marked: boolean): boolean;
  end(): void;
};

/** `lines` counts the lines, knows whether a report in text is open, and is told what is missing. */
export function makeEmbeddedXml(lines: Dispatcher, emit: Emit): EmbeddedXml {
  let xml: ValgrindXml | undefined;
  let prefixed = false;

  const end = (): void => {
    for (const why of xml?.end() ?? []) lines.complain(why);
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
        xml = makeValgrindXml(emit, { line: lines.next(), offset });
      }
      if (xml === undefined) return false;
      const text = unprefixed(raw);
      if (!ELEMENT.test(text)) {
        const strange = marked && !SUPPRESSION.test(text) && markerAt(text) >= 0;
        if (strange || lines.warm()) {
          xml.push('\n'); // it counts the lines too
          return false;
        }
      }
      xml.push(`${text}\n`);
      lines.skip(1);
      if (marked && text.includes(ENDS)) end();
      return true;
    },
    end,
  };
}
