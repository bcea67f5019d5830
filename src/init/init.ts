/** `ffi-gates init`: reads a repository, proposes a matrix and a workflow, writes them where nothing stands yet. */
import { EXIT } from '../model/exit-codes.js';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeWholeFile } from '../process/write-file.js';
import { Failure } from '../model/failure.js';
import { parseMatrix } from '../config/matrix.js';
import { onlyLoads } from './proposal.js';
import { propose, type Proposal } from './propose.js';
import { matrixText, workflowText } from './write.js';
import { readTree } from './tree.js';

export type InitOptions = { dir: string; force: boolean; dryRun: boolean };
export type Written = { path: string; text: string };

const MATRIX = 'ffi-gates.yaml';
const WORKFLOW = '.github/workflows/ffi-gates.yml';

/** The files of a proposal. The matrix is read back by the validator: what does not pass would be our bug. */
export const filesOf = (p: Proposal, root: string): Written[] => {
  const matrix: Written = { path: join(root, MATRIX), text: matrixText(p) };
  parseMatrix(matrix.text, matrix.path);
  return [matrix, { path: join(root, WORKFLOW), text: workflowText(p) }];
};

const summary = (p: Proposal): string[] => [
  ...p.targets.map((t) => `target ${t.id}  ${t.builder} in ${t.dir}  (${t.why})`),
  ...p.suites.map((s) => `suite  ${s.id}  ${s.binding} in ${s.dir}  (${s.why})`),
  ...(p.suites.some(onlyLoads)
    ? ['no tests were found: what is proposed only loads the code, and proves nothing about later calls']
    : []),
  ...(p.unclear.length ? ['not understood:', ...p.unclear.map((u) => `  - ${u}`)] : []),
];

/** Writes, or with `dryRun` only says. Throws `Failure` 2 when a file stands in the way, 3 when there is nothing to gate. */
export const init = async (o: InitOptions, say: (line: string) => void): Promise<void> => {
  const root = resolve(o.dir);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new Failure(EXIT.USAGE, `no such directory: ${root}`);
  const standing = [MATRIX, 'ffi-gates.yml', WORKFLOW].map((f) => join(root, f)).filter((f) => existsSync(f));
  if (standing.length && !o.force && !o.dryRun)
    throw new Failure(
      EXIT.USAGE,
      `${standing.join(' and ')} is there already; --force overwrites, --dry-run prints`,
    );
  const p = await propose(await readTree(root));
  for (const line of summary(p)) say(line);
  if (p.suites.length === 0) for (const line of p.unfound ?? []) say(line);
  if (p.suites.length === 0)
    throw new Failure(
      EXIT.NOTHING_SELECTED,
      'no tests that reach native code were found, so there is nothing to write',
    );
  for (const f of filesOf(p, root)) {
    if (o.dryRun) {
      say(`--- ${f.path}`);
      say(f.text);
      continue;
    }
    await writeWholeFile(f.path, f.text);
    say(`wrote  ${f.path}`);
  }
  if (!o.dryRun)
    say('next: ffi-gates plan, then ffi-gates run --provision (keep .ffi-gates/ and reports/ out of git)');
};
