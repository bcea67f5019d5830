/** The hazard catalogue: what a finding is about. Ids are public and never change once released. */
import type { Hazard, HazardId } from './hazard.js';
import { BOUNDARY_HAZARDS } from './hazards-boundary.js';
import { MEMORY_HAZARDS } from './hazards-memory.js';

/** Every hazard that a parser may name, one row each; `<family>/other` catches a tool's kinds that are new to us. */
export const HAZARDS: readonly Hazard[] = [...MEMORY_HAZARDS, ...BOUNDARY_HAZARDS];

const byId = new Map(HAZARDS.map((h) => [h.id, h]));

/** The catalogue row of an id, or undefined for an id that is not in the catalogue. */
export const hazard = (id: string): Hazard | undefined => byId.get(id as HazardId);

/** True for rows that say something about the checker rather than about the code under test. */
export const isToolFailure = (id: HazardId): boolean => id.startsWith('tool/');
