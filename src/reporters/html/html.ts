/**
 * The HTML report: one file that needs no network and no server. The page's sources are in `reports/html/`.
 * The report is embedded as JSON, gzipped if large. The page uses text nodes only; in addition, a content
 * security policy with the hashes of our own script and style blocks anything that foreign text may contain.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { HAZARDS } from '../../model/hazards.js';
import type { FindingReport, Report } from '../../model/report.js';
import { staticPage } from './static.js';
import { jsonText, plainDeep } from '../escape.js';
import type { Reporter } from '../reporter.js';
import { byUrgency, endingOf, functionOf, headline, isOwn, placeOf, topFrame, VERDICTS } from '../wording.js';

/** The page's scripts, in the order in which they are concatenated. */
const SCRIPTS = ['dom.js', 'matrix.js', 'stack.js', 'finding.js', 'sections.js', 'page.js'];

const source = (name: string): string =>
  readFileSync(new URL(`../../../reports/html/${name}`, import.meta.url), 'utf8');

const pageOf = (report: Report): string => {
  const script = `'use strict';(() => {\n${SCRIPTS.map(source).join('\n')}\n})();`;
  const style = source('page.css');
  const view = viewOf(plainDeep(report));
  const parts: Record<string, string> = {
    policy: `default-src 'none'; script-src '${hash(script)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'`,
    title: escape(`ffi-gates: ${view.headline}`),
    // No blank may be added between these tags: the hashes in the policy cover the exact content.
    style: `<style>${style}</style>`,
    script: `<script>${script}</script>`,
    static: `<noscript><div class="page">${staticPage(plainDeep(report))}</div></noscript>`,
    ...embed(jsonText(view)),
  };
  return source('page.html').replace(
    /<!-- \{\{(\w+)\}\} -->|\{\{(\w+)\}\}/g,
    (whole, a?: string, b?: string) => parts[a ?? b ?? ''] ?? whole,
  );
};

export const html: Reporter = {
  owns: ['index.html'],
  files: ({ report }) => [{ path: 'index.html', content: pageOf(report) }],
};

/** A finding with its place, function and own frames, so that the page need not compute them. */
export type FindingView = FindingReport & { place: string; fn: string; own: boolean[][] };

export type View = {
  report: Omit<Report, 'findings' | 'runtimeBucket'>;
  findings: FindingView[];
  bucket: FindingView[];
  headline: string;
  ending: string;
  verdicts: typeof VERDICTS;
  hazards: Record<string, { title: string; side: string; defence: string }>;
};

const viewOf = ({ findings, runtimeBucket, ...report }: Report): View => ({
  report,
  findings: [...findings].sort(byUrgency).map(findingView),
  bucket: [...runtimeBucket].sort(byUrgency).map(findingView),
  headline: headline({ ...report, findings, runtimeBucket }),
  ending: endingOf(report.exitCode),
  verdicts: VERDICTS,
  hazards: Object.fromEntries(HAZARDS.map(({ id, ...h }) => [id, h])),
});

const findingView = (f: FindingReport): FindingView => {
  const top = topFrame(f);
  return { ...f, place: placeOf(top), fn: functionOf(top), own: f.stacks.map((s) => s.frames.map(isOwn)) };
};

/** Longer JSON, in characters, is embedded gzipped as base64. */
const PLAIN_LIMIT = 64 * 1024;

const embed = (json: string): { encoding: string; data: string } =>
  json.length <= PLAIN_LIMIT
    ? { encoding: 'json', data: json.replaceAll('<', '\\u003c') }
    : { encoding: 'gzip', data: gzipSync(json, { level: 9 }).toString('base64') };

const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
