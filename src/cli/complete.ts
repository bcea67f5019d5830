/** Shell completions: cell ids, hazards, fingerprints. yargs completes the rest. */
import { lookUp } from '../model/look-up.js';

type Offer = (current: string, argv: { _?: unknown[] }) => Promise<string[]>;

const cells: Offer = async () => {
  const { loadMatrix } = await import('../config/matrix.js');
  const { cellIds } = await import('../plan/plan.js');
  const { findMatrix } = await import('./where.js');
  return cellIds(await loadMatrix(findMatrix(undefined, process.cwd())));
};

const findings: Offer = async () => {
  const { readReport } = await import('./last-report.js');
  const { findings: all } = await readReport('reports/latest');
  return all.filter((f) => !f.planted).map((f) => f.fingerprint);
};

const OFFERS: Record<string, Offer> = {
  run: cells,
  plan: cells,
  explain: async () => (await import('../model/hazards.js')).HAZARDS.map((h) => h.id),
  list: () => Promise.resolve(['suites', 'cells', 'gates', 'bindings', 'hazards']),
  repro: findings,
  suppress: findings,
};

/** Has the signature that yargs expects of a completion function with fallback. */
export const complete = (
  current: string,
  argv: { _?: unknown[] },
  fallback: (done?: (err: Error | null, found: string[] | undefined) => void) => unknown,
  done: (found: string[]) => void,
): void => {
  const words = (argv._ ?? []).map(String).filter((w) => w !== 'ffi-gates');
  const offer = lookUp(OFFERS, words[0]);
  if (!offer || current.startsWith('-') || words.length < 2) {
    fallback();
    return;
  }
  // Without a matrix or report there are no completions.
  void offer(current, argv)
    .catch(() => [])
    .then(done);
};
