/** What a CI system needs to know of a project, and gets. */
import type { BindingId } from '../../model/ids.js';

export type CiProject = {
  /** Each binding of the matrix, once. */
  bindings: readonly BindingId[];
  /** The version of ffi-gates, which must be the same in all jobs. */
  version: string;
};

/** A path relative to the repository. `include` is said instead of written if the file is there already: others' jobs are in it. */
export type CiFile = { path: string; text: string; include?: string };
