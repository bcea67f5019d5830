/** What every entry that accepts something says of itself: why, whose it is, and the last day on which that holds. */
import { z } from 'zod';
import type { Accepted } from '../model/report.js';

/** The fields, for the schemas of the committed files. */
export const acceptingFields = {
  owner: z.string().min(1).optional().meta({ description: 'Who looks after it.' }),
  expires: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'must be a day as YYYY-MM-DD')
    .refine((d) => !Number.isNaN(Date.parse(d)), 'is not a day of the calendar')
    .optional()
    .meta({ description: 'Last day on which the entry holds, as YYYY-MM-DD; afterwards it fails the run.' }),
};

/** The reason, owner and last day of an entry, and nothing else of it. */
export const acceptance = (e: {
  reason: string;
  owner?: string | undefined;
  expires?: string | undefined;
}): Accepted => ({
  reason: e.reason,
  ...(e.owner === undefined ? {} : { owner: e.owner }),
  ...(e.expires === undefined ? {} : { expires: e.expires }),
});

/** Today in the calendar that `expires` is written in (UTC). */
export const today = (now = new Date()): string => now.toISOString().slice(0, 10);

export const isOver = (e: { expires?: string | undefined }, day: string): boolean =>
  e.expires !== undefined && e.expires < day;

/** The first line of a file that editors check against a schema of ours, named as it lies beside a project's packages. */
export const schemaLine = (schema: string): string =>
  `# yaml-language-server: $schema=node_modules/ffi-gates/matrices/${schema}`;
