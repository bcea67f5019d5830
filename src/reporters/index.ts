/** The table of reporters. A run writes the files of those that are asked for. */
import { ctrf } from './ctrf.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import { html } from './html/html.js';
import { json } from './json.js';
import { junit } from './junit/junit.js';
import { markdown } from './markdown.js';
import type { Reporter } from './reporter.js';
import { sarif } from './sarif/sarif.js';

export const REPORTERS = {
  json,
  junit,
  html,
  sarif,
  ctrf,
  github,
  gitlab,
  markdown,
} satisfies Record<string, Reporter>;

export type ReporterId = keyof typeof REPORTERS;

/** Written if nothing else is asked for. */
export const DEFAULT_REPORTERS = { json, junit, html };
