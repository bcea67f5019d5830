/** Fields of every entry that accepts something: reason, owner and expiry day. */
import { z } from 'zod';
import type { Accepted } from '../model/report.js';

/** Date.parse takes 30 February for 2 March. */
const isDay = (day: string): boolean => {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
};

/** The fields, for the schemas of committed files. */
export const acceptingFields = {
  owner: z.string().min(1).optional().meta({ description: 'Who is responsible for it.' }),
  expires: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'must be a day as YYYY-MM-DD')
    .refine(isDay, 'is not a day of the calendar')
    .optional()
    .meta({ description: 'Last day on which the entry holds, as YYYY-MM-DD; afterwards it fails the run.' }),
};

/** Only the reason, owner and expiry day of an entry. */
export const acceptance = (e: {
  reason: string;
  owner?: string | undefined;
  expires?: string | undefined;
}): Accepted => ({
  reason: e.reason,
  ...(e.owner === undefined ? {} : { owner: e.owner }),
  ...(e.expires === undefined ? {} : { expires: e.expires }),
});

/** Today's date in UTC, the calendar of `expires`. */
export const today = (now = new Date()): string => now.toISOString().slice(0, 10);

/** Whether an entry is past its last day on `day`. */
export const isOver = (e: { expires?: string | undefined }, day: string): boolean =>
  e.expires !== undefined && e.expires < day;

/**
 * The first line of a file that editors check against our schema. Its path is relative to the project's
 * packages.
 */
export const schemaLine = (schema: string): string =>
  `# yaml-language-server: $schema=node_modules/ffi-gates/matrices/${schema}`;
