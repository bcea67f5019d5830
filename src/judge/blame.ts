/**
 * Finds the cause of a failed run of our own fixtures: this machine, a version of a tool, a gate or a
 * fixture. A failed fixture may be the first result that a new user sees. Pure.
 */
import type { Proven } from '../config/shipped-tables.js';
import type { BindingId } from '../model/ids.js';
import type { Gate } from '../gates/gate.js';
import type { CellReport, FixturesReport, LaneReport, Report } from '../model/report.js';

export type Blame = NonNullable<FixturesReport['blame']>;

/** The tools on which the results of a binding's tests depend. */
export const TOOLS_OF: Readonly<Record<BindingId, readonly string[]>> = {
  c: [],
  py: ['python', 'pytest'],
  pyx: ['python', 'pytest', 'setuptools'],
  go: ['go'],
  jni: ['java', 'mvn'],
  rs: ['rustc', 'cargo'],
  net: ['mono', 'dotnet'],
  node: ['node', 'npm'],
};

/** The tools on which a lane depends, by their names in `Host.tools`. */
const toolsOf = ({ binding, builder, gate }: Lane, gates: Gates): string[] => [
  builder.includes('clang') ? 'clang' : 'gcc',
  ...(gates[gate]?.tools ?? []),
  ...TOOLS_OF[binding],
];

type Lane = Pick<LaneReport, 'binding' | 'builder' | 'gate'>;
type Gates = Readonly<Record<string, Pick<Gate, 'tools'> | undefined>>;

/**
 * The first tool of a lane in a version with which the fixtures are not known to have passed, or undefined.
 */
const unprovenTool = (
  lane: Lane,
  versions: Readonly<Record<string, string>>,
  proven: Proven,
  gates: Gates,
): { name: string; version: string } | undefined =>
  toolsOf(lane, gates)
    .flatMap((name) => (versions[name] === undefined ? [] : [{ name, version: versions[name] }]))
    .find(({ name, version }) => proven[name] && !proven[name].includes(version));

/** Reasons that point to the machine rather than to the code. */
const MACHINE_TROUBLE = ['timed-out', 'did-not-start', 'listing-failed', 'flooded'];

const again = (cell: string): string =>
  `npx ffi-gates run '${cell}'; if it happens again, please report it with reports/latest/report.json`;

type Failed = Pick<Report, 'cells' | 'lanes'> & { fixtures: FixturesReport; tools: Record<string, string> };

const ofMachine = (cells: readonly CellReport[]): Blame | undefined => {
  const built = cells.filter((c) => c.verdict.kind === 'build-failed');
  if (built[0]?.verdict.kind === 'build-failed')
    return {
      who: 'machine',
      says: `${built.length} cells could not be built here, first ${built[0].id}: ${built[0].verdict.why.split('\n')[0]}`,
      remedy: 'npx ffi-gates doctor; npx ffi-gates run --provision',
    };
  const slow = cells.filter(
    (c) => c.verdict.kind === 'inconclusive' && MACHINE_TROUBLE.includes(c.verdict.doubt),
  );
  if (slow[0]?.verdict.kind === 'inconclusive')
    return {
      who: 'machine',
      says: `${slow.length} cells did not finish here, first ${slow[0].id}: ${slow[0].verdict.why}`,
      remedy: `stop other work on it, then: npx ffi-gates run '${slow[0].id}'`,
    };
  return undefined;
};

/** One failure: its lane, its description, and whether several gates agree on it. Sorted worst first. */
type Trouble = { lane: Lane; cell: string; says: string; everywhere: boolean };

const troublesOf = ({ cells, lanes, fixtures }: Failed): Trouble[] => {
  const laneOf = (id: string): CellReport[] => cells.filter((c) => c.id === id);
  const missedAll = (name: string): boolean =>
    !cells.some((c) => c.role === 'hazard' && (c.caught ?? []).includes(name));
  return [
    ...lanes
      .filter((l) => !l.proven && l.canaries.length > 0)
      .map((l) => ({
        lane: l,
        cell: `canary-${l.binding}_${l.builder}-${l.gate}`,
        says: `the canary of ${l.binding}_${l.builder}-${l.gate} was not seen`,
        everywhere: false,
      })),
    ...fixtures.missed.flatMap((m) =>
      laneOf(m.cell).map((lane) => ({
        lane,
        cell: m.cell,
        says: `${m.gate} missed ${m.case} (${m.at}) in ${m.cell}`,
        everywhere: missedAll(m.case),
      })),
    ),
    ...fixtures.noisyTwins.flatMap((t) =>
      laneOf(t.cell).map((lane) => ({
        lane,
        cell: t.cell,
        says: `${lane.gate} reports a twin, which is correct code, in ${t.cell}: ${t.finding}`,
        everywhere:
          t.test !== undefined &&
          fixtures.noisyTwins.some(
            (o) => o.test === t.test && !laneOf(o.cell).some((c) => c.gate === lane.gate),
          ),
      })),
    ),
    ...cells
      .filter((c) => c.role !== 'subject' && ['suite-failed', 'inconclusive'].includes(c.verdict.kind))
      .map((c) => ({
        lane: c,
        cell: c.id,
        says: `${c.id} is ${c.verdict.kind}: ${'why' in c.verdict ? c.verdict.why : ''}`,
        everywhere: c.verdict.kind === 'suite-failed',
      })),
  ];
};

/**
 * Finds who is to blame for a failed run of planted bugs, and the remedy. Undefined if none of them failed.
 */
export const blameOf = (failed: Failed, proven: Proven, gates: Gates): Blame | undefined => {
  const machine = ofMachine(failed.cells);
  if (machine) return machine;
  const troubles = troublesOf(failed);
  const [first] = troubles;
  if (!first) return undefined;
  for (const t of troubles) {
    const tool = unprovenTool(t.lane, failed.tools, proven, gates);
    if (tool)
      return {
        who: 'toolchain',
        says: `${t.says}, with ${tool.name} ${tool.version}, with which the fixtures have never passed (they have with ${proven[tool.name]?.join(', ')})`,
        remedy: `install a proven version, or ${again(t.cell)}`,
      };
  }
  if (first.cell.startsWith('canary-'))
    return {
      who: 'machine',
      says: `${first.says}; with these versions it was seen elsewhere, so something on this machine disables the gate`,
      remedy: `npx ffi-gates doctor; ${again(first.cell)}`,
    };
  return { who: first.everywhere ? 'fixture' : 'gate', says: first.says, remedy: again(first.cell) };
};
