/** Which cells a change concerns: those of suites of which an input changed. Pure. */
import { join, relative, resolve } from 'node:path';
import type { Matrix, Suite } from '../config/matrix.js';
import { inBuildOrder } from '../config/needs.js';
import { under } from '../model/project-code.js';
import type { Cell } from './plan.js';

/** Says why a cell is left out, or undefined for one that runs. */
export type LeaveOut = (cell: Cell) => string | undefined;

/** Files that neither a build nor a test reads. A suite whose directory they are in runs all the same. */
const DOCUMENTS =
  /(?:^|\/)(?:LICEN[CS]E|README|CHANGELOG|CONTRIBUTING|AUTHORS|CODEOWNERS)(?:\.[A-Za-z]{1,8})?$|\.(?:md|rst|adoc)$/;

/** The directories on which the result of a suite depends, as for the build cache. */
const inputsOf = (m: Matrix, s: Suite): string[] => {
  const targets = inBuildOrder(s.targets, (name) => m.targets[name]).map((name) => m.targets[name]!);
  const dirs = [s.dir, ...s.inputs, ...targets.flatMap((t) => [t.dir, ...t.inputs])];
  return dirs.map((d) => resolve(m.root, d));
};

/** Whether a changed path is below a directory; of a submodule only its own path is known, which may be above. */
const touches = (path: string, dir: string): boolean => under([dir], path) || under([path], dir);

export type Affected = {
  leaveOut: LeaveOut;
  /** Why every suite runs, if it is so. */
  everything?: string;
};

/**
 * The cells that a change concerns. A change of the matrix, of the files beside it that accept findings, or of a file that is
 * no suite's input concerns all of them: nobody knows what depends on it. `changed` are absolute paths.
 */
export const affectedBy = (m: Matrix, changed: readonly string[], ref: string): Affected => {
  const suites = m.suites.map((s) => ({ key: `${s.id}-${s.binding}`, inputs: inputsOf(m, s) }));
  const settings = (path: string): boolean =>
    path === m.file || (path.startsWith(join(m.file, '..')) && /ffi-gates-[a-z]+\.ya?ml$/.test(path));
  const stray = changed.find(
    (path) =>
      settings(path) ||
      (!DOCUMENTS.test(path) && !suites.some((s) => s.inputs.some((dir) => touches(path, dir)))),
  );
  if (stray !== undefined)
    return {
      leaveOut: () => undefined,
      everything: `${relative(m.root, stray)} changed, ${settings(stray) ? 'on which every cell depends' : 'and it is an input of no suite'}`,
    };
  const touched = new Set(
    suites.filter((s) => s.inputs.some((dir) => changed.some((p) => touches(p, dir)))).map((s) => s.key),
  );
  return {
    leaveOut: ({ suite }) =>
      touched.has(`${suite.id}-${suite.binding}`) ? undefined : `none of its inputs changed since ${ref}`,
  };
};
