/** Text logs of every tool: strips what surrounds a line, offers it to each reader, and lists what nobody understood. */
import type { Parsed, Sighting } from '../finding.js';
import { makeArtReader } from './art.js';
import { makeAsan } from './asan.js';
import { makeGoCrash } from './cgo.js';
import { makeCxx } from './cxx.js';
import { makeDotnetReader } from './dotnet.js';
import { makeGlibc } from './glibc.js';
import { makeGoRace } from './go.js';
import { makeGwpAsan } from './gwpasan.js';
import { makeHserrReader } from './hserr.js';
import { makeJniReader } from './jni.js';
import { makeLibFuzzer } from './libfuzzer.js';
import { makeLsan } from './lsan.js';
import { makeMiri } from './miri.js';
import { makeMonoReader } from './mono.js';
import { makeMsan } from './msan.js';
import { makeNewerSanitizers } from './newer-sanitizers.js';
import { makeNode } from './node.js';
import { makeNotices } from './notices.js';
import { makeOpenj9Reader } from './openj9.js';
import { stripPrefixes } from './prefix.js';
import { makePython } from './python.js';
import type { Line, MakeReader, Reader } from './reader.js';
import { makeRust } from './rust.js';
import { makeScudo } from './scudo.js';
import { smellAt } from './smell.js';
import { makeTsan } from './tsan.js';
import { makeUbsan } from './ubsan.js';
import { makeValgrindTextReader } from './valgrind-text.js';

/** Every tool that writes text, in the order in which a line is offered. */
export const READERS: readonly MakeReader[] = [
  makeLibFuzzer,
  makeNotices,
  makeLsan,
  makeTsan,
  makeMsan,
  makeGoRace,
  makeGoCrash,
  makeUbsan,
  makeAsan,
  makeNewerSanitizers,
  makeGwpAsan,
  makeScudo,
  makeValgrindTextReader,
  makeJniReader,
  makeHserrReader,
  makeOpenj9Reader,
  makeArtReader,
  makeMonoReader,
  makeDotnetReader,
  makeMiri,
  makeRust,
  makePython,
  makeGlibc,
  makeCxx,
  makeNode,
];

/** Longer lines are cut before any regular expression sees them. */
const MAX_LINE = 1 << 20;
/** A log that smells on every line must not fill memory; the count goes on in `missing`. */
const MAX_UNREAD = 1000;

export type TextParser = {
  /** One physical line, without its `\n`. `offset` is where it begins, when the caller knows better than counting. */
  push(rawLine: string, offset?: number): void;
  /** Closes open reports and returns the result; call once. */
  end(): Parsed;
};

/**
 * A parser that is fed line by line. The reader that consumed the last line is asked first, so that a report keeps its
 * frames when several readers know the frame's dialect.
 */
export function makeTextParser(makers: readonly MakeReader[] = READERS): TextParser {
  const sightings: Sighting[] = [];
  const unread: Parsed['unread'] = [];
  const missing: string[] = [];
  const readers = makers.map((make) => make((s) => sightings.push(s)));
  let sticky: Reader | undefined;
  let no = 0;
  let next = 0;
  let unlisted = 0;

  const offer = (reader: Reader, line: Line): boolean => {
    try {
      return reader.line(line) === 'consumed';
    } catch (error) {
      // A reader that throws is a bug of ours: it must cost the verdict, never the other readers' findings.
      missing.push(`a reader failed on line ${line.no}: ${String(error)}`);
      return false;
    }
  };

  const taken = (line: Line): boolean => {
    if (sticky !== undefined && offer(sticky, line)) return true;
    for (const reader of readers) {
      if (reader === sticky || !offer(reader, line)) continue;
      sticky = reader;
      return true;
    }
    return false;
  };

  return {
    push(rawLine, offset = next) {
      no++;
      next = offset + rawLine.length + 1;
      const raw = rawLine.length > MAX_LINE ? rawLine.slice(0, MAX_LINE) : rawLine;
      const line: Line = { text: stripPrefixes(raw), no, offset };
      if (taken(line)) return;
      const at = smellAt(line.text);
      if (at < 0) return;
      // A test runner's unfinished progress line ("test_x.py ") may stand before the first words of a report.
      if (at > 0 && taken({ ...line, text: line.text.slice(at) })) return;
      if (unread.length < MAX_UNREAD) unread.push({ line: no, text: line.text.slice(0, 500) });
      else unlisted++;
    },
    end() {
      for (const reader of readers) {
        try {
          missing.push(...reader.end());
        } catch (error) {
          missing.push(`a reader failed at the end: ${String(error)}`);
        }
      }
      if (unlisted > 0) missing.push(`${unlisted} more unread lines are not listed`);
      sightings.sort((a, b) => a.log.line - b.log.line);
      for (const s of sightings) {
        if (!s.complete) missing.push(`line ${s.log.line}: ${s.rule}: ${s.missing ?? 'the report is cut'}`);
      }
      return { sightings, unread, complete: missing.length === 0, missing };
    },
  };
}

/** Parses a whole log held in memory. */
export function parseText(text: string): Parsed {
  const parser = makeTextParser();
  let from = 0;
  while (from < text.length) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    parser.push(text.slice(from, to), from);
    from = to + 1;
  }
  return parser.end();
}
