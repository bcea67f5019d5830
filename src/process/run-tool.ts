/** Runs short commands for their output. Long commands, and code under test, run as a launch instead. */
import { execa } from 'execa';
import { carriers, guardChildren, RUN_TOKEN, sweep, TOKEN } from './sweep.js';

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
  /** The command is there and was not heard: it took too long, was killed, or this machine has no room for it. */
  unheard?: string;
};

/** Time in ms that a command has to end after SIGTERM. */
const GRACE_MS = 2_000;
let tools = 0;

/** Errors of starting a process that say nothing about the program. */
const NO_ROOM: Readonly<Record<string, string>> = {
  EAGAIN: 'no further process can be started',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  ENOMEM: 'out of memory',
};

/** Runs a command to its end. Never throws because of the command. */
export const runTool = async (
  file: string,
  args: readonly string[],
  o: ToolOptions = {},
): Promise<Answer> => {
  guardChildren();
  const token = `${RUN_TOKEN}-tool${++tools}-`;
  const child = execa(file, [...args], {
    reject: false,
    all: true,
    ...(o.input === undefined ? { stdin: 'ignore' as const } : { input: o.input }),
    env: { ...o.env, [TOKEN]: token },
    extendEnv: o.inherit ?? o.env === undefined,
  });
  let timedOut = false;
  const timers: NodeJS.Timeout[] = [];
  // What the command has started goes too: as long as it holds the output, the command does not end.
  const stop = (): void => {
    child.kill('SIGTERM');
    timers.push(setTimeout(() => sweep(() => carriers(token)), GRACE_MS));
  };
  o.signal?.addEventListener('abort', stop);
  if (o.signal?.aborted) stop();
  if (o.timeoutMs !== undefined)
    timers.push(
      setTimeout(() => {
        timedOut = true;
        stop();
      }, o.timeoutMs),
    );
  const r = await child;
  for (const t of timers) clearTimeout(t);
  o.signal?.removeEventListener('abort', stop);
  const unheard = timedOut
    ? `no answer within ${Math.round((o.timeoutMs ?? 0) / 1000)} s`
    : r.signal !== undefined
      ? `killed by ${r.signal}`
      : NO_ROOM[r.code ?? ''];
  return {
    code: r.exitCode,
    stdout: r.stdout ?? '',
    all: r.all ?? '',
    ...(r.exitCode === undefined ? { why: r.shortMessage ?? 'it could not be started' } : {}),
    ...(unheard === undefined ? {} : { unheard }),
  };
};
