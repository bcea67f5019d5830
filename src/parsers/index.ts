/** Logs of every tool: the table of readers, and parsing with all of them. */
import type { Parsed, Diagnostic } from '../model/diagnostic.js';
import { makeArtReader } from './jvm/art.js';
import { makeAsan } from './sanitizers/asan.js';
import { makeGoCrash } from './go/crash.js';
import { makeCxx } from './native/cxx.js';
import { makeDispatcher } from './engine/dispatcher.js';
import { makeDotnetReader } from './dotnet/coreclr.js';
import { makeGlibc } from './native/glibc.js';
import { makeGoRace } from './go/race.js';
import { makeGoFatal } from './go/fatal.js';
import { makeGwpAsan } from './sanitizers/gwp-asan.js';
import { makeHserrReader } from './jvm/hserr.js';
import { makeJniReader } from './jvm/check-jni.js';
import { makeLibFuzzer } from './sanitizers/libfuzzer.js';
import { makeLogParser, type LogParser } from './log.js';
import { makeLsan } from './sanitizers/lsan.js';
import { makeMiri } from './rust/miri.js';
import { makeMonoReader } from './dotnet/mono.js';
import { makeMsan } from './sanitizers/msan.js';
import { makeNewerSanitizers } from './sanitizers/newer-sanitizers.js';
import { makeNode } from './native/node.js';
import { makeNotices } from './sanitizers/notices.js';
import { makeOpenj9Crash } from './jvm/openj9-crash.js';
import { makeOpenj9Reader } from './jvm/openj9.js';
import { makePython } from './python/fatal.js';
import type { Emit, MakeReader } from './engine/reader.js';
import { makeRust } from './rust/panic.js';
import { makeScudo } from './sanitizers/scudo.js';
import { makeTsan } from './sanitizers/tsan.js';
import { makeUbsan } from './sanitizers/ubsan.js';
import { makeValgrindTextReader } from './valgrind/text.js';

/** Every tool that writes text, in the order in which a line is offered. */
export const READERS: readonly MakeReader[] = [
  makeLibFuzzer,
  makeNotices,
  makeLsan,
  makeTsan,
  makeMsan,
  makeGoRace,
  makeGoCrash,
  makeGoFatal,
  makeUbsan,
  makeAsan,
  makeNewerSanitizers,
  makeGwpAsan,
  makeScudo,
  makeValgrindTextReader,
  makeJniReader,
  makeHserrReader,
  makeOpenj9Reader,
  makeOpenj9Crash,
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

/**
 * Parses a log of any size, chunk by chunk; `emit` gets each diagnostic as soon as its report is whole or given up. From byte
 * `whole` on only lines that may matter are read (see log.ts, which knows a good default).
 */
export const openLog = (emit: Emit, whole?: number): LogParser => makeLogParser(READERS, emit, whole);

const parsedBy = (
  diagnostics: Diagnostic[],
  { unread, complete, missing }: Omit<Parsed, 'diagnostics'>,
): Parsed => ({
  diagnostics: diagnostics.sort((a, b) => a.log.line - b.log.line),
  unread,
  complete,
  missing,
});

/** Parses a whole log held in memory: text, Valgrind XML, or both. */
export function parseText(text: string): Parsed {
  const diagnostics: Diagnostic[] = [];
  const parser = openLog((s) => diagnostics.push(s));
  parser.push(Buffer.from(text));
  return parsedBy(diagnostics, parser.end());
}

export type TextParser = {
  /** One physical line, without its `\n`. `offset` is where it begins, when the caller knows better than counting. */
  push(rawLine: string, offset?: number): void;
  /** Closes open reports and returns the result; call once. */
  end(): Parsed;
};

/** Feeds every line to some readers, one by one. */
export function makeTextParser(makers: readonly MakeReader[] = READERS): TextParser {
  const diagnostics: Diagnostic[] = [];
  const dispatcher = makeDispatcher(makers, (s) => diagnostics.push(s));
  let next = 0;
  return {
    push(rawLine, offset = next) {
      next = offset + rawLine.length + 1;
      dispatcher.push(rawLine, offset, true);
    },
    end: () => parsedBy(diagnostics, dispatcher.end()),
  };
}
