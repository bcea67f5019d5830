/**
 * Frames of the host in ThreadSanitizer's stacks, which `plugins/preload/hosttsan.c` puts there: they become stacks of the host,
 * one for each side of the report.
 *
 *     #1 fx_count threading.c:12 (libfixture.so+0x12)
 *     #2 [jvm] hazard.RaceTest.race hazard/RaceTest.java:12
 */
import type { Frame, HostRuntime, Stack } from '../../model/diagnostic.js';

const HOST = /^\[(python|jvm|mono|node)\] /;

const functionOf = (f: Frame): string => (f.kind === 'opaque' ? '' : (f.function ?? ''));

const withoutMark = (f: Frame, mark: string): Frame => {
  const name = functionOf(f).slice(mark.length);
  if (f.kind !== 'source') return { kind: 'symbol', function: name };
  return { kind: 'source', function: name, file: f.file, line: f.line };
};

/** The host's lines of the innermost call: they hold those of outer ones. */
const hostOf = ({ frames, title, thread }: Stack): Stack | undefined => {
  const from = frames.findIndex((f) => HOST.test(functionOf(f)));
  if (from < 0) return undefined;
  const [mark, host] = HOST.exec(functionOf(frames[from]!))!;
  const rest = frames.slice(from);
  const end = rest.findIndex((f) => !functionOf(f).startsWith(mark));
  return {
    role: 'managed',
    host: host as HostRuntime,
    ...(title !== undefined && { title }),
    ...(thread !== undefined && { thread }),
    frames: rest.slice(0, end < 0 ? rest.length : end).map((f) => withoutMark(f, mark)),
  };
};

/** The stacks of native code, and behind them those of the host, in the same order. */
export const partHosts = (stacks: readonly Stack[]): Stack[] => {
  const hosts = stacks.flatMap((k) => hostOf(k) ?? []);
  if (hosts.length === 0) return [...stacks];
  const native = stacks.map((k) => ({ ...k, frames: k.frames.filter((f) => !HOST.test(functionOf(f))) }));
  return [...native, ...hosts];
};
