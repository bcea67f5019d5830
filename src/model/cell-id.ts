/**
 * Names of cells and lanes: `ledger-py_cmakegcc-asan` is the cell of suite `ledger` in lane
 * `py_cmakegcc-asan`.
 */

export type LaneName = { binding: string; builder: string; gate: string };

/** The id of a lane. All cells of a lane share its proof. */
export const laneId = ({ binding, builder, gate }: LaneName): string => `${binding}_${builder}-${gate}`;

/** The id of a cell: its suite in a lane. */
export const cellId = (suite: string, lane: string): string => `${suite}-${lane}`;

/** Name of the suite that holds a lane's canaries. */
export const CANARY = 'canary';

/** The cell that proves a lane. */
export const canaryId = (lane: string): string => cellId(CANARY, lane);
