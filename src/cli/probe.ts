/** This machine, as commands that run or plan cells see it. */
import type { Matrix } from '../config/matrix.js';
import type { Host } from '../host/probe.js';
import type { Interruption } from './interruption.js';
import { tell } from './say.js';

/**
 * This machine, after missing tools were installed with `provision`. `onlyTools` leaves out what makes the first run faster
 * without changing which cells can run.
 */
export const probeFor = async (
  matrix: Matrix,
  o: { out: string; cache: string; provision: boolean; onlyTools?: true },
  interruption: Interruption,
): Promise<Host> => {
  const { probeHost } = await import('../host/probe.js');
  const found = await probeHost(o.out);
  if (!o.provision) return found;
  const { prepare, provision } = await import('../setup/provision.js');
  const room = { say: tell, cache: o.cache, signal: interruption.signal };
  const giveBack = interruption.takeOver();
  await provision(room, found, matrix);
  const host = await probeHost(o.out);
  if (!o.onlyTools) await prepare(room, host, matrix);
  giveBack();
  return host;
};
