// Records passed full runs of our fixtures: adds the versions of tools to matrices/proven.json, and writes
// the median time of each cell to matrices/durations.json: npm run build && node scripts/proven.mjs
// REPORT.json…
import { readFileSync, writeFileSync } from 'node:fs';
import { isBefore } from '../dist/config/annotations.js';
import { TOOLS_OF } from '../dist/judge/blame.js';
import { GATES } from '../dist/gates/index.js';

const paths = process.argv.slice(2);
if (paths.length === 0) {
  process.stderr.write('usage: node scripts/proven.mjs REPORT.json…\n');
  process.exit(2);
}
const reports = paths.map((path) => {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  const f = report.fixtures;
  const whole =
    report.matrix === 'fixtures.yaml' &&
    report.exitCode === 0 &&
    report.unavailable.length === 0 &&
    report.lanes.every((l) => l.provenAt === undefined);
  if (!whole || f?.caught !== f?.declared || f.noisyTwins.length > 0) {
    process.stderr.write(`${path}: not a green run of all fixtures\n`);
    process.exit(2);
  }
  return report;
});

/** Tools whose versions influence the results of a lane. */
const TOOLS = new Set(
  ['gcc', 'clang'].concat(
    Object.values(GATES).flatMap((g) => g.tools ?? []),
    Object.values(TOOLS_OF).flat(),
  ),
);
const older = (a, b) => Number(isBefore(b, a)) - Number(isBefore(a, b));
const file = (name) => new URL(`../matrices/${name}`, import.meta.url);
const write = (name, value) => writeFileSync(file(name), `${JSON.stringify(value, null, 1)}\n`);

const proven = JSON.parse(readFileSync(file('proven.json'), 'utf8'));
for (const { host } of reports)
  for (const tool of TOOLS) {
    const version = host.tools[tool];
    if (version) proven[tool] = [...new Set([...(proven[tool] ?? []), version])].sort(older);
  }
write('proven.json', Object.fromEntries([...TOOLS].filter((t) => proven[t]).map((t) => [t, proven[t]])));

const times = new Map();
for (const { cells } of reports)
  for (const c of cells)
    if (c.verdict.kind !== 'skipped') times.set(c.id, [...(times.get(c.id) ?? []), c.ms]);
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
const rounded = (ms) => Math.round(ms / 100) * 100;
write(
  'durations.json',
  Object.fromEntries(
    [...times].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, all]) => [id, rounded(median(all))]),
  ),
);
