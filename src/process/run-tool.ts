/** Runs short commands for their output. Long commands, and code under test, run as a launch instead. */
import { execa } from 'execa';

export type ToolOptions = {
  /** The complete environment, or, with `inherit`, additions to ours. */
  env?: Record<string, string>;
  inherit?: boolean;
  input?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
};

export type Answer = {
  /** Exit status. Undefined if the command did not start, was killed or timed out. */
  code: number | undefined;
  stdout: string;
  /** stdout and stderr, interleaved. */
  all: string;
  /** Why there is no status. */
  why?: string;
};

/** Runs a command to its end. Never throws because of the command. */
export const runTool = async (
  file: string,
  args: readonly string[],
  o: ToolOptions = {},
): Promise<Answer> => {
  const r = await execa(file, [...args], {
    reject: false,
    all: true,
    ...(o.input === undefined ? { stdin: 'ignore' as const } : { input: o.input }),
    ...(o.env ? { env: o.env } : {}),
    extendEnv: o.inherit ?? o.env === undefined,
    ...(o.timeoutMs === undefined ? {} : { timeout: o.timeoutMs }),
    ...(o.signal ? { cancelSignal: o.signal } : {}),
  });
  return {
    code: r.exitCode,
    stdout: r.stdout ?? '',
    all: r.all ?? '',
    ...(r.exitCode === undefined ? { why: r.shortMessage ?? 'it could not be started' } : {}),
  };
};
