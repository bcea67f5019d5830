/** How cells and lanes are called: `ledger-py_cmakegcc-asan` is the cell of suite `ledger` in the lane `py_cmakegcc-asan`. */

export type LaneName = { binding: string; builder: string; gate: string };

/** The cells of one lane share their proof. */
export const laneId = ({ binding, builder, gate }: LaneName): string => `${binding}_${builder}-${gate}`;

export const cellId = (suite: string, lane: string): string => `${suite}-${lane}`;

/** The suite of every lane's planted bugs. */
export const CANARY = 'canary';

/** The cell that proves a lane. */
export const canaryId = (lane: string): string => cellId(CANARY, lane);
