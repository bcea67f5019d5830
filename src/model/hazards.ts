/** The hazard catalogue. Ids are public and never change once released (Law 15). */
import type { Hazard, HazardId } from './hazard.js';
import { BOUNDARY_HAZARDS } from './hazards-boundary.js';
import { MEMORY_HAZARDS } from './hazards-memory.js';

/** All hazards that a reader may name. `<family>/other` takes errors of a tool that are new to us. */
export const HAZARDS: readonly Hazard[] = [...MEMORY_HAZARDS, ...BOUNDARY_HAZARDS];

const byId = new Map(HAZARDS.map((h) => [h.id, h]));

/** The catalogue row of an id, or undefined. */
export const hazard = (id: string): Hazard | undefined => byId.get(id as HazardId);

/** True for rows that report a failure of the checker, not of the code under test. */
export const isToolFailure = (id: HazardId): boolean => id.startsWith('tool/');
