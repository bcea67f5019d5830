/**
 * Full runs of the planted hazards under conditions that occur on other machines, and the rate of every planted case.
 *
 *   node bench/full-runs.mjs run DIR CONDITION…      # one run per condition, its report in DIR/<n>-<condition>
 *   node bench/full-runs.mjs add REPORT CONDITION    # a run that was made elsewhere, by its report.json
 *   node bench/full-runs.mjs table > docs/rates.md
 *
 * Each run is a row of bench/full-runs.json, whether it was green or not, so that rates grow over days and machines.
 *
 * Conditions: `idle`; `beside=WHAT` (beside other work, which WHAT says in a word or two); `busy` (beside six endless loops); `onecpu` (on the first processor only); `blanks` (in a directory
 * with blanks in its name); `user=NAME` (as that user, in a copy of the checkout); `jdk=HOME`; `cold` (nothing built, empty
 * caches of Go and Miri). Builds are kept between runs (DIR/cache), except for `blanks`, `user` and `cold`. A failed run
 * does not stop the others.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const LOOPS = 6;
/** A row for each run, kept in the repository. */
const LEDGER = join(root, 'bench/full-runs.json');

/** Copies the checkout without output of runs into a new directory whose name contains `name`. */
const copyOf = (name) => {
  const dir = join(mkdtempSync(join(tmpdir(), 'ffi-gates-runs-')), name);
  const leftOut = /\/(?:\.git|reports\/latest|native-fixtures\/\.ffi-gates)$/;
  cpSync(root, dir, { recursive: true, filter: (from) => !leftOut.test(from) });
  return dir;
};

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** All runs that were made so far, the oldest first. */
const readRows = () => (existsSync(LEDGER) ? readJson(LEDGER) : []);

const addRow = (row) => writeFileSync(LEDGER, `${JSON.stringify([...readRows(), row], null, 2)}\n`);

/** How the table says a condition: without paths and names of one machine. */
const said = (word) => {
  const [name, value] = word.split('=');
  const others = {
    busy: `beside ${LOOPS} busy loops`,
    onecpu: 'one processor',
    blanks: 'a directory with blanks',
    user: 'another user',
    jdk: 'another JDK',
    cold: 'empty caches',
    beside: `beside ${value}`,
  };
  return others[name] ?? word;
};

/** What is kept of a run. `ms` is its wall time in milliseconds, with everything that came before its cells. */
const rowOf = (report, condition, { code, ms }) => {
  if (!report?.fixtures) return { condition: said(condition), exit: code, ms };
  const { fixtures: f, host, started, commit, dirty } = report;
  return {
    condition: said(condition),
    exit: code,
    ms,
    day: started.slice(0, 10),
    commit: commit?.slice(0, 7),
    ...(dirty && { dirty }),
    ...(host.load && { load: `${host.load.start} → ${host.load.end}` }),
    declared: f.declared,
    missed: f.missed.map((m) => `${m.case} (${m.gate}, ${m.cell}, ${m.at})`),
    twins: f.twins,
    noisy: f.noisyTwins.map((t) => `${t.test ?? t.cell}: ${t.finding}`),
    jdk: host.tools.java,
    nightly: host.tools.nightly,
    machine: `${host.os}, ${host.cores} core${host.cores === 1 ? '' : 's'}`,
  };
};

