/** The one selector language: globs over cell ids with `*`, `?` and `{a,b}`; a selector without a wildcard is a prefix-free exact id. */
import picomatch from './glob.js';

/** Cells that any of the selectors names, and the selectors that name none. No selectors: everything. */
export const select = <T extends { id: string }>(
  cells: readonly T[],
  selectors: readonly string[],
): { chosen: T[]; dead: string[] } => {
  if (selectors.length === 0) return { chosen: [...cells], dead: [] };
  const matchers = selectors.map((s) => ({ s, test: picomatch(s), hit: false }));
  const chosen = cells.filter((c) => {
    let any = false;
    for (const m of matchers) if (m.test(c.id)) any = m.hit = true;
    return any;
  });
  return { chosen, dead: matchers.filter((m) => !m.hit).map((m) => m.s) };
};
