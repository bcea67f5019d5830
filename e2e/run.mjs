// Tries ffi-gates on real packages as a new user would: `node e2e/run.mjs [--shard I/N] [--list] [--provision] [--init] [--record]
// [--keep DIR] [NAME…]`
// after `npm run build`. Each package is fetched through its registry's own client into a temporary directory, `init` writes the
// matrix, `run` judges it. Exits with 1 when a matrix or a verdict is not what packages/*.yaml says: `suites` and `targets` are
// what `init` must write, `add` files, `edit` a change of the matrix (why, in a comment), `seconds` the whole time on two busy
// cores, `debian` packages that it needs, which `--provision` installs. `finding` is what must be reported, by the first frame of
// the user's own; `absent` what must not be, with that function anywhere. With `--init` only what `init` writes is looked at,
// with `--record` the outcome is kept in outcomes.json and README.md, with `--keep` each report with its logs in DIR.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { parse } from 'yaml';
import { sarifProblems } from '../scripts/sarif.mjs';
import { FETCH } from './fetch.mjs';
import { entries, hostLines, nameOf, record } from './outcomes.mjs';

const BIN = fileURLToPath(new URL('../bin/ffi-gates.js', import.meta.url));
const gates = (args, cwd) =>
  spawnSync(process.execPath, [BIN, ...args], { cwd, encoding: 'utf8', maxBuffer: 1 << 30 });

/** The first frame of the user's own, with its function's plain name. */
const topOf = (stack) => {
  const top = stack.frames.find((f) => f.own);
  const { file } = top ?? {};
  const name = top?.function;
  // Go's names have paths, dots and brackets of their own.
  if (file?.endsWith('.go')) return { role: stack.role, function: name, file };
  // What follows a dot is a compiler's suffix, but in the JVM's own stacks, where packages have dots.
  const rest = stack.role === 'managed' ? /[(<].*$/ : /[(<.].*$/;
  return { role: stack.role, function: name?.replace(rest, ''), file };
};

/** Whether a finding is the published one: its main stack, or either side of a race, begins with that function (and file). */
const isFinding = (wanted, { hazard, tops }) =>
  hazard === wanted.hazard &&
  tops.some(
    (t, i) =>
      (i === 0 || t.role === 'other-access') &&
      t.function === wanted.function &&
      (wanted.file === undefined || t.file === wanted.file),
  );

/** What of `p` needs is not installed here. Other systems than Debian's are taken as they are. */
const lacking = ({ debian = [] }) =>
  debian.filter((name) => {
    const asked = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { encoding: 'utf8' });
    return asked.error === undefined && asked.stdout !== 'installed';
  });

const install = (names) => {
  const apt = (...args) => {
    const argv = [...(process.getuid() === 0 ? [] : ['sudo', '-n']), 'apt-get', ...args];
    console.log(argv.join(' '));
    return spawnSync(argv[0], argv.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  };
  const now = () => apt('install', '-y', '-q', '--no-install-recommends', ...names);
  // The package lists may be old.
  if (!now() && apt('update', '-q')) now();
};

/** Seconds for one launch: machines that try packages are busy, and a suite that is slow there does not hang. */
const TIMEOUT = 1800;

/** What is not as the list says (nothing when all is), and what came of the run, as far as it came. */
const attempt = (p, dir) => {
  const lacks = values.init ? [] : lacking(p);
  if (lacks.length > 0) return { wrong: [`needs what is not here: apt-get install -y ${lacks.join(' ')}`] };
  const wrong = [];
  const source = FETCH[p.registry](p, dir);
  for (const [path, text] of Object.entries(p.add ?? {})) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text);
  }
  const made = gates(['init'], source);
  if (made.status !== 0) return { wrong: [`init: exit ${made.status}: ${made.stdout}${made.stderr}`] };
  const file = join(source, 'ffi-gates.yaml');
  const text = readFileSync(file, 'utf8');
  const { suites, targets } = parse(text);
  if (!isDeepStrictEqual({ suites, targets }, { suites: p.suites, targets: p.targets }))
    wrong.push(`init wrote ${JSON.stringify({ suites, targets })}`);
  if (p.edit) {
    if (!text.includes(p.edit.from)) wrong.push(`nothing to edit: ${p.edit.from}`);
  }
  if (values.init) return { wrong };
  const edited = p.edit ? text.replace(p.edit.from, p.edit.to) : text;
  writeFileSync(file, `${edited}\ntimeout: ${TIMEOUT}\n`);
  const ran = gates(
    ['run', p.cells, '--quiet', '--json', '--reporter', 'json', '--reporter', 'sarif'],
    source,
  );
  if (values.keep)
    cpSync(join(source, 'reports/latest'), join(values.keep, nameOf(p)), {
      recursive: true,
      dereference: true,
    });
  if (!ran.stdout.startsWith('{'))
    return { wrong: [...wrong, `run: exit ${ran.status}: ${ran.stdout}${ran.stderr}`] };
  const report = JSON.parse(ran.stdout);
  wrong.push(...sarifProblems([join(source, 'reports/latest/ffi-gates.sarif')]));
  for (const cell of report.cells.filter((c) => c.role === 'subject' && c.verdict.kind !== p.expect))
    wrong.push(`${cell.id}: ${JSON.stringify(cell.verdict)}, expected ${p.expect}`);
  for (const lane of report.lanes.filter((l) => !l.proven))
    wrong.push(`lane ${lane.lane ?? lane.id} is not proven`);
  const found = report.findings
    .filter((f) => !f.planted)
    .map((f) => ({ hazard: f.hazard, tops: f.stacks.map(topOf) }));
  // `findings` are several of that kind.
  for (const wanted of [...(p.finding ? [p.finding] : []), ...(p.findings ?? [])])
    if (!found.some((f) => isFinding(wanted, f)))
      wrong.push(`no finding ${JSON.stringify(wanted)} among ${JSON.stringify(found)}`);
  const there = report.findings.find(
    (f) => p.absent && f.hazard === p.absent.hazard && JSON.stringify(f.stacks).includes(p.absent.function),
  );
  if (there) wrong.push(`still there: ${there.message} [${there.fingerprint}]`);
  return { wrong, report };
};

