/** Makes threads of the project wait now and then, so that schedules become common that one run in a thousand shows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Arm } from '../model/launch.js';
import type { Cell } from '../plan/plan.js';

/** The file in a launch's scratch directory beside which each process writes its counts. */
const COUNTS = 'perturb';

/** The probability of a wait for a cell. Canaries prove the gate as it is. */
export const shareOf = ({ matrix, gate, suite }: Cell): number | undefined =>
  suite.role === 'canary' ? undefined : matrix.gates[gate.id]?.perturb;

/** What `plugins/preload/perturb.c` is told. */
export const perturbed = (arm: Arm, share: number, seed: number, scratch: string): Arm => ({
  ...arm,
  env: {
    ...arm.env,
    FFI_GATES_PERTURB: String(share),
    FFI_GATES_PERTURB_SEED: String(seed),
    FFI_GATES_PERTURB_COUNT: join(scratch, COUNTS),
  },
});

/** Number of waits in all processes of a launch. */
export const waitsOf = (scratch: string): number =>
  readdirSync(scratch)
    .filter((name) => name.startsWith(`${COUNTS}.`))
    .map((name) => Number.parseInt(readFileSync(join(scratch, name), 'latin1'), 10))
    .reduce((sum, n) => sum + (Number.isNaN(n) ? 0 : n), 0);
