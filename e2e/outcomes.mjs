// What came of each real package when it was last run: outcomes.json, and the table of it in README.md, which `node e2e/run.mjs
// --record` keeps. `node e2e/outcomes.mjs FILE…` takes over what other copies of outcomes.json have that is newer.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as prettier from 'prettier';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const [BEGIN, END] = ['<!-- outcomes -->', '<!-- end of outcomes -->'];
/** Files that a native stack names where the host itself is compiled. */
const COMPILED_HOSTS = { go: /\.go$/, rs: /\.rs$/ };

/** All entries of packages/. */
export const entries = () =>
  readdirSync(here('packages'))
    .sort()
    .flatMap((file) => parse(readFileSync(here(`packages/${file}`), 'utf8')));

/** The name of an entry. */
export const nameOf = (p) => p.as ?? p.name;

const hasHostLine = ({ caller, stacks, witnesses }) =>
  caller !== undefined ||
  witnesses.some(({ binding }) =>
    stacks.some((k) => k.frames.some((f) => f.own && COMPILED_HOSTS[binding]?.test(f.file ?? ''))),
  );

/** How many findings of a report, the planted ones left out, name a line of the project in the host's language. */
export const hostLines = (report) => {
  const findings = report.findings.filter((f) => !f.planted);
  const shown = findings.filter(hasHostLine).length;
  return { with: shown, without: findings.length - shown };
};

/** The first of what is wrong, as far as a column is wide; outcomes.json has more. */
const short = ([first, ...others]) =>
  `${first.length > 80 ? `${first.slice(0, 79)}…` : first}${others.length > 0 ? `, and ${others.length} more` : ''}`;

/** The table, one row for each entry. An entry without an outcome says so. */
export const table = (all, outcomes) => {
  const line = (cells) => `| ${cells.map((c) => String(c).replaceAll('|', '\\|')).join(' | ')} |`;
  const rows = all.map((p) => {
    const o = outcomes[nameOf(p)];
    const what = [nameOf(p), `${p.version} (${p.registry})`, p.expect];
    if (o === undefined) return line([...what, 'not run', '', '', '', '']);
    return line([
      ...what,
      o.wrong.length === 0 ? 'ok' : `not ok: ${short(o.wrong)}`,
      o.hostLines === undefined ? '' : `${o.hostLines.with} / ${o.hostLines.without}`,
      o.seconds,
      o.load === undefined ? '' : Math.round(o.load),
      o.ended.slice(0, 10),
    ]);
  });
  const head = ['entry', 'version', 'expected', 'outcome', 'findings with a host line / without', 'seconds'];
  return [line([...head, 'load', 'day']), line(Array(8).fill('---')), ...rows].join('\n');
};

const write = async (name, text) =>
  writeFileSync(
    here(name),
    await prettier.format(text, { ...(await prettier.resolveConfig(here(name))), filepath: here(name) }),
  );

/** Of two sets of outcomes the newer ones, in the order of their names, without those of entries that are gone. */
export const newest = (all, ...sets) => {
  const rows = all.map(nameOf).flatMap((name) => {
    const last = sets
      .flatMap((set) => (set[name] ? [set[name]] : []))
      .toSorted((a, b) => (a.ended < b.ended ? -1 : 1))
      .at(-1);
    return last ? [[name, last]] : [];
  });
  return Object.fromEntries(rows.toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

/** Adds outcomes by entry where they are newer than those known, and writes outcomes.json and README.md. */
export const record = async (added) => {
  const all = entries();
  const outcomes = newest(all, JSON.parse(readFileSync(here('outcomes.json'), 'utf8')), added);
  const readme = readFileSync(here('README.md'), 'utf8');
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  await write('outcomes.json', JSON.stringify(outcomes));
  const text = `${readme.slice(0, from)}${BEGIN}\n\n${table(all, outcomes)}\n\n${readme.slice(to)}`;
  await write('README.md', text);
};

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const file of process.argv.slice(2)) await record(JSON.parse(readFileSync(file, 'utf8')));
