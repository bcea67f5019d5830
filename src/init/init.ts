/** `ffi-gates init`: reads a repository, proposes a matrix and the files of a CI system, writes them where nothing stands yet. */
import { EXIT } from '../model/exit-codes.js';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeWholeFile } from '../process/write-file.js';
import { Failure } from '../model/failure.js';
import type { BindingId } from '../model/ids.js';
import { loadMatrix, parseMatrix } from '../config/matrix.js';
import { toolVersion } from '../host/provenance.js';
import { CI, type CiId } from './ci/index.js';
import type { CiFile } from './ci/ci.js';
import type { ErrorIdea } from './error-results/index.js';
import { onlyLoads } from './proposal.js';
import { propose, type Proposal } from './propose.js';
import { matrixText } from './write.js';
import { readTree } from './tree.js';

export type InitOptions = {
  dir: string;
  force: boolean;
  dryRun: boolean;
  /** Asked for by name: with it, a matrix that is there is kept, and its bindings count. */
  ci?: readonly CiId[] | undefined;
};
export type Written = CiFile;

const MATRIX = 'ffi-gates.yaml';
const OTHER_MATRIX = 'ffi-gates.yml';

/** The files of some CI systems. Paths are absolute. */
export const ciFiles = (
  ci: readonly CiId[],
  suites: readonly { binding: BindingId }[],
  root: string,
): Written[] => {
  const bindings = [...new Set(suites.map((s) => s.binding))];
  return ci
    .flatMap((id) => CI[id]({ bindings, version: toolVersion() }))
    .map((f) => ({ ...f, path: join(root, f.path) }));
};

/** The files of a proposal. The matrix is read back by the validator: what does not pass would be our bug. */
export const filesOf = (p: Proposal, root: string, ci: readonly CiId[] = ['github']): Written[] => {
  const matrix: Written = { path: join(root, MATRIX), text: matrixText(p) };
  parseMatrix(matrix.text, matrix.path);
  return [matrix, ...ciFiles(ci, p.suites, root)];
};

const errorsOf = (errors: readonly ErrorIdea[]): string => {
  const certain = errors.filter((e) => e.certain).length;
  const unsure = errors.length - certain;
  return `how functions report errors: ${certain} found${unsure ? `, ${unsure} to be confirmed in the file` : ''}`;
};

const summary = (p: Proposal): string[] => [
  ...p.targets.flatMap((t) => [
    `target ${t.id}  ${t.builder} in ${t.dir}  (${t.why})`,
    ...(t.errors ? [`  ${errorsOf(t.errors)}`] : []),
  ]),
  ...p.suites.map((s) => `suite  ${s.id}  ${s.binding} in ${s.dir}  (${s.why})`),
  ...(p.own.length ? [`under test: ${p.own.join(', ')} of the system`] : []),
  ...(p.suites.some(onlyLoads)
    ? ['no tests were found: what is proposed only loads the code, and proves nothing about later calls']
    : []),
  ...(p.unclear.length ? ['not understood:', ...p.unclear.map((u) => `  - ${u}`)] : []),
];

/** What is to be written: all, or the files of a CI system beside a matrix that is there. Throws `Failure` 3 for nothing. */
const proposedFor = async (root: string, o: InitOptions, say: (line: string) => void): Promise<Written[]> => {
  const there = [MATRIX, OTHER_MATRIX].map((f) => join(root, f)).find((f) => existsSync(f));
  if (o.ci && there !== undefined && !o.force) {
    say(`matrix ${there}  (kept as it is)`);
    return ciFiles(o.ci, (await loadMatrix(there)).suites, root);
  }
  const p = await propose(await readTree(root));
  for (const line of summary(p)) say(line);
  if (p.suites.length === 0) for (const line of p.unfound ?? []) say(line);
  if (p.suites.length === 0)
    throw new Failure(
      EXIT.NOTHING_SELECTED,
      'no tests that reach native code were found, so there is nothing to write',
    );
  return filesOf(p, root, o.ci);
};

const STANDS = 'is there already; --force overwrites, --dry-run prints';

/** Writes, or with `dryRun` only says. Throws `Failure` 2 when a file stands in the way, 3 when there is nothing to gate. */
export const init = async (o: InitOptions, say: (line: string) => void): Promise<void> => {
  const root = resolve(o.dir);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new Failure(EXIT.USAGE, `no such directory: ${root}`);
  const refuse = (files: readonly string[]): void => {
    const standing = files.filter((f) => existsSync(f));
    if (standing.length && !o.force && !o.dryRun)
      throw new Failure(EXIT.USAGE, `${standing.join(' and ')} ${STANDS}`);
  };
  // Reading a repository may take long: what would be refused whatever is in it is refused before.
  const mine = o.ci ? [] : [MATRIX, OTHER_MATRIX].map((f) => join(root, f));
  refuse([...mine, ...ciFiles(o.ci ?? ['github'], [], root).flatMap((f) => (f.include ? [] : [f.path]))]);
  for (const f of await proposedFor(root, o, say)) {
    if (o.dryRun) {
      say(`--- ${f.path}`);
      say(f.text);
    } else if (f.include !== undefined && existsSync(f.path)) say(f.include);
    else {
      await writeWholeFile(f.path, f.text);
      say(`wrote  ${f.path}`);
    }
  }
  if (!o.dryRun)
    say('next: ffi-gates plan, then ffi-gates run --provision (keep .ffi-gates/ and reports/ out of git)');
};
