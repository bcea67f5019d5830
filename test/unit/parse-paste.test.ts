/**
 * Pasting is a transformation, and a law: whatever people and collectors do to a log, the same hazards and functions are read
 * from it, or it is not understood. A sample here, all of it with `npm run fuzz`.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shownFrame } from '../../src/cli/parse/identity.js';
import type { Diagnostic, Parsed } from '../../src/model/diagnostic.js';
import { functionOf } from '../../src/model/function-name.js';
import { parseText } from '../../src/parsers/index.js';
import { brokenPaste, NOT_YET, PASTES } from '../fuzz/paste.mjs';
import { CHAPTERS } from './vocabulary/index.js';
import { logOf } from './vocabulary/chapter.js';

const root = new URL('../logs/', import.meta.url);
const captured = readdirSync(root, { recursive: true, encoding: 'utf8' })
  // A JSON document is no text that is pasted, nor is what our own gate writes to a file of its own.
  .filter((f) => f.endsWith('.log') && f !== 'miri/json.log' && !f.startsWith('declared/'))
  .sort()
  .map((name) => ({ name, text: readFileSync(new URL(name, root), 'utf8') }));
const words = CHAPTERS.filter(
  (c) => !c.xml && c.tool !== 'declared' && !c.title.endsWith('replaced handlers'),
).flatMap((c) => c.kinds.map((kind) => ({ name: `${c.title}: ${kind[0]}`, text: logOf(c, kind) })));

const read = new Map<string, Parsed>();
/** Most texts are asked for often. */
const parse = (text: string): Parsed => {
  const known = read.get(text) ?? parseText(text);
  read.set(text, known);
  return known;
};
const reader = {
  parse,
  functionOf: (d: Diagnostic) => {
    const frame = shownFrame(d);
    return frame && functionOf(frame);
  },
};

/** How many logs there are to one that a transformation is tried on: other ones for each, whatever other logs there are. */
const ONE_OF = { captured: 12, words: 48 };
const pick = <T extends { name: string }>(all: readonly T[], oneOf: number, paste: string): T[] =>
  all.filter(
    ({ name }) => createHash('md5').update(`${paste} ${name}`).digest().readUInt32LE() % oneOf === 0,
  );

const chapterOf = (name: string): string => name.split(/[:/]/)[0]!;

describe('what a log holds does not change, or is not understood, when it is', () => {
  const kept = Object.entries(PASTES).filter(([name]) => !NOT_YET.has(name));
  it.each(kept.map(([name, paste]) => ({ name, paste })))('$name', ({ name: pasted, paste }) => {
    const sample = [...pick(captured, ONE_OF.captured, pasted), ...pick(words, ONE_OF.words, pasted)];
    const broken = sample.flatMap(({ name, text }, n) => {
      // Of another tool: two reports of one process may be one crash, told twice.
      const others = sample.filter((s) => chapterOf(s.name) !== chapterOf(name));
      const second = others[n % others.length]!;
      const why = brokenPaste(reader, paste, text, second.text);
      return why === undefined ? [] : [`${name} (and ${second.name}): ${why}`];
    });
    expect(broken).toEqual([]);
  });
});

describe('words that prose quotes or tells of are no report', () => {
  /** Each reader's words, as a report begins with them. */
  const WORDS = [
    'FATAL ERROR: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope',
    'HandleScope::HandleScope Entering the V8 API without proper locking in place',
    'double free or corruption (out)',
    'free(): invalid pointer',
    '*** stack smashing detected ***: terminated',
    'terminate called without an active exception',
    'Fatal error. System.AccessViolationException: Attempted to read or write protected memory.',
    'Got a SIGSEGV while executing native code.',
    'Fatal Python error: Segmentation fault',
    "thread 'main' panicked at src/a.rs:3:5",
    'fatal error: unexpected signal during runtime execution',
    'WARNING: DATA RACE',
    'WARNING in native method: JNI call made with exception pending',
    'JNI DETECTED ERROR IN APPLICATION: use of deleted global reference 0x2a',
    'JVMJNCK079E JNI error in DeleteGlobalRef: x',
    'error: Undefined Behavior: dereferencing a null pointer',
    'Scudo ERROR: corrupted chunk header at address 0x200000010',
    '==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1 at pc 0x2',
    'WARNING: ThreadSanitizer: data race (pid=7)',
    'A fatal error has been detected by the Java Runtime Environment:',
  ];
  it.each(WORDS)('%s', (said) => {
    for (const text of [
      `It prints \`${said}\` now and then.`,
      `- the job that says \`till: ${said}\` is not ours`,
      `Sometimes we get “${said}” there.`,
      `The process ends with ${said} when it is closed.`,
    ])
      expect({ text, ...parseText(text) }).toMatchObject({ diagnostics: [], unread: [], complete: true });
  });
});
