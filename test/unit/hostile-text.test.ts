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
import { ctrf } from '../../src/reporters/ctrf.js';
import { github } from '../../src/reporters/github.js';
import { gitlab } from '../../src/reporters/gitlab.js';
import { markdown } from '../../src/reporters/markdown.js';
import { sarif } from '../../src/reporters/sarif/sarif.js';
import { html } from '../../src/reporters/html/html.js';
import { json } from '../../src/reporters/json.js';
import { junit } from '../../src/reporters/junit/junit.js';
import { makeConsole } from '../../src/reporters/terminal/console.js';
import { applyEvent, frame, newBoard } from '../../src/reporters/terminal/progress.js';
import { renderSummary } from '../../src/reporters/terminal/summary.js';
import { filesOf } from '../../src/reporters/write.js';

const modules: Writers = {
  ...{ applyEvent, filesOf, found, frame, html, json, jsonPrinter, junit },
  ...{ ctrf, github, gitlab, markdown, sarif },
  ...{ makeConsole, makeJunitLog, newBoard, prettyPrinter, renderSummary },
};

describe.each(Object.keys(WRITERS))('%s', (name) => {
  test.each(HOSTILE)('%s', (_text, text) => expect(brokenWriter(modules, name, text)).toBeUndefined());
});
