/**
 * Selectors: globs over cell ids with `*`, `?` and `{a,b}`. Without a wildcard a selector matches one exact
 * id.
 */
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import matcher, { isClosed } from './glob.js';
import { quoted } from './problems.js';

/** Throws `Failure` 2 for selectors that cannot be meant as they are. */
export const checkSyntax = (selectors: readonly string[]): void => {
  if (selectors.includes(''))
    throw new Failure(EXIT.USAGE, "a selector is empty; write a cell id or a glob, as in 'ledger-*'");
  const open = selectors.find((s) => !isClosed(s));
  if (open !== undefined)
    throw new Failure(EXIT.USAGE, `the selector ${quoted(open)} has a '{' without its '}'; close it`);
};

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