const must = (command, args) => {
  const r = spawnSync(command, args, { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${r.error?.message ?? r.stderr}`);
  return r.stdout;
};

/**
 * The effects of a condition: checkout, arguments before the command, environment, and processes that run
 * beside it.
 */
const conditionOf = (word, dir) => {
  const [name, value] = word.split('=');
  const cache = join(dir, 'cache');
  switch (name) {
    case 'idle':
    case 'beside':
      return { cache };
    case 'busy':
      return { cache, loops: LOOPS };
    case 'onecpu':
      return { cache, before: ['taskset', '-c', '0'] };
    case 'jdk':
      return { cache, env: { JAVA_HOME: resolve(value) } };
    case 'cold': {
      const empty = mkdtempSync(join(tmpdir(), 'ffi-gates-cold-'));
      return {
        empty,
        cache: join(empty, 'builds'),
        env: { GOCACHE: join(empty, 'go'), XDG_CACHE_HOME: join(empty, 'caches') },
        args: ['--provision'],
      };
    }
    case 'blanks': {
      const checkout = copyOf('a directory with blanks');
      return { checkout, cache: join(checkout, 'builds here') };
    }
    case 'user': {
      const checkout = copyOf('checkout');
      const home = must('getent', ['passwd', value]).split(':')[5];
      must('chown', ['-R', value, join(checkout, '..')]);
      return {
        checkout,
        cache: join(checkout, 'builds'),
        before: ['runuser', '-u', value, '--'],
        env: { HOME: home, USER: value, LOGNAME: value },
        out: join(checkout, 'out'),
      };
    }
    default:
      throw new Error(`no condition '${word}'`);
  }
};

const runOne = async (word, dir) => {
  const n = readdirSync(dir).filter((d) => /^\d+-/.test(d)).length + 1;
  const kept = join(dir, `${String(n).padStart(2, '0')}-${word.replaceAll(/[^\w=.-]/g, '_')}`);
  mkdirSync(kept);
  const {
    checkout = root,
    cache,
    before = [],
    env = {},
    args = [],
    loops = 0,
    empty,
    out = join(kept, 'out'),
  } = conditionOf(word, dir);
  const beside = Array.from({ length: loops }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  const words = [
    ...before,
    process.execPath,
    'bin/ffi-gates.js',
    'run',
    '--prove',
    '--out',
    out,
    '--cache',
    cache,
    ...args,
  ];
  // The table itself changes with each run.
  const dirty =
    must('git', [
      '-C',
      root,
      'status',
      '--porcelain',
      '--',
      '.',
      ':!bench/full-runs.json',
      ':!docs/rates.md',
    ]) !== '';
  const begun = Date.now();
  const child = spawn(words[0], words.slice(1), { cwd: checkout, env: { ...process.env, ...env } });
  let log = '';
  for (const s of [child.stdout, child.stderr]) s.on('data', (t) => (log += t));
  const code = await new Promise((done) => child.on('close', (c) => done(c ?? -1)));
  for (const b of beside) b.kill('SIGKILL');
  writeFileSync(join(kept, 'run.log'), log);
  const report = join(out, 'report.json');
  if (existsSync(report)) cpSync(report, join(kept, 'report.json'));
  // The logs are needed to find out why a run failed.
  if (code !== 0 && existsSync(out) && out !== join(kept, 'out'))
    cpSync(out, join(kept, 'out'), { recursive: true });
  addRow(
    rowOf(existsSync(report) ? { ...readJson(report), dirty } : undefined, word, {
      code,
      ms: Date.now() - begun,
    }),
  );
  for (const d of [checkout !== root && join(checkout, '..'), empty].filter(Boolean))
    rmSync(d, { recursive: true, force: true });
  process.stdout.write(`${kept}: exit ${code} after ${Math.round((Date.now() - begun) / 60_000)} m\n`);
};

const line = (cells) => `| ${cells.map((c) => String(c).replaceAll('|', '\\|')).join(' | ')} |`;
const minutes = (ms) =>
  `${Math.floor(ms / 60_000)} m ${String(Math.floor((ms / 1000) % 60)).padStart(2, '0')} s`;

/** How many runs missed or reported each thing: pairs of its description and a count. */
const counted = (rows, of) => {
  const counts = new Map();
  for (const row of rows) for (const text of new Set(of(row))) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
};

const table = () => {
  const rows = readRows();
  const judged = rows.filter((r) => r.declared !== undefined);
  const cells = rows.map((r, i) => [
    i + 1,
    r.condition,
    r.exit,
    minutes(r.ms),
    r.load ?? '',
    r.declared === undefined ? 'no report' : `${r.declared - r.missed.length} of ${r.declared}`,
    r.declared === undefined ? '' : `${r.noisy.length} of ${r.twins}`,
    r.jdk ?? '',
    r.nightly ?? '',
    r.machine ?? '',
    `${r.commit ?? 'not known'}${r.dirty ? ' (changed)' : ''}`,
    r.day ?? '',
  ]);
  const head =
    'run, condition, exit, time, load, caught, noisy twins, JDK, nightly, machine, commit, day'.split(', ');
  const list = (found) =>
    found.length ? found.map(([text, n]) => `- ${n} of ${judged.length}: ${text}`) : ['none.'];
  return [
    '# Rates',
    '',
    '<!-- Generated by bench/full-runs.mjs from bench/full-runs.json. Do not edit. -->',
    '',
    'Full runs of the planted hazards, in the order in which they were made, each under the condition that it names (see the',
    'script). Canaries were run in each of them (`--prove`). Commits differ, since what a run found was mended: a row below the',
    'last red one says that nothing was found since.',
    '',
    line(head),
    line(head.map(() => '---')),
    ...cells.map(line),
    '',
    `Planted cases that a gate missed; all others were caught in each of ${judged.length} runs:`,
    '',
    ...list(counted(judged, (r) => r.missed)),
    '',
    'Twins that a gate reported:',
    '',
    ...list(counted(judged, (r) => r.noisy)),
    '',
  ].join('\n');
};

const [what, ...words] = process.argv.slice(2);
if (what === 'run' && words.length > 1) {
  const dir = resolve(words[0]);
  mkdirSync(dir, { recursive: true });
  for (const c of words.slice(1)) await runOne(c, dir);
} else if (what === 'add' && words.length === 2) {
  const report = readJson(words[0]);
  addRow(rowOf(report, words[1], { code: report.exitCode, ms: report.ms }));
} else if (what === 'table' && words.length === 0)
  process.stdout.write(await prettier.format(table(), { parser: 'markdown', printWidth: 132 }));
else {
  process.stderr.write('usage: node bench/full-runs.mjs run DIR CONDITION… | add REPORT CONDITION | table\n');
  process.exitCode = 2;
}
