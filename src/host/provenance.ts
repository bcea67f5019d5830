/** What a report was made from: the version of ffi-gates, and the commit of the repository. */
import { readFileSync } from 'node:fs';
import { runTool } from '../process/run-tool.js';

export type Provenance = {
  tool: { name: 'ffi-gates'; version: string };
  /** Absent outside of git, and if git gives no answer. */
  commit?: string;
  /** Whether tracked files differ from the commit. */
  dirty?: boolean;
  /** URL of the remote `origin`, without credentials. */
  repository?: string;
};

const TIMEOUT_MS = 20_000;

/** The version in `package.json`. */
export const toolVersion = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};

/** A remote as a URL that others can follow. Undefined for paths of this machine. */
export const repositoryUrl = (remote: string): string | undefined => {
  const short = /^(?:[^@/\s]+@)?([\w.-]{2,}):(?!\/\/)([^\s]+)$/.exec(remote);
  const text = short ? `https://${short[1]}/${short[2]?.replace(/^\/+/, '')}` : remote;
  if (!/^(?:https?|ssh|git):/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return `https://${url.hostname}${url.port && url.protocol.startsWith('http') ? `:${url.port}` : ''}${url.pathname.replace(/\.git$/, '')}`;
};

/** Asks git about the repository of a directory. Starts nothing but git, and changes nothing. */
export const provenanceOf = async (root: string): Promise<Provenance> => {
  const tool = { name: 'ffi-gates', version: toolVersion() } as const;
  const git = async (...args: string[]): Promise<string | undefined> => {
    const options = { env: { GIT_OPTIONAL_LOCKS: '0' }, inherit: true, timeoutMs: TIMEOUT_MS };
    const { code, stdout } = await runTool(
      'git',
      ['-C', root, '-c', 'core.fsmonitor=false', ...args],
      options,
    );
    return code === 0 ? stdout.trim() : undefined;
  };
  const commit = await git('rev-parse', '--verify', 'HEAD');
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return { tool };
  const [changes, remote] = await Promise.all([
    git('status', '--porcelain', '--untracked-files=no'),
    git('remote', 'get-url', 'origin'),
  ]);
  const repository = remote === undefined ? undefined : repositoryUrl(remote);
  return {
    tool,
    commit,
    ...(changes === undefined ? {} : { dirty: changes !== '' }),
    ...(repository === undefined ? {} : { repository }),
  };
};
