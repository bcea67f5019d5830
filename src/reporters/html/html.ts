/**
 * The HTML report: one file that needs no network and no server. The page's sources are in `reports/html/`.
 * The report is embedded as JSON, its findings as columns, gzipped if they are many. The page uses text nodes only;
 * in addition, a content security policy with the hashes of our own script and style blocks anything that foreign
 * text may contain.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { HAZARDS } from '../../model/hazards.js';
import type { Report } from '../../model/report.js';
import { type Column, columnText } from './columns.js';
import { escape } from './escape.js';
import { gzipped } from './gzip.js';
import { staticPage } from './static.js';
import { drivenLines } from '../driven.js';
import { jsonText, plain, plainDeep } from '../escape.js';
import type { Reporter } from '../reporter.js';
import { byUrgency, endOf, headline, provenBefore, VERDICTS } from '../wording.js';

/** The page's scripts, in the order in which they are concatenated. */
const SCRIPTS = [
  ...['dom.js', 'columns.js', 'findings.js', 'list.js', 'matrix.js', 'stack.js', 'finding.js'],
  ...['sections.js', 'filter.js', 'keys.js', 'page.js'],
];

const source = (name: string): string =>
  readFileSync(new URL(`../../../reports/html/${name}`, import.meta.url), 'utf8');

function* pageOf(report: Report): Generator<string> {
  const script = `'use strict';(() => {\n${SCRIPTS.map(source).join('\n')}\n})();`;
  const style = source('page.css');
  const view = viewOf(report);
  const parts: Record<string, Iterable<string>> = {
    policy: [
      `default-src 'none'; script-src '${hash(script)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'`,
    ],
    title: [escape(`ffi-gates: ${view.headline}`)],
    // No blank may be added between these tags: the hashes in the policy cover the exact content.
    style: [`<style>${style}</style>`],
    script: [`<script>${script}</script>`],
    static: [`<noscript><div class="page">${staticPage(report)}</div></noscript>`],
    report: island('report', [jsonText(view)]),
    // Not `findings`: the page gives that name to a section.
    findings: island('findings-data', findingsText(report)),
  };
  const template = source('page.html').split(/<!-- \{\{(\w+)\}\} -->|\{\{(\w+)\}\}/g);
  for (let i = 0; i < template.length; i += 3) {
    yield template[i] ?? '';
    yield* parts[template[i + 1] ?? template[i + 2] ?? ''] ?? [];
  }
}

export const html: Reporter = {
  main: 'index.html',
  owns: ['index.html'],
  files: ({ report }) => [{ path: 'index.html', content: pageOf(report) }],
};

/** Everything but the findings, which are many. */
export type View = {
  report: Omit<Report, 'findings' | 'runtimeBucket'>;
  /** Number of findings, of those to fix, and of findings and reports in the runtime bucket. */
  counts: { findings: number; open: number; bucket: number; bucketReports: number };
  headline: string;
  /** What an earlier run has proven. */
  before?: string;
  /** What was done to cells on purpose, and how much was not. */
  driven: string[];
  ending: string;
  verdicts: typeof VERDICTS;
  hazards: Record<string, { title: string; side: string; defence: string }>;
};

/** The findings, most urgent first. */
export type Findings = { findings: Column; bucket: Column };

const viewOf = (report: Report): View => {
  const { findings, runtimeBucket, ...rest } = report;
  const before = provenBefore(report);
  return {
    report: plainDeep(rest),
    counts: {
      findings: findings.length,
      open: findings.filter((f) => !f.planted && !f.known).length,
      bucket: runtimeBucket.length,
      bucketReports: runtimeBucket.reduce((n, f) => f.witnesses.reduce((sum, w) => sum + w.count, n), 0),
    },
    headline: headline(report),
    ...(before === undefined ? {} : { before }),
    driven: drivenLines(report).map(plain),
    ending: endOf(report),
    verdicts: VERDICTS,
    hazards: Object.fromEntries(HAZARDS.map(({ id, ...h }) => [id, h])),
  };
};

function* findingsText(report: Report): Generator<string> {
  yield '{"findings":';
  yield* columnText([...report.findings].sort(byUrgency));
  yield ',"bucket":';
  yield* columnText([...report.runtimeBucket].sort(byUrgency));
  yield '}';
}

/** Longer JSON, in characters, is embedded gzipped as base64. */
const PLAIN_LIMIT = 64 * 1024;

/** A script element with JSON that the page reads. */
function* island(id: string, pieces: Iterable<string>): Generator<string> {
  const start = (encoding: string): string =>
    `<script type="application/json" id="${id}" data-encoding="${encoding}">`;
  let short = '';
  const rest = pieces[Symbol.iterator]();
  for (let next = rest.next(); ; next = rest.next()) {
    if (next.done) {
      yield `${start('json')}${short.replaceAll('<', '\\u003c')}</script>`;
      return;
    }
    short += next.value;
    if (short.length > PLAIN_LIMIT) break;
  }
  yield start('gzip');
  yield* base64(gzipped(following(short, rest)));
  yield '</script>';
}

function* following(first: string, rest: Iterator<string>): Generator<string> {
  yield first;
  for (let next = rest.next(); !next.done; next = rest.next()) yield next.value;
}

/** Only the last piece of base64 may be padded, so each is made of a multiple of three bytes. */
function* base64(pieces: Iterable<Buffer>): Generator<string> {
  let left = Buffer.alloc(0);
  for (const piece of pieces) {
    const bytes = Buffer.concat([left, piece]);
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.toString('base64', 0, whole);
    left = bytes.subarray(whole);
  }
  yield left.toString('base64');
}

const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
