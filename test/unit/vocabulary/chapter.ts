/**
 * The vocabulary of the tools, as data: every kind of error that a tool can print, where its words come from, the
 * smallest log that holds it, and the hazard that it means.
 */
import type { Tool } from '../../../src/model/diagnostic.js';
import type { HazardId } from '../../../src/model/hazard.js';

/** A kind's words, its hazard, and its log where the chapter's own form does not fit. */
export type Kind = readonly [words: string, hazard: HazardId, log?: string];

export type Chapter = {
  title: string;
  /** Upstream file, relative to the tool's source tree, that holds the words. */
  source: string;
  tool: Tool;
  /** The smallest log of a kind; `$` is replaced by the kind's words. */
  log: string;
  kinds: readonly Kind[];
  /** Words that the tool does not know today, in place of a kind's, and the hazard they still are. */
  unknown?: Kind;
  /** Read as Valgrind's XML. */
  xml?: true;
};

/** The log of a kind. */
export const logOf = (chapter: Chapter, [words, , log]: Kind): string =>
  (log ?? chapter.log).replaceAll('$', () => words);
