/** What a suite is for. */

/**
 * `subject`: a user's own tests. `hazard`: planted bugs, each of which must be caught; `twin`: the same done right, which
 * must stay silent; `canary`: the planted bugs that prove a lane.
 */
export const ROLES = ['subject', 'hazard', 'twin', 'canary'] as const;
export type Role = (typeof ROLES)[number];

/** Whether a suite's reports are declared beforehand. */
export const isPlanted = (role: Role): boolean => role === 'hazard' || role === 'canary';
