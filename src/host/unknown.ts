/**
 * What could not be found out about this machine. A tool that gave no answer in time may well be there: it is
 * unknown, not missing.
 */
import type { Missing } from '../model/launch.js';
import type { Host } from './probe.js';

/** Records the names of everything absent that is asked for. */
const watched = <T extends object>(of: T, asked: Set<string>): T =>
  new Proxy(of, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (!value) asked.add(String(key));
      return value;
    },
  });

/**
 * What `ask` finds missing on this host. If that depends on something unknown, the result says so and is
 * marked.
 */
export const missingOn = (host: Host, ask: (host: Host) => Missing | undefined): Missing | undefined => {
  const missing = ask(host);
  if (missing === undefined || Object.keys(host.unknown).length === 0) return missing;
  const asked = new Set<string>();
  const { tools, runtimes } = host;
  ask(watched({ ...host, tools: watched(tools, asked), runtimes: watched(runtimes, asked) }, asked));
  const what = Object.keys(host.unknown).find((u) => asked.has(u));
  if (what === undefined) return missing;
  return {
    what: missing.what,
    why: `it is unknown whether ${what} works here: ${host.unknown[what]}`,
    remedy: 'try again when this machine is less busy, or look why the command does not answer',
    unknown: true,
  };
};
