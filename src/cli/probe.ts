/** This machine, as commands that run or plan cells see it. */
import { BINDINGS } from '../bindings/index.js';
import { BUILDERS } from '../builders/index.js';
import type { Matrix } from '../config/matrix.js';
import type { Host } from '../host/probe.js';
import type { Toolchain } from '../host/tools.js';
import type { Interruption } from './interruption.js';
import { tell } from './say.js';

/** The toolchains that the suites and targets of a matrix may need. */
export const toolchainsFor = ({ suites, targets }: Matrix): ReadonlySet<Toolchain> =>
  new Set([
    ...suites.flatMap((s) => BINDINGS[s.binding].toolchains ?? []),
    ...Object.values(targets).flatMap((t) => BUILDERS[t.builder].toolchains ?? []),
  ]);

/**
 * This machine, after missing tools were installed with `provision`. `onlyTools` leaves out what makes the first run faster
 * without changing which cells can run; with `prove`, no answer of an earlier run is believed.
 */
export const probeFor = async (
  matrix: Matrix,
  o: { out: string; cache: string; provision: boolean; onlyTools?: true; prove?: boolean },
  interruption: Interruption,
): Promise<Host> => {
  const { probeHost } = await import('../host/probe.js');
  const { openAnswers } = await import('../host/kept-answers.js');
  const wanted = { wanted: toolchainsFor(matrix) };
  // What is installed is looked for, not remembered.
  const kept = o.provision ? undefined : await openAnswers(o.cache, { use: o.prove !== true });
  const found = await probeHost(o.out, { ...wanted, kept });
  if (!o.provision) return found;
  const { prepare, provision } = await import('../setup/provision.js');
  const room = { say: tell, cache: o.cache, signal: interruption.signal };
  const giveBack = interruption.takeOver();
  await provision(room, found, matrix);
  const host = await probeHost(o.out, wanted);
  if (!o.onlyTools) await prepare(room, host, matrix);
  giveBack();
  return host;
};
