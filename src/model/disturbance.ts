/** How one run of a cell is disturbed, so that it does not go as the one before. Plain data. */

export const PERTURBATIONS = [
  'none',
  'seed',
  'cpus',
  'load',
  'order',
  'schedule',
  'allocator',
  'fuzz',
  'contain',
] as const;
export type Perturbation = (typeof PERTURBATIONS)[number];

export type Disturbance = {
  /** The seed of a gate that draws its schedule or its inputs, and of waits. Only this schedule is run. */
  seed?: number;
  /** The seed by which tests change their order. */
  order?: number;
  /** The number of processors that the launches may use. */
  cpus?: number;
  /** The number of processes that keep processors busy meanwhile. */
  load?: number;
  /** Probability of a wait of the project's threads, for gates that take it. */
  perturb?: number;
  /** The byte that blocks of the heap are filled with, for gates that take it. */
  fill?: number;
  /** Additions to the environment of the host process. */
  env: Readonly<Record<string, string>>;
};
