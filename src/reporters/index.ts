/** The table of reporters. A run writes the files of all of them. */
import { html } from './html/html.js';
import { json } from './json.js';
import { junit } from './junit/junit.js';
import type { Reporter } from './reporter.js';

export const REPORTERS = { json, junit, html } satisfies Record<string, Reporter>;

export type ReporterId = keyof typeof REPORTERS;
