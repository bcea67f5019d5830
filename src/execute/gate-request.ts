/** What a gate learns of the suite for one launch: functions, how they report errors, workers and their faults. */
import { isFuzzing } from '../model/fuzz-plan.js';
import type { PreparedSuite } from '../bindings/binding.js';
import type { ArmRequest, InputsRequest } from '../gates/gate.js';
import type { Evidence } from '../judge/evidence.js';
import type { Cell } from '../plan/plan.js';
import { valuesOf } from './asked-values.js';
import { containOf, type PlannedFault } from './contained-calls.js';
import { errorsOf } from './failing-calls.js';

/** What is known of the cell and its next launch. */
type Asking = {
  cell: Cell;
  options: { disturbance?: { seed?: number | undefined } | undefined };
  prepared: PreparedSuite;
  evidence: Pick<Evidence, 'listed'>;
  answered?: string;
  inputs?: InputsRequest;
  tracer?: string;
  faults?: readonly PlannedFault[];
};

/** Groups of functions of the cell's targets of which one may run at a time. */
const entriesOf = ({ matrix, suite }: Cell): string[][] =>
  suite.targets.flatMap((t) => (matrix.targets[t]?.nonreentrant ?? []).map((group) => group.split('|')));

/** The parts of the request that follow from the suite and the tests of the launch. `only` is the only vector to ask. */
export const requestOf = (
  r: Asking,
  tests: readonly string[] | 'all',
  only?: string,
): Pick<ArmRequest, 'values' | 'errors' | 'nonreentrant' | 'contain' | 'targets'> => {
  const { cell, options, prepared } = r;
  if (isFuzzing(cell.suite)) return { targets: true };
  const values = valuesOf(cell, {
    ...{ tests, listed: r.evidence.listed.length, targets: Object.values(prepared.targets) },
    ...(r.answered === undefined ? {} : { answered: r.answered }),
    ...(r.inputs ? { inputs: r.inputs } : {}),
    ...(options.disturbance?.seed === undefined ? {} : { seed: options.disturbance.seed }),
  });
  return {
    ...(values ? { values: { ...values, ...(only === undefined ? {} : { only }) } } : {}),
    ...(cell.gate.asksErrors ? { errors: errorsOf(cell) } : {}),
    ...(cell.gate.watchesEntries ? { nonreentrant: entriesOf(cell) } : {}),
    ...(r.tracer === undefined ? {} : { contain: containOf(r.tracer, r, tests) }),
  };
};
