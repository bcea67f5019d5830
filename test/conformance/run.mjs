/**
 * Measures the parsers against a collection of real logs: `npm run conformance -- DIR [source…] [--list] [--record] [--forms]`.
 *
 * DIR holds one directory per source with `index.jsonl` (one row per log; see expect.mjs for what is taken from it).
 * Printed per source and tool: logs, findings expected and found, logs whose count is right, kinds and places that the
 * index names and that were found, findings in logs that must have none, unread lines, logs read as cut. `--list` names
 * each log that differs. The score is compared with score.json beside this file; under it, or with an expectation list
 * (reviewed.json) longer than 1 % of the logs, the exit code is 1. `--record` writes the score instead.
 * `--forms` only checks that every log has the same findings in all forms that its format allows (forms.mjs).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kindSeen, placeSeen } from './compare.mjs';
import { expectation, fileOf, isOwn, UNCOUNTED } from './expect.mjs';
import { checkForms } from './forms.mjs';

const dist = process.env.CONFORMANCE_DIST ?? new URL('../../dist/', import.meta.url).pathname;
const here = new URL('.', import.meta.url).pathname;
const { readLog } = await import(join(dist, 'parsers/read-logs.js'));

const args = process.argv.slice(2);
const flag = (name) => args.includes(name);
const [root, ...wanted] = args.filter((a) => !a.startsWith('--'));
if (root === undefined) {
  console.error('usage: npm run conformance -- DIR [source…] [--list] [--record] [--forms]');
  process.exit(2);
}
if (!existsSync(root)) {
  console.log(`skipped: ${resolve(root)} is not here`);
  process.exit(0);
}

/** `{source, file, what: 'count'|'kind'|'place'|'spurious', reason}`: expectations that were reviewed and are wrong. */
const reviewed = JSON.parse(readFileSync(join(here, 'reviewed.json'), 'utf8'));
const isReviewed = (source, row, what) =>
  reviewed.some((r) => r.source === source && r.file === row.file && r.what === what);

/** Host noise passes through the library too; its own fault lies at most below an allocator and a wrapper. */
const isGuilty = (s) => s.stacks[0]?.frames.slice(0, 3).some(isOwn) ?? false;
/** What a checker cannot run is a report of its own, which the indexes count; troubles of the checker itself are not. */
const isHonesty = (s) => s.hazard.startsWith('tool/') && s.hazard !== 'tool/unsupported';
const ZERO = {
  logs: 0,
  want: 0,
  found: 0,
  exact: 0,
  counted: 0,
  kinds: 0,
  kindHits: 0,
  places: 0,
  placeHits: 0,
  spurious: 0,
  unread: 0,
  cut: 0,
};

function measureLog(t, row, source, parsed, text) {
  const remarks = [];
  const found = parsed.diagnostics.filter((s) => !isHonesty(s));
  const want = expectation(row, source, text);
  t.logs++;
  t.unread += parsed.unread.length;
  if (!parsed.complete) t.cut++;
  if (parsed.unread.length > 0)
    remarks.push(`unread ${parsed.unread[0].line}: ${parsed.unread[0].text.slice(0, 100)}`);
  if (!parsed.complete) remarks.push(`cut: ${parsed.missing[0]}`);
  if (want.negative) {
    const guilty = want.ownOnly ? found.filter(isGuilty) : found;
    if (guilty.length > 0 && !isReviewed(source, row, 'spurious')) {
      t.spurious += guilty.length;
      remarks.push(`spurious ${guilty.map((s) => s.rule).join(' ')}`);
    }
    return remarks;
  }
  if (want.count !== undefined && !isReviewed(source, row, 'count')) {
    const n = want.count.exact ?? want.count.least;
    const all = want.count.honesty ? parsed.diagnostics : found;
    const counted = want.count.mechanical ? all.filter((s) => !UNCOUNTED.has(s.tool)) : all;
    const right = want.count.exact === undefined ? counted.length >= n : counted.length === n;
    t.counted++;
    t.want += n;
    t.found += Math.min(counted.length, n);
    if (right) t.exact++;
    else remarks.push(`findings ${counted.length} of ${n}`);
  }
  const ask = (list, seen, name, of, hits, what) => {
    if (isReviewed(source, row, what)) return;
    for (const one of list) {
      t[of]++;
      if (seen(one, parsed.diagnostics)) t[hits]++;
      else remarks.push(`${name} ${JSON.stringify(one)}`);
    }
  };
  ask(want.kinds, kindSeen, 'kind', 'kinds', 'kindHits', 'kind');
  ask(want.places, placeSeen, 'place', 'places', 'placeHits', 'place');
  return remarks;
}

