/**
 * The table of readers: everything that depends on which readers there are follows from it, so that a new one costs a file, a
 * line in the table and its test.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { Diagnostic, Parsed, Tool } from '../../src/model/diagnostic.js';
import { SHORTEST } from '../../src/parsers/engine/literal-scanner.js';
import type {
  DocumentContext,
  Emit,
  LineReader,
  LogContext,
  Marker,
  Reader,
} from '../../src/parsers/engine/reader.js';
import { tableOf, type ReaderTable } from '../../src/parsers/engine/table.js';
import { READERS, TABLE } from '../../src/parsers/index.js';
import { makeLogParser } from '../../src/parsers/log.js';
import { CHAPTERS } from './vocabulary/index.js';
import { logOf } from './vocabulary/chapter.js';

const root = new URL('../logs/', import.meta.url);
const texts = [
  ...readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((f) => /\.(?:log|xml)$/.test(f))
    .map((f) => readFileSync(new URL(f, root), 'utf8')),
  ...CHAPTERS.flatMap((c) => [...c.kinds, ...(c.unknown ? [c.unknown] : [])].map((kind) => logOf(c, kind))),
  // behind other output
  'loaded 3 books. Fatal error.',
  // what only parts of reports hold
  '  native: #03 pc 0052e564  /system/lib/libart.so (art::DumpCheckpoint::Run(art::Thread*)+916)',
  '  Message=Attempted to read or write protected memory. This is often an indication that other memory is corrupt.',
  '# An unexpected exception has been detected in native code outside the VM.',
  'BUG kmalloc-64 (Not tainted): Poison overwritten',
  'No pending exception expected: java.lang.NullPointerException: ',
  '#0\t0x000000010dfc5a36 in shelf_top ()',
  "An unhandled exception of type 'System.AccessViolationException'",
  'Instructions: (pc=0x00007ffa26669ef2)',
  'Internal exceptions (6 events):',
  'vm_info: OpenJDK 64-Bit Server VM (17.0.15+6-Debian-1deb12u1) for linux-amd64',
];

/** Parses as deep in a large log: only lines with a literal are read. */
const sift = (table: ReaderTable, text: string): Parsed => {
  const diagnostics: Diagnostic[] = [];
  const log = makeLogParser(table, (s) => diagnostics.push(s), 0);
  log.push(Buffer.from(text));
  const { unread, complete, missing } = log.end();
  return { diagnostics, unread, complete, missing };
};

const named = READERS.map((reader) => ({ name: `${reader.kind} of ${reader.tools.join(' ')}`, reader }));
const holds = (line: string, literals: readonly string[]): boolean =>
  literals.some((l) => `\n${line}\n`.includes(l));

describe.each(named)('the reader of $name', ({ reader }) => {
  it('has a tool, and literals that the scanner can find', () => {
    if (reader.joins !== true) expect(reader.tools).not.toEqual([]);
    expect(reader.literals).not.toEqual([]);
    for (const l of reader.literals) {
      expect(l.length, l).toBeGreaterThanOrEqual(SHORTEST);
      expect(Buffer.byteLength(l), l).toBe(l.length);
    }
  });
  it('has no literal that finds only lines which another of its literals finds', () => {
    const { literals } = reader;
    const implied = literals.filter((l, i) => literals.some((other, j) => i !== j && l.includes(other)));
    expect(implied).toEqual([]);
  });
});

test('no reader stands in the table twice', () => {
  expect(new Set(READERS).size).toBe(READERS.length);
  expect(new Set(READERS.map((r) => r.make)).size).toBe(READERS.length);
});

describe('every line that begins a report', () => {
  /** All readers; each tells which diagnostics are its own. */
  const opened: { reader: Reader; diagnostic: Diagnostic }[] = [];
  const telling = READERS.map((reader): Reader => {
    const tell =
      (emit: Emit): Emit =>
      (diagnostic) => {
        opened.push({ reader, diagnostic });
        emit(diagnostic);
      };
    return reader.kind === 'lines'
      ? { ...reader, make: (emit: Emit, log: LogContext) => reader.make(tell(emit), log) }
      : { ...reader, make: (emit: Emit, log: DocumentContext) => reader.make(tell(emit), log) };
  });
  const table = tableOf(telling);
  const without: string[] = [];
  const seen = new Set<Reader>();
  const reported = new Set<string>();
  for (const text of texts) {
    opened.length = 0;
    const log = makeLogParser(table, () => undefined);
    log.push(Buffer.from(text));
    log.end();
    const lines = text.split('\n');
    for (const { reader, diagnostic } of opened) {
      seen.add(reader);
      reported.add(diagnostic.tool);
      if (!reader.tools.includes(diagnostic.tool))
        without.push(`${diagnostic.rule} is of no tool of its reader`);
      // A document is found by its own beginning.
      const words = reader.kind === 'document' ? text : (lines[diagnostic.log.line - 1] ?? '');
      if (!holds(words, reader.literals)) without.push(`${diagnostic.rule}: ${words}`);
    }
  }
  it('holds a literal of the reader that opens it', () => expect(without).toEqual([]));
  it('is there for every reader and every tool', () => {
    expect(named.filter(({ reader }) => !reader.joins && !seen.has(reader)).map(({ name }) => name)).toEqual(
      [],
    );
    expect(TABLE.tools.filter((t) => !reported.has(t))).toEqual([]);
  });
});

