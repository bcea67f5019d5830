/**
 * Selectors: globs over cell ids with `*`, `?` and `{a,b}`. Without a wildcard a selector matches one exact
 * id.
 */
import matcher from './glob.js';

/** The cells that any selector matches, and the selectors that match none. Without selectors, all cells. */
export const select = <T extends { id: string }>(
  cells: readonly T[],
  selectors: readonly string[],
): { chosen: T[]; dead: string[] } => {
  if (selectors.length === 0) return { chosen: [...cells], dead: [] };
  const matchers = selectors.map((s) => ({ s, test: matcher(s), hit: false }));
  const chosen = cells.filter((c) => {
    let any = false;
    for (const m of matchers) if (m.test(c.id)) any = m.hit = true;
    return any;
  });
  return { chosen, dead: matchers.filter((m) => !m.hit).map((m) => m.s) };
};
