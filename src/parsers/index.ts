/** Logs of every tool: the table of readers, and parsing with all of them. */
import type { Parsed, Diagnostic } from '../model/diagnostic.js';
import { art } from './jvm/art.js';
import { appleCrash } from './apple/crash-text.js';
import { appleIps } from './apple/ips.js';
import { breakpad } from './debuggers/breakpad.js';
import { chromium } from './native/chromium.js';
import { computeSanitizer } from './checkers/compute-sanitizer.js';
import { dart } from './runtimes/dart.js';
import { drMemory } from './checkers/dr-memory.js';
import { erlang } from './runtimes/erlang.js';
import { gdb } from './debuggers/gdb.js';
import { julia } from './runtimes/julia.js';
import { kasan } from './kernel/kasan.js';
import { kcsan } from './kernel/kcsan.js';
import { kernelUbsan } from './kernel/kubsan.js';
import { lldb } from './debuggers/lldb.js';
import { php } from './runtimes/php.js';
import { r } from './runtimes/r.js';
import { ruby } from './runtimes/ruby.js';
import { coredump } from './kernel/coredump.js';
import { segfault } from './kernel/segfault.js';
import { tombstone } from './android/tombstone.js';
import { asan } from './sanitizers/asan.js';
import { goCrash } from './go/crash.js';
import { cxx } from './native/cxx.js';
import { makeDispatcher } from './engine/dispatcher.js';
import { declared } from './declared/declared.js';
import { fdguard } from './guards/fdguard.js';
import { dotnet } from './dotnet/coreclr.js';
import { glibc } from './native/glibc.js';
import { goRace } from './go/race.js';
import { goFatal } from './go/fatal.js';
import { gwpAsan } from './sanitizers/gwp-asan.js';
import { replacedHandler } from './jvm/replaced-handler.js';
import { guard } from './guards/guard.js';
import { hostStack } from './guards/host-stack.js';
import { hserr } from './jvm/hserr.js';
import { checkJni } from './jvm/check-jni.js';
import { libFuzzer } from './sanitizers/libfuzzer.js';
import { makeLogParser, type LogParser } from './log.js';
import { lsan } from './sanitizers/lsan.js';
import { allocators } from './pasted/allocators.js';
import { deaths } from './pasted/deaths.js';
import { handlers } from './pasted/handlers.js';
import { launchers } from './pasted/launchers.js';
import { miri } from './rust/miri.js';
import { mono } from './dotnet/mono.js';
import { msan } from './sanitizers/msan.js';
import { newerSanitizers } from './sanitizers/newer-sanitizers.js';
import { node } from './native/node.js';
import { notices } from './sanitizers/notices.js';
import { openj9Crash } from './jvm/openj9-crash.js';
import { openj9 } from './jvm/openj9.js';
import { python } from './python/fatal.js';
import type { Emit, Reader } from './engine/reader.js';
import { tableOf, type ReaderTable } from './engine/table.js';
import { valgrindXml } from './valgrind/embedded-xml.js';
import { rust } from './rust/panic.js';
import { scudo } from './sanitizers/scudo.js';
import { tsan } from './sanitizers/tsan.js';
import { ubsan } from './sanitizers/ubsan.js';
import { valgrindText } from './valgrind/text.js';

/** Every reader, in the order in which a line is offered. A new one is a line here. */
export const READERS: readonly Reader[] = [
  hostStack,
  libFuzzer,
  declared,
  fdguard,
  guard,
  notices,
  lsan,
  tsan,
  msan,
  goRace,
  goCrash,
  goFatal,
  ubsan,
  asan,
  newerSanitizers,
  gwpAsan,
  scudo,
  valgrindText,
  valgrindXml,
  checkJni,
  replacedHandler,
  hserr,
  openj9,
  openj9Crash,
  art,
  mono,
  dotnet,
  miri,
  rust,
  python,
  glibc,
  cxx,
  node,
  chromium,
  r,
  ruby,
  julia,
  dart,
  php,
  erlang,
  drMemory,
  computeSanitizer,
  kasan,
  kcsan,
  kernelUbsan,
  coredump,
  segfault,
  appleCrash,
  appleIps,
  gdb,
  lldb,
  breakpad,
  // Behind those that read what a tombstone repeats.
  tombstone,
];

/**
 * Readers of what no checker and no runtime wrote: crash handlers of libraries and programs, and those who started a process that
 * died. People paste these; a launch of ours knows by itself how its processes ended.
 */
export const PASTED_READERS: readonly Reader[] = [...READERS, allocators, handlers, launchers, deaths];

/** Derived from the table: tools, prefilter, markers. */
export const TABLE = tableOf(READERS);
/** The same, with the readers of what people paste. */
export const PASTED_TABLE = tableOf(PASTED_READERS);

/**
 * Parses a log of any size, chunk by chunk; `emit` gets each diagnostic as soon as its report is complete or given up. From byte
 * `unfiltered` on only lines that may matter are read (default: see log.ts).
 */
export const openLog = (emit: Emit, unfiltered?: number): LogParser => makeLogParser(TABLE, emit, unfiltered);

/** The same for a log of unknown origin. */
export const openPastedLog = (emit: Emit, unfiltered?: number): LogParser =>
  makeLogParser(PASTED_TABLE, emit, unfiltered);

const parsedBy = (
  diagnostics: Diagnostic[],
  { unread, complete, missing }: Omit<Parsed, 'diagnostics'>,
): Parsed => ({
  diagnostics: diagnostics.sort((a, b) => a.log.line - b.log.line),
  unread,
  complete,
  missing,
});

/** Parses a log of unknown origin in memory: text, Valgrind XML, or both. */
export function parseText(text: string): Parsed {
  const diagnostics: Diagnostic[] = [];
  const parser = openPastedLog((s) => diagnostics.push(s));
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
export function makeTextParser(table: ReaderTable = TABLE): TextParser {
  const diagnostics: Diagnostic[] = [];
  const dispatcher = makeDispatcher(table, (s) => diagnostics.push(s));
  let next = 0;
  return {
    push(rawLine, offset = next) {
      next = offset + rawLine.length + 1;
      dispatcher.push(rawLine, offset, true);
    },
    end: () => parsedBy(diagnostics, dispatcher.end()),
  };
}
