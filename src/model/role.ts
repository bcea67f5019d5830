/** The purpose of a suite. */

/**
 * `subject`: a project's own tests. `hazard`: planted bugs, each of which must be caught. `twin`: the same
 * done correctly, which must stay silent. `canary`: the planted bugs that prove a lane.
 */
export const ROLES = ['subject', 'hazard', 'twin', 'canary'] as const;
export type Role = (typeof ROLES)[number];

/** Whether the reports of a suite are declared in advance. */
export const isPlanted = (role: Role): boolean => role === 'hazard' || role === 'canary';
