/** The type of a row in the hazard catalogue. */

/** `tool`: the checker itself failed; counts as neither hazard nor clean. */
export type Family =
  | 'ownership'
  | 'lifetime'
  | 'bounds'
  | 'null'
  | 'init'
  | 'abi'
  | 'unwind'
  | 'errno'
  | 'threading'
  | 'resource'
  | 'rules'
  | 'ub'
  | 'trust'
  | 'crash'
  | 'tool';
export type HazardId = `${Family}/${string}`;

/** Which side of the boundary usually has to change. */
export type Side = 'native' | 'host' | 'either' | 'tool';
export type Hazard = { id: HazardId; title: string; side: Side; defence: string };

/** One row of the catalogue. */
export const row = (id: HazardId, side: Side, title: string, defence: string): Hazard => ({
  id,
  title,
  side,
  defence,
});
