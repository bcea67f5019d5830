/** Short commands whose output is wanted. What runs for long, or runs code under test, is a launch. */
import { execa } from 'execa';

export type ToolOptions = {
  /** The whole environment, or, with `inherit`, what is added to ours. */
  env?: Record<string, string>;
  inherit?: boolean;
  input?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
};

export type Answer = {
  /** Exit status; undefined when it did not start, was killed or took too long. */
  code: number | undefined;
  stdout: string;
  /** stdout and stderr as they came. */
  all: string;
  /** Why there is no status. */
  why?: string;
};

/** Runs a command to its end; never throws for what the command does. */
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
