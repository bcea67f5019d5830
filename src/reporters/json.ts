/** `report.json`: the report, with keys in a fixed order so that two runs can be compared with `diff`. */
import { byText } from '../model/order.js';
import type { Reporter } from './reporter.js';

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || byText(a, b)))
    : value;

/** Keys that identify an object come first. */
const FIRST = ['version', 'id', 'fingerprint', 'kind', 'role'];
const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);

export const json: Reporter = {
  owns: ['report.json'],
  files: ({ report }) => [{ path: 'report.json', content: `${JSON.stringify(report, sorted, 2)}\n` }],
};
