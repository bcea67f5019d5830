// Tries ffi-gates on real packages as a new user would: `node e2e/run.mjs [--shard I/N] [--list] [--provision] [--init] [NAME…]`
// after `npm run build`. Each package is fetched through its registry's own client into a temporary directory, `init` writes the
// matrix, `run` judges it. Exits with 1 when a matrix or a verdict is not what packages/*.yaml says: `suites` and `targets` are
// what `init` must write, `add` files, `edit` a change of the matrix (why, in a comment), `seconds` the whole time on two busy
// cores, `debian` packages that it needs, which `--provision` installs. `finding` is what must be reported, by the first frame of
// the user's own; `absent` what must not be, with that function anywhere. With `--init` only what `init` writes is looked at.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { parse } from 'yaml';
import { sarifProblems } from '../scripts/sarif.mjs';

const BIN = fileURLToPath(new URL('../bin/ffi-gates.js', import.meta.url));
const run = (file, args, options) =>
  execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });
const only = (dir) => join(dir, readdirSync(dir)[0]);
const unpack = (archive, to) => (mkdirSync(to), run('tar', ['xf', archive, '-C', to]), only(to));

/** Registry → where the sources of a package are after it was fetched below `dir`. */
const FETCH = {
  pypi: ({ name, version }, dir) => {
    const archives = join(dir, 'archive');
    run('python3', [
      '-m',
      'pip',
      'download',
      '-q',
      '--no-deps',
      '--no-binary',
      name,
      '-d',
      archives,
      `${name}==${version}`,
    ]);
    return unpack(only(archives), join(dir, 'source'));
  },
  npm: ({ name, version }, dir) => {
    const archive = run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: dir }).trim();
    return unpack(join(dir, archive), join(dir, 'source'));
  },
  go: ({ name, version }, dir) => {
    const { Dir } = JSON.parse(run('go', ['mod', 'download', '-json', `${name}@${version}`], { cwd: dir }));
    cpSync(Dir, join(dir, 'source'), { recursive: true });
    run('chmod', ['-R', 'u+w', join(dir, 'source')]);
    return join(dir, 'source');
  },
  /** A project that depends on the jar, with what `add` tests of it: jars bring native code along compiled. */
  maven: ({ name, version }, dir) => {
    const source = join(dir, 'source');
    mkdirSync(source);
    const artifact = (tag, id, v, rest = '') => {
      const [group, artifactId] = id.split(':');
      return `<${tag}><groupId>${group}</groupId><artifactId>${artifactId}</artifactId><version>${v}</version>${rest}</${tag}>`;
    };
    const plugin = (id, v) => artifact('plugin', `org.apache.maven.plugins:maven-${id}-plugin`, v);
    const text = [
      '<project><modelVersion>4.0.0</modelVersion>',
      '<groupId>example</groupId><artifactId>app</artifactId><version>1</version>',
      '<properties><maven.compiler.release>11</maven.compiler.release>',
      '<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>',
      `<dependencies>${artifact('dependency', name, version)}`,
      artifact('dependency', 'org.junit.jupiter:junit-jupiter', '5.11.4', '<scope>test</scope>'),
      `</dependencies><build><plugins>${plugin('surefire', '3.5.2')}${plugin('compiler', '3.13.0')}</plugins></build></project>`,
    ];
    writeFileSync(join(source, 'pom.xml'), text.join('\n'));
    return source;
  },
  /** The project itself: its pom, and its sources jar, which has what lies beside the Java files too. */
  'maven-sources': ({ name, version }, dir) => {
    const source = join(dir, 'source');
    const main = join(source, 'src', 'main');
    for (const type of ['pom', 'jar:sources'])
      run('mvn', [
        '-q',
        '-B',
        'dependency:copy',
        `-Dartifact=${name}:${version}:${type}`,
        `-DoutputDirectory=${dir}`,
      ]);
    const [pom, jar] = ['.pom', '-sources.jar'].map((end) => readdirSync(dir).find((f) => f.endsWith(end)));
    mkdirSync(join(main, 'java'), { recursive: true });
    cpSync(join(dir, pom), join(source, 'pom.xml'));
    run('unzip', ['-q', join(dir, jar), '-d', join(main, 'java')]);
    const isCode = (f) => /\.(?:java|c|cpp|h)$/.test(f);
    for (const f of readdirSync(join(main, 'java'), { recursive: true }))
      if (statSync(join(main, 'java', f)).isFile() && !isCode(f)) {
        mkdirSync(dirname(join(main, 'resources', f)), { recursive: true });
        renameSync(join(main, 'java', f), join(main, 'resources', f));
      }
    return source;
  },
  /** The whole repository, as Apache projects release it. */
  'maven-release': ({ name, version }, dir) => {
    const artifact = `${name}:${version}:zip:source-release`;
    run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${dir}`]);
    run('unzip', ['-q', only(dir), '-d', join(dir, 'source')]);
    return only(join(dir, 'source'));
  },
  crates: ({ name, version }, dir) => {
    const asking = join(dir, 'asking');
    mkdirSync(asking);
    writeFileSync(
      join(asking, 'Cargo.toml'),
      `[package]\nname = "asking"\nversion = "0.1.0"\n[lib]\npath = "a.rs"\n[dependencies]\n${name} = "=${version}"\n`,
    );
    writeFileSync(join(asking, 'a.rs'), '');
    run('cargo', ['vendor', '-q', '--versioned-dirs', join(dir, 'vendor')], { cwd: asking });
    const found = readdirSync(join(dir, 'vendor')).find((d) => d.startsWith(`${name}-${version}`));
    cpSync(join(dir, 'vendor', found), join(dir, 'source'), { recursive: true });
    return join(dir, 'source');
  },
};

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

/** What is not as the list says; empty when all is. */
const attempt = (p, dir) => {
  const lacks = values.init ? [] : lacking(p);
  if (lacks.length > 0) return [`needs what is not here: apt-get install -y ${lacks.join(' ')}`];
  const wrong = [];
  const source = FETCH[p.registry](p, dir);
  for (const [path, text] of Object.entries(p.add ?? {})) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text);
  }
  const made = gates(['init'], source);
  if (made.status !== 0) return [`init: exit ${made.status}: ${made.stdout}${made.stderr}`];
  const file = join(source, 'ffi-gates.yaml');
  const text = readFileSync(file, 'utf8');
  const { suites, targets } = parse(text);
  if (!isDeepStrictEqual({ suites, targets }, { suites: p.suites, targets: p.targets }))
    wrong.push(`init wrote ${JSON.stringify({ suites, targets })}`);
  if (p.edit) {
    if (!text.includes(p.edit.from)) wrong.push(`nothing to edit: ${p.edit.from}`);
  }
  if (values.init) return wrong;
  const edited = p.edit ? text.replace(p.edit.from, p.edit.to) : text;
  writeFileSync(file, `${edited}\ntimeout: ${TIMEOUT}\n`);
  const ran = gates(
    ['run', p.cells, '--quiet', '--json', '--reporter', 'json', '--reporter', 'sarif'],
    source,
  );
  if (!ran.stdout.startsWith('{')) return [...wrong, `run: exit ${ran.status}: ${ran.stdout}${ran.stderr}`];
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
  return wrong;
};

/** What could not even be tried, such as a package that was not fetched, is wrong with this package alone. */
const tried = (p, dir) => {
  try {
    return attempt(p, dir);
  } catch (error) {
    return [String(error)];
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
  },
  allowPositionals: true,
});
const [, index, count] = (/^([1-9]\d?)\/([1-9]\d?)$/.exec(values.shard ?? '1/1') ?? []).map(Number);
if (!(index <= count)) throw new Error(`no such shard: ${values.shard}`);
const lists = new URL('packages/', import.meta.url);
const all = readdirSync(lists)
  .sort()
  .flatMap((file) => parse(readFileSync(new URL(file, lists), 'utf8')));
const unknown = wanted.filter((name) => !all.some((p) => name === (p.as ?? p.name)));
if (unknown.length) throw new Error(`not in e2e/packages: ${unknown.join(', ')}`);
const chosen = partOf(
  all.filter((p) => wanted.length === 0 || wanted.includes(p.as ?? p.name)),
  index,
  count,
);
if (values.list) for (const p of chosen) console.log(p.as ?? p.name);
else {
  const lacks = values.provision ? [...new Set(chosen.flatMap(lacking))] : [];
  if (lacks.length > 0) install(lacks);
  for (const p of chosen) {
    const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-e2e-'));
    const begun = performance.now();
    try {
      const wrong = tried(p, dir);
      const seconds = Math.round((performance.now() - begun) / 1000);
      console.log(
        `${wrong.length ? 'not ok' : 'ok'} ${p.as ?? p.name} ${p.version} (${p.registry}) ${p.expect}, ${seconds} s`,
      );
      for (const line of wrong) console.log(`  ${line}`);
      if (wrong.length) process.exitCode = 1;
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
}