describe('every marker', () => {
  const owners = (marker: Marker): LineReader[] => TABLE.lines.filter((r) => r.markers.includes(marker));
  const markers = [...new Set(READERS.flatMap((r) => r.markers))];
  const context: LogContext = {
    hasMarker: (text) => TABLE.markers.at(text, TABLE.index.readersOf(text)) >= 0,
    keep: () => undefined,
    attach: () => false,
  };
  const lines = [...new Set(texts.flatMap((t) => t.split('\n')))].map((l) => l.trimEnd());

  it.each(markers.map((marker) => ({ words: marker.words.source, marker })))('$words', ({ marker }) => {
    const marked = lines.filter((l) => marker.words.test(l));
    expect(marked).not.toEqual([]);
    for (const l of marked.filter((m) => TABLE.markers.at(m, TABLE.index.readersOf(m)) >= 0))
      expect(holds(l, TABLE.literals), l).toBe(true);
    for (const owner of owners(marker)) {
      const takes = (text: string): boolean =>
        owner.make(() => undefined, context).line({ text, no: 1, offset: 0 }) === 'consumed';
      expect(marked.some(takes), `${owner.tools.join(' ')} reads no line that its marker marks`).toBe(true);
    }
  });
});

describe('every trace', () => {
  const lines = [...new Set(texts.flatMap((t) => t.split('\n')))].map((l) => l.trimEnd());
  const traces = READERS.flatMap((r) =>
    [...(r.traces ?? []), ...(r.frames ?? [])].map((trace) => ({ words: trace.source, trace })),
  );

  it.each(traces)('$words', ({ trace }) => {
    const traced = lines.filter((l) => trace.test(l));
    expect(traced).not.toEqual([]);
    // Alone, it makes a log unreadable, however large; of a stack one frame is enough.
    const found = traced.filter(
      (l) => holds(l, TABLE.literals) && TABLE.markers.traceOf(l, TABLE.index.readersOf(l)) !== undefined,
    );
    expect(found).not.toEqual([]);
  });
});

describe('a reader that a scratch table adds', () => {
  const ZIG = 'zig' as Tool;
  const CRASH = /^Zig panic: (.*)$/;
  const zig: LineReader = {
    kind: 'lines',
    tools: [ZIG],
    literals: ['Zig panic: '],
    markers: [{ words: /\bZig (?:panic|unreachable): /, opening: /\bZig panic: / }],
    make: (emit) => ({
      line({ text, no, offset }) {
        const message = CRASH.exec(text)?.[1];
        if (message === undefined) return 'ignored';
        emit({
          tool: ZIG,
          rule: 'zig/panic',
          hazard: 'crash/abort',
          message,
          stacks: [],
          complete: true,
          log: { line: no, endLine: no, offset },
        });
        return 'consumed';
      },
      end: () => [],
    }),
  };
  const table = tableOf([...READERS, zig]);
  const calm = 'test_a ... ok\n'.repeat(100);

  it('reads its reports, wherever in a line they begin', () => {
    const parsed = sift(
      table,
      `${calm}Zig panic: reached unreachable code\n${calm}test_x.py .Zig panic: overflow\n`,
    );
    expect(parsed.diagnostics.map((s) => [s.message, s.log.line])).toEqual([
      ['reached unreachable code', 101],
      ['overflow', 202],
    ]);
    expect(parsed).toMatchObject({ unread: [], complete: true });
  });
  it('has its words listed where nobody reads them', () => {
    const text = `Zig unreachable: a form that is not known\n${calm}`;
    expect(sift(tableOf([...READERS, { ...zig, literals: ['Zig unreach'] }]), text).unread).toMatchObject([
      { line: 1 },
    ]);
    expect(sift(TABLE, text).unread).toEqual([]);
  });
  it('is a tool of its table', () => {
    expect(table.tools).toEqual([...TABLE.tools, ZIG]);
    expect(table.literals).toEqual([...TABLE.literals, 'Zig panic: ']);
  });
});
