/**
 * The hostile-text suite: every text of `test/fuzz/hostile.mjs` through every writer of `test/fuzz/writers.mjs`, read back
 * by a strict reader of that format. A new text is a line there, and a new writer is an entry. `npm run fuzz` does the same
 * with texts that it makes up.
 */
import { describe, expect, test } from 'vitest';
import { brokenWriter, WRITERS, type Writers } from '../fuzz/writers.mjs';
import { HOSTILE } from '../fuzz/hostile.mjs';
import { makeJunitLog } from '../../src/cli/parse/junit.js';
import { found, jsonPrinter, prettyPrinter } from '../../src/cli/parse/print.js';
import { REPORTERS } from '../../src/reporters/index.js';
import { makeConsole } from '../../src/reporters/terminal/console.js';
import { applyEvent, frame, newBoard } from '../../src/reporters/terminal/progress.js';
import { renderSummary } from '../../src/reporters/terminal/summary.js';
import { filesOf } from '../../src/reporters/write.js';

const modules: Writers = {
  ...REPORTERS,
  ...{ applyEvent, filesOf, found, frame, jsonPrinter },
  ...{ makeConsole, makeJunitLog, newBoard, prettyPrinter, renderSummary },
};

describe.each(Object.keys(WRITERS))('%s', (name) => {
  test.each(HOSTILE)('%s', (_text, text) => expect(brokenWriter(modules, name, text)).toBeUndefined());
});

test('every reporter is read back', () => {
  const used = new Set<string>();
  const watched = new Proxy(modules, {
    get: (all, name) => {
      used.add(String(name));
      return Reflect.get(all, name) as unknown;
    },
  });
  for (const name of Object.keys(WRITERS)) brokenWriter(watched, name, '');
  expect(Object.keys(REPORTERS).filter((name) => !used.has(name))).toEqual([]);
});
