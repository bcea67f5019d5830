/** The files that changed since a commit, by git. */
import { join } from 'node:path';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { runTool } from '../process/run-tool.js';

const TIMEOUT_MS = 60_000;

/**
 * Absolute paths of all files that differ between the working tree and the commit at which `ref` and this branch part:
 * committed, staged, changed, new and removed ones. A submodule is one path. Throws `Failure` 2 if git knows no such commit.
 */
export const changedSince = async (ref: string, root: string): Promise<string[]> => {
  const git = async (...args: string[]): Promise<string> => {
    const options = { env: { GIT_OPTIONAL_LOCKS: '0' }, inherit: true, timeoutMs: TIMEOUT_MS };
    const answer = await runTool('git', ['-C', root, '-c', 'core.fsmonitor=false', ...args], options);
    if (answer.code === 0) return answer.stdout;
    const said = answer.why ?? answer.all.trim().split('\n')[0] ?? '';
    throw new Failure(
      EXIT.USAGE,
      `--since ${ref}: git cannot say what changed: ${said}. A CI system may have fetched too little: fetch the whole history (fetch-depth: 0)`,
    );
  };
  if (ref === '' || ref.startsWith('-'))
    throw new Failure(EXIT.USAGE, `--since takes a commit, and not '${ref}'`);
  const top = (await git('rev-parse', '--show-toplevel')).trimEnd();
  const commit = (
    await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)
  ).trim();
  const base = (await git('merge-base', commit, 'HEAD')).trim();
  const lists = [
    await git('diff', '--name-only', '--no-renames', '-z', base),
    await git('ls-files', '--others', '--exclude-standard', '--full-name', '-z', top),
  ];
  const names = lists.flatMap((text) => text.split('\0').filter((n) => n !== ''));
  return [...new Set(names)].sort().map((name) => join(top, name));
};
