/**
 * Full runs of the planted hazards under conditions that occur on other machines, and the rate of every planted case.
 *
 *   node bench/full-runs.mjs run DIR CONDITION…      # one run per condition, its report in DIR/<n>-<condition>
 *   node bench/full-runs.mjs table DIR > docs/rates.md
 *
 * Conditions: `idle`; `busy` (beside six endless loops); `onecpu` (on the first processor only); `blanks` (in a directory
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

const root = fileURLToPath(new URL('..', import.meta.url));
const LOOPS = 6;

/** Copies the checkout without output of runs into a new directory whose name contains `name`. */
const copyOf = (name) => {
  const dir = join(mkdtempSync(join(tmpdir(), 'ffi-gates-runs-')), name);
  const leftOut = /\/(?:\.git|reports\/latest|native-fixtures\/\.ffi-gates)$/;
  cpSync(root, dir, { recursive: true, filter: (from) => !leftOut.test(from) });
  return dir;
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
  writeFileSync(join(kept, 'run.json'), JSON.stringify({ condition: word, code, ms: Date.now() - begun }));
  for (const d of [checkout !== root && join(checkout, '..'), empty].filter(Boolean))
    rmSync(d, { recursive: true, force: true });
  process.stdout.write(`${kept}: exit ${code} after ${Math.round((Date.now() - begun) / 60_000)} m\n`);
};

const readRun = (dir) => {
  const run = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
  const file = join(dir, 'report.json');
  return { ...run, report: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined };
};

const line = (cells) => `| ${cells.map((c) => String(c).replaceAll('|', '\\|')).join(' | ')} |`;
const minutes = (ms) =>
  `${Math.floor(ms / 60_000)} m ${String(Math.floor((ms / 1000) % 60)).padStart(2, '0')} s`;

/** How many runs missed or reported each thing: a Map from its description to a count. */
const counted = (runs, of) => {
  const counts = new Map();
  for (const { report } of runs)
    for (const text of new Set(of(report.fixtures))) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
};

const table = (dir) => {
  const all = readdirSync(dir)
    .filter((d) => existsSync(join(dir, d, 'run.json')))
    .sort()
    .map((d) => readRun(join(dir, d)));
  const runs = all.filter((r) => r.report?.fixtures);
  const rows = all.map(({ condition, code, ms, report }, i) => {
    if (!report) return [i + 1, condition, code, minutes(ms), '', '', '', '', '', ''];
    const { fixtures: f, host } = report;
    const day = report.started.slice(0, 10);
    const load = host.load ? `${host.load.start} → ${host.load.end}` : '';
    return [
      i + 1,
      condition,
      code,
      minutes(report.ms),
      load,
      `${f.caught} of ${f.declared}`,
      `${f.noisyTwins.length} of ${f.twins}`,
      host.tools.java,
      host.tools.nightly,
      `${host.os}, ${host.cores} cores, ${day}`,
    ];
  });
  const missed = counted(runs, (f) => f.missed.map((m) => `${m.case} (${m.gate}, ${m.cell}, ${m.at})`));
  const noisy = counted(runs, (f) => f.noisyTwins.map((t) => `${t.test ?? t.cell}: ${t.finding}`));
  const declared = Math.max(0, ...runs.map((r) => r.report.fixtures.declared));
  const list = (found) => found.map(([text, n]) => `- ${n} of ${runs.length}: ${text}`);
  return [
    '# Rates',
    '',
    '<!-- Generated by bench/full-runs.mjs. Do not edit. -->',
    '',
    'Full runs of the planted hazards, in the order in which they were made, each under the condition that it names (see the script).',
    '',
    line(['run', 'condition', 'exit', 'time', 'load', 'caught', 'noisy twins', 'JDK', 'nightly', 'machine']),
    line(Array(10).fill('---')),
    ...rows.map(line),
    '',
    `Planted cases that a gate missed (of ${declared}; all others were caught in ${runs.length} of ${runs.length} runs):`,
    '',
    ...(missed.length ? list(missed) : ['none.']),
    '',
    'Twins that a gate reported:',
    '',
    ...(noisy.length ? list(noisy) : ['none.']),
    '',
  ].join('\n');
};

const [what, dir, ...conditions] = process.argv.slice(2);
if (what === 'run' && dir && conditions.length) {
  mkdirSync(dir, { recursive: true });
  for (const c of conditions) await runOne(c, resolve(dir));
} else if (what === 'table' && dir) process.stdout.write(table(resolve(dir)));
else {
  process.stderr.write('usage: node bench/full-runs.mjs run DIR CONDITION… | table DIR\n');
  process.exitCode = 2;
}
