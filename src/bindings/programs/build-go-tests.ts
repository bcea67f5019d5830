/**
 * A separate program: builds the test binary of each package that the go command lists, in the working directory. Build
 * constraints, nested modules and workspaces are the go command's business. A package that cannot be built costs itself;
 * if none can, the first failure is that of the program. Argument: the JSON of `GoBuild`.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PACKAGES, packagesText, testBinary, type Packages } from '../go-packages.js';

export type GoBuild = { go: string; flags: string[]; patterns: string[]; tags: string[]; out: string };

type Listed = {
  Dir?: string;
  ImportPath: string;
  TestGoFiles?: string[];
  XTestGoFiles?: string[];
  Error?: { Err: string };
};

const { go, flags, patterns, tags, out } = JSON.parse(process.argv[2] ?? '{}') as GoBuild;

const run = (args: string[]): { status: number; stdout: string; stderr: string } => {
  const child = spawnSync(go, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
  if (child.error) throw child.error;
  return { status: child.status ?? 1, stdout: child.stdout, stderr: child.stderr };
};

/** Tags on the command line would take the place of those in GOFLAGS. */
const tagFlags = (): string[] => {
  if (tags.length === 0) return [];
  const said = run(['env', 'GOFLAGS'])
    .stdout.trim()
    .split(/\s+/)
    .flatMap((flag) => /^--?tags=(.*)$/.exec(flag)?.[1]?.split(',') ?? []);
  return [`-tags=${[...new Set([...said, ...tags])].join(',')}`];
};

/** The objects of a stream of JSON, each of which ends with a brace at the beginning of a line. */
const objects = (text: string): Listed[] =>
  text
    .split(/^(?=\{$)/m)
    .filter((part) => part.trim() !== '')
    .map((part) => JSON.parse(part) as Listed);

/** The compiler's first complaint, without the lines that say which package it is about. */
const reasonOf = (text: string): string => {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('# '));
  return (lines.find((line) => /^\S+:\d+(?::\d+)?: /.test(line)) ?? lines[0] ?? 'no reason was given').trim();
};

const listed = run([
  'list',
  '-e',
  '-json=Dir,ImportPath,TestGoFiles,XTestGoFiles,Error',
  ...tagFlags(),
  ...patterns,
]);
process.stderr.write(listed.stderr);
if (listed.status !== 0) process.exit(listed.status);

const result: Packages = { built: [], failed: [] };
let worst = { status: 0, stderr: '' };
const here = process.cwd();
for (const p of objects(listed.stdout)) {
  const tests = [...(p.TestGoFiles ?? []), ...(p.XTestGoFiles ?? [])];
  const pkg = p.Dir === undefined ? p.ImportPath : relative(here, p.Dir);
  if (tests.length === 0) {
    // A directory that only another platform builds is none of ours, unless it was asked for.
    if (p.Error && patterns.some((pattern) => !pattern.endsWith('...')))
      result.failed.push({ file: pkg || '.', why: reasonOf(p.Error.Err) });
    continue;
  }
  const built = run([
    'test',
    '-c',
    ...flags,
    ...tagFlags(),
    ...['-o', join(out, testBinary(pkg)), pkg === '' ? '.' : `./${pkg}`],
  ]);
  process.stderr.write(built.stderr);
  process.stdout.write(built.stdout);
  if (built.status === 0) result.built.push(pkg);
  else {
    if (worst.status === 0) worst = built;
    result.failed.push({ file: pkg || '.', why: reasonOf(built.stderr || built.stdout) });
  }
}
result.built.sort();
writeFileSync(join(out, PACKAGES), packagesText(result));
if (result.built.length === 0) {
  if (result.failed.length === 0)
    process.stderr.write(`go: no package of ${patterns.join(' ')} has tests here\n`);
  process.exitCode = worst.status || 1;
}