/** What could not even be tried, such as a package that was not fetched, is wrong with this package alone. */
const tried = (p, dir) => {
  try {
    return attempt(p, dir);
  } catch (error) {
    return { wrong: [String(error)] };
  }
};

/** One part of the packages: the longest first, each to the part that has the least. */
const partOf = (packages, index, count) => {
  const parts = Array.from({ length: count }, () => ({ seconds: 0, of: [] }));
  for (const p of packages.toSorted((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0))) {
    const least = parts.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    least.seconds += p.seconds ?? 0;
    least.of.push(p);
  }
  return parts[index - 1].of;
};

const { values, positionals: wanted } = parseArgs({
  options: {
    shard: { type: 'string' },
    list: { type: 'boolean' },
    provision: { type: 'boolean' },
    init: { type: 'boolean' },
    record: { type: 'boolean' },
    keep: { type: 'string' },
  },
  allowPositionals: true,
});
const [, index, count] = (/^([1-9]\d?)\/([1-9]\d?)$/.exec(values.shard ?? '1/1') ?? []).map(Number);
if (!(index <= count)) throw new Error(`no such shard: ${values.shard}`);
const all = entries();
const unknown = wanted.filter((name) => !all.some((p) => name === nameOf(p)));
if (unknown.length) throw new Error(`not in e2e/packages: ${unknown.join(', ')}`);
const chosen = partOf(
  all.filter((p) => wanted.length === 0 || wanted.includes(nameOf(p))),
  index,
  count,
);
if (values.list) for (const p of chosen) console.log(nameOf(p));
else {
  const lacks = values.provision ? [...new Set(chosen.flatMap(lacking))] : [];
  if (lacks.length > 0) install(lacks);
  for (const p of chosen) {
    const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-e2e-'));
    const begun = performance.now();
    try {
      const { wrong, report } = tried(p, dir);
      const seconds = Math.round((performance.now() - begun) / 1000);
      const lines = report && hostLines(report);
      const load = report?.host.load && Math.max(report.host.load.start, report.host.load.end);
      const found = lines ? `, findings with a host line ${lines.with}, without ${lines.without}` : '';
      console.log(
        `${wrong.length ? 'not ok' : 'ok'} ${nameOf(p)} ${p.version} (${p.registry}) ${p.expect}, ${seconds} s${found}`,
      );
      for (const line of wrong) console.log(`  ${line}`);
      if (wrong.length) process.exitCode = 1;
      const short = wrong.map((w) => w.replaceAll(dir, '.').replaceAll(/\s+/g, ' ').slice(0, 200));
      if (values.record && !values.init)
        await record({
          [nameOf(p)]: { ended: new Date().toISOString(), seconds, load, hostLines: lines, wrong: short },
        });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
}
