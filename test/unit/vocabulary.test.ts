/**
 * The completeness bar: every kind of error that a tool of this field can print becomes a finding with a hazard of the
 * catalogue (or an honesty row), and a kind that a known tool will print one day becomes one as well.
 */
import { describe, expect, it } from 'vitest';
import type { Tool } from '../../src/model/diagnostic.js';
import { hazard } from '../../src/model/hazards.js';
import { parseText, TABLE } from '../../src/parsers/index.js';
import { sifted } from '../helpers/sifted.js';
import { logOf, type Chapter, type Kind } from './vocabulary/chapter.js';
import { CHAPTERS } from './vocabulary/index.js';

const expectKind = (chapter: Chapter, kind: Kind): void => {
  const text = logOf(chapter, kind);
  for (const { diagnostics, unread } of [parseText(text), sifted(text)]) {
    expect(diagnostics.map((s) => `${s.tool} ${s.hazard}`)).toContain(`${chapter.tool} ${kind[1]}`);
    expect(unread).toEqual([]);
  }
  expect(hazard(kind[1])).toBeDefined();
};

describe.each(CHAPTERS)('$title', (chapter) => {
  it.each(chapter.kinds.map((kind) => ({ words: kind[0], kind })))('$words', ({ kind }) =>
    expectKind(chapter, kind),
  );
  if (chapter.unknown) {
    const { unknown } = chapter;
    it('unknown words', () => expectKind(chapter, unknown));
  }
});

it('asks every tool about words that it does not know', () => {
  const requested = new Set(CHAPTERS.filter((c) => c.unknown).map((c) => c.tool));
  // What these print has one form each, so that no words of it can be new.
  const one: readonly Tool[] = ['go-race', 'lsan', 'cgocheck', 'valgrind'];
  const tools = new Set(CHAPTERS.map((c) => c.tool));
  expect([...tools].filter((t) => !requested.has(t) && !one.includes(t))).toEqual([]);
});

it('has a chapter for every tool of the table of readers', () => {
  const chapters = new Set(CHAPTERS.map((c) => c.tool));
  expect(TABLE.tools.filter((t) => !chapters.has(t))).toEqual([]);
});
