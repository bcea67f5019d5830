/** Every reporter that `--reporter` can name. */
import { html } from './reporters/html.js';
import { json } from './reporters/json.js';
import { junit } from './reporters/junit.js';
import type { Reporter } from './reporters/reporter.js';

export const REPORTERS = { json, junit, html } satisfies Record<string, Reporter>;

export type ReporterId = keyof typeof REPORTERS;
