/** Everything that is derived from a table of readers. */
import type { Tool } from '../../model/diagnostic.js';
import type { LiteralIndex } from './literal-index.js';
import { markersOf, type Markers } from './markers.js';
import type { DocumentReader, LineReader, Reader } from './reader.js';

export type ReaderTable = {
  readers: readonly Reader[];
  /** In the order in which a line is offered. */
  lines: readonly LineReader[];
  documents: readonly DocumentReader[];
  tools: readonly Tool[];
  /** The prefilter: what the scanner looks for (literal-scanner.ts). */
  literals: readonly string[];
  /** The readers that a line may concern. */
  readonly index: LiteralIndex;
  readonly markers: Markers;
};

/** Derives everything that the engine needs to know about all readers; what takes long, when it is asked for first. */
export const tableOf = (readers: readonly Reader[]): ReaderTable => {
  let words: ReturnType<typeof markersOf> | undefined;
  return {
    readers,
    lines: readers.filter((r) => r.kind === 'lines'),
    documents: readers.filter((r) => r.kind === 'document'),
    tools: [...new Set(readers.flatMap((r) => r.tools))],
    literals: [...new Set(readers.flatMap((r) => r.literals))],
    get index() {
      return (words ??= markersOf(readers)).index;
    },
    get markers() {
      return (words ??= markersOf(readers)).markers;
    },
  };
};