async function measure(source) {
  const rows = readFileSync(join(root, source, 'index.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const totals = {};
  for (const row of rows.map((l) => JSON.parse(l))) {
    const path = join(root, source, fileOf(row));
    if (!existsSync(path)) continue;
    const t = (totals[row.tool] ??= { ...ZERO });
    const remarks = measureLog(t, row, source, await readLog(path), readFileSync(path, 'latin1'));
    if (flag('--list') && remarks.length > 0)
      console.log(`${source}/${row.file} [${row.tool}]\n    ${remarks.slice(0, 6).join('\n    ')}`);
  }
  return totals;
}

const rate = (hit, of) => (of === 0 ? 1 : hit / of);
const percent = (hit, of) => (of === 0 ? '-' : `${(100 * rate(hit, of)).toFixed(1)}%`).padStart(7);
const line = (name, t) =>
  `  ${name.padEnd(28)} ${String(t.logs).padStart(5)} ${String(t.want).padStart(6)} ${String(t.found).padStart(6)} ${percent(t.found, t.want)} ${percent(t.exact, t.counted)} ` +
  `${percent(t.kindHits, t.kinds)} ${percent(t.placeHits, t.places)} ${String(t.spurious).padStart(8)} ${String(t.unread).padStart(6)} ${String(t.cut).padStart(5)}`;
const HEAD = `  ${'tool'.padEnd(28)}  logs   want  found findings  counts   kinds  places spurious unread   cut`;

const sources = readdirSync(root)
  .filter((source) => existsSync(join(root, source, 'index.jsonl')))
  .filter((source) => wanted.length === 0 || wanted.includes(source))
  .sort();
if (flag('--forms')) {
  const { parseText } = await import(join(dist, 'parsers/index.js'));
  process.exit(checkForms(root, sources, parseText) > 0 ? 1 : 0);
}

const scores = {};
const all = { ...ZERO };
for (const source of sources) {
  scores[source] = await measure(source);
  console.log(`\n${source}\n${HEAD}`);
  for (const [tool, t] of Object.entries(scores[source]).sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(line(tool, t));
    for (const k of Object.keys(all)) all[k] += t[k];
  }
}
console.log(`\n${HEAD}\n${line('all', all)}`);
const applied = reviewed.filter((r) => r.source in scores).length;
console.log(`\nreviewed expectations: ${applied} (${percent(applied, all.logs).trim()} of the logs)`);

/** Rates that must not fall, and what they are called. */
const RATES = [
  ['findings', (t) => rate(t.found, t.want)],
  ['counts', (t) => rate(t.exact, t.counted)],
  ['kinds', (t) => rate(t.kindHits, t.kinds)],
  ['places', (t) => rate(t.placeHits, t.places)],
  ['clean', (t) => -t.spurious],
];
const scored = (t) =>
  Object.fromEntries(RATES.map(([name, of]) => [name, Math.round(10_000 * of(t)) / 10_000]));

const scoreFile = process.env.CONFORMANCE_SCORE ?? join(here, 'score.json');
const recorded = existsSync(scoreFile) ? JSON.parse(readFileSync(scoreFile, 'utf8')) : {};
if (flag('--record')) {
  for (const [source, tools] of Object.entries(scores))
    recorded[source] = Object.fromEntries(Object.entries(tools).map(([tool, t]) => [tool, scored(t)]));
  writeFileSync(scoreFile, `${JSON.stringify(recorded, null, 2)}\n`);
  console.log('recorded');
} else {
  const falls = Object.entries(scores).flatMap(([source, tools]) =>
    Object.entries(tools).flatMap(([tool, t]) =>
      Object.entries(recorded[source]?.[tool] ?? {})
        .filter(([name, was]) => scored(t)[name] < was)
        .map(([name, was]) => `${source}/${tool}: ${name} ${scored(t)[name]}, recorded ${was}`),
    ),
  );
  for (const fall of falls) console.log(`under the recorded score: ${fall}`);
  if (falls.length > 0) process.exitCode = 1;
}
if (wanted.length === 0 && applied > all.logs / 100) {
  console.log('the list of reviewed expectations is longer than 1 % of the logs');
  process.exitCode = 1;
}
