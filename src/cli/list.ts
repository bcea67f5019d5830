/** `ffi-gates list`: lists suites, cells, gates, bindings or hazards. */
import { lookUp } from '../model/look-up.js';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { HAZARDS } from '../model/hazards.js';
import { didYouMean } from '../config/did-you-mean.js';
import { cellIds } from '../plan/plan.js';
import { GATES } from '../gates/index.js';
import { BINDINGS } from '../bindings/index.js';
import { columns, say, sayJson } from './say.js';
import { readMatrix } from './where.js';

type Row = Record<string, string>;

const LISTS: Record<string, (named: string | undefined) => Promise<Row[]>> = {
  suites: async (named) => {
    const m = await readMatrix({ matrix: named });
    const ids = cellIds(m);
    return m.suites.map((s) => ({
      suite: `${s.id}-${s.binding}`,
      role: s.role,
      cells: `${ids.filter((id) => id.startsWith(`${s.id}-${s.binding}_`)).length} cells`,
      targets: s.targets.join(' '),
      dir: s.dir,
    }));
  },
  cells: async (named) => cellIds(await readMatrix({ matrix: named })).map((cell) => ({ cell })),
  gates: () =>
    Promise.resolve(
      Object.values(GATES).map((g) => ({
        gate: g.id,
        bindings: Object.keys(BINDINGS)
          .filter((b) => g.unfit(b as keyof typeof BINDINGS) === undefined)
          .join(' '),
        compilers: g.compilers.join(' '),
        title: g.title,
      })),
    ),
  bindings: () => Promise.resolve(Object.values(BINDINGS).map((b) => ({ binding: b.id, title: b.title }))),
  hazards: () => Promise.resolve(HAZARDS.map((h) => ({ hazard: h.id, side: h.side, title: h.title }))),
};

/** Prints the list named by `what`. Throws `Failure` 2 for an unknown name. */
export const list = async (a: {
  what: string;
  matrix?: string | undefined;
  json: boolean;
}): Promise<ExitCode> => {
  const kind = lookUp(LISTS, a.what);
  const names = Object.keys(LISTS);
  if (!kind)
    throw new Failure(
      EXIT.USAGE,
      `'${a.what}' is not one of ${names.join(', ')}.${didYouMean(a.what, names)}`,
    );
  const rows = await kind(a.matrix);
  if (a.json) sayJson(rows);
  else for (const line of columns(rows.map((r) => Object.values(r)))) say(line);
  return EXIT.OK;
};
