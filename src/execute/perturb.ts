/**
 * Makes threads of the project wait now and then, so that schedules become common that one run in a thousand shows.
 * `plugins/preload/perturb.c` does it, which is compiled where it runs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildAccess } from '../build/prepare-suite.js';
import type { Arm } from '../model/launch.js';
import type { ProjectCode } from '../model/project-code.js';
import type { Cell } from '../plan/plan.js';

const SOURCE = fileURLToPath(new URL('../../plugins/preload/perturb.c', import.meta.url));
/** Not named like a shared object: it belongs to the tool, and gates need not see into it. */
const NAME = 'ffi-gates-perturb';
/** The file in a launch's scratch directory that each process appends its counts to. */
const COUNTS = 'perturb';

/** The probability of a wait for a cell. Canaries prove the gate as it is. */
export const shareOf = ({ matrix, gate, suite }: Cell): number | undefined =>
  suite.role === 'canary' ? undefined : matrix.gates[gate.id]?.perturb;

/** Compiles the library. The path, or why it could not be compiled. */
export const buildPerturbation = async (
  { host, build }: BuildAccess,
  { compiler }: Cell,
): Promise<{ path: string } | { failed: string }> => {
  const cc = host.tools[compiler]?.path ?? compiler;
  const built = await build({
    id: `perturb-${compiler}`,
    inputs: [dirname(SOURCE)],
    facts: [host.tools[compiler]?.version],
    commands: (out) => [
      // Optimised: its calls must become jumps, or its frames would be in every stack.
      { argv: [cc, '-O2', '-g', '-fPIC', '-shared', '-o', join(out, NAME), SOURCE], cwd: out, env: {} },
    ],
    produces: [NAME],
  });
  return 'failed' in built
    ? { failed: `the library that delays threads (perturb): ${built.failed}\n(build log: ${built.log})` }
    : { path: join(built.dir, NAME) };
};

export type Perturbation = { path: string; share: number; seed: number; own: ProjectCode; out: string };

/** The gate's launch with waits. The library comes before the checker's runtime, which sees every call that it passes on. */
export const perturbed = (arm: Arm, p: Perturbation, scratch: string): Arm => ({
  ...arm,
  env: {
    ...arm.env,
    LD_PRELOAD: [p.path, arm.env['LD_PRELOAD']].filter(Boolean).join(':'),
    FFI_GATES_PERTURB: String(p.share),
    FFI_GATES_PERTURB_SEED: String(p.seed),
    FFI_GATES_PERTURB_OWN: [...p.own.dirs, ...p.own.objects, p.out].join(':'),
    FFI_GATES_PERTURB_COUNT: join(scratch, COUNTS),
  },
});

/** Number of waits in all processes of a launch. */
export const waitsOf = (scratch: string): number =>
  readdirSync(scratch)
    .filter((name) => basename(name).startsWith(`${COUNTS}.`))
    .map((name) => Number.parseInt(readFileSync(join(scratch, name), 'latin1'), 10))
    .reduce((sum, n) => sum + (Number.isNaN(n) ? 0 : n), 0);
