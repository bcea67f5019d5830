/** `ffi-gates declared`: the table of what the host declares and what the library has, without a run of the matrix. */
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { Fix } from '../declarations/fix/fix.js';
import { patchOf } from '../declarations/fix/patch.js';
import type { Row, Table } from '../declarations/table.js';
import { DECLARED_TABLE } from '../gates/declared.js';
import { probeHost } from '../host/probe.js';
import type { Place } from '../model/declaration.js';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { byText } from '../model/order.js';
import type { Report } from '../model/report.js';
import { run } from '../run.js';
import { checkRequest } from './check-request.js';
import type { Interruption } from './interruption.js';
import { say, sayJson } from './say.js';
import { openMatrix } from './where.js';

export type DeclaredOptions = {
  selector: string[];
  matrix?: string | undefined;
  json: boolean;
  /** Print a patch with declarations that agree with the library. */
  fix: boolean;
  /** With `fix`: change the files. */
  write: boolean;
  /** Directory of builds. By default beside the matrix. */
  cache?: string | undefined;
};

const RANK: Record<Row['verdict'], number> = { error: 4, warning: 3, info: 2, agrees: 1, 'not seen': 0 };

/** The rows of all launches of a cell. A function that several launches saw is one row: the worst of them. */
const rowsOf = async (logs: string, cell: string): Promise<Table> => {
  const rows = new Map<string, Row>();
  const stale = new Map<string, Table['staleErrno'][number]>();
  for (const n of await readdir(join(logs, cell)).catch(() => [] as string[])) {
    const text = await readFile(join(logs, cell, n, DECLARED_TABLE), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const table = JSON.parse(text) as Table;
    for (const r of table.rows) {
      const key = JSON.stringify([r.function, r.object, r.declared, r.declaredAt]);
      const known = rows.get(key);
      if (!known || RANK[r.verdict] > RANK[known.verdict]) rows.set(key, r);
    }
    for (const e of table.staleErrno) stale.set(JSON.stringify(e), e);
  }
  const sorted = [...rows.values()].sort(
    (a, b) => byText(a.declaredAt.file, b.declaredAt.file) || a.declaredAt.line - b.declaredAt.line,
  );
  return { rows: sorted, staleErrno: [...stale.values()] };
};

const MARK: Record<Row['verdict'], string> = {
  agrees: 'ok',
  error: 'ERROR',
  warning: 'warning',
  info: 'info',
  'not seen': 'not seen',
};

const near = ({ file, line }: Place, root: string): string => {
  const short = relative(root, file);
  return `${short.startsWith('..') ? file : short}:${line}`;
};

const printTable = (cell: string, { rows, staleErrno }: Table, root: string): void => {
  say(cell);
  for (const r of rows) {
    say(`  ${MARK[r.verdict]}  ${r.function}`);
    say(`      declared  ${r.declared}  ${near(r.declaredAt, root)}`);
    if (r.real !== undefined)
      say(`      real      ${r.real}  ${r.realAt ? near(r.realAt, root) : `by ${r.source}`}`);
    for (const s of r.says) say(`      ${s}`);
  }
  for (const e of staleErrno) say(`  ERROR  errno after ${e.after}  ${near(e.at, root)}: ${e.how}`);
};

/** Prints the corrections of all tables as one patch, and behind it, as comments, what cannot be corrected. */
const printFixes = async (
  tables: readonly Table[],
  root: string,
  python: string,
  write: boolean,
): Promise<void> => {
  const fixes = tables.flatMap((t) => t.rows.flatMap((r) => r.fixes ?? []));
  const stale = tables
    .flatMap((t) => t.staleErrno)
    .map((e): Fix => ({ kind: 'none', about: `errno after ${e.after}`, at: e.at, why: e.how }));
  const patch = await patchOf([...fixes, ...stale], root, python);
  if (patch.text !== '') say(patch.text.replace(/\n$/, ''));
  for (const { about, at, why } of patch.unmended) say(`# not mended: ${about}, ${near(at, root)}: ${why}`);
  if (!write) return;
  for (const f of patch.files) {
    await writeFile(f.file, f.text);
    say(`# written: ${relative(root, f.file)}`);
  }
};

const exitOf = (report: Report, tables: readonly Table[]): ExitCode => {
  const rows = tables.flatMap((t) => t.rows);
  const subjects = report.cells.filter((c) => c.role === 'subject');
  // Under `strict` a warning is an error of its cell.
  if (
    rows.some((r) => r.verdict === 'error') ||
    tables.some((t) => t.staleErrno.length > 0) ||
    subjects.some((c) => c.verdict.kind === 'hazard')
  )
    return EXIT.HAZARD;
  const compared = rows.some((r) => r.verdict !== 'not seen');
  return compared && subjects.every((c) => c.verdict.kind === 'clean') ? EXIT.OK : EXIT.INCONCLUSIVE;
};

/**
 * Builds and runs the suites of the matrix under the gate `declared` alone, and prints every function. The
 * report of the last run stays. Exit code 1 if a declaration is an error, 6 if nothing was compared.
 */
export const declared = async (a: DeclaredOptions, interruption: Interruption): Promise<ExitCode> => {
  if (a.write && !a.fix) throw new Failure(EXIT.USAGE, '--write writes what --fix prints: give both');
  if (a.json && a.fix)
    throw new Failure(EXIT.USAGE, '--json has the corrections in any case: leave out --fix');
  const opened = await openMatrix(a);
  const matrix = { ...opened, gates: { declared: opened.gates['declared'] ?? null } };
  const out = await mkdtemp(join(tmpdir(), 'ffi-gates-declared-'));
  // A signal may end the process before `finally` is reached.
  const removeOut = (): void => rmSync(out, { recursive: true, force: true });
  process.on('exit', removeOut);
  const cache = a.cache === undefined ? join(matrix.root, '.ffi-gates', 'builds') : resolve(a.cache);
  try {
    await checkRequest({ matrix, selectors: a.selector, out, cache });
    const host = await probeHost();
    const report = await run({
      matrix,
      host,
      selectors: a.selector,
      out,
      cache,
      strict: false,
      baseline: { file: '', entries: [] },
      suppressions: { file: '', entries: [] },
      lastReport: undefined,
      signal: interruption.signal,
      launched: interruption.takeOver(),
      emit: () => undefined,
    });
    const cells = report.cells.filter((c) => c.role === 'subject');
    const tables = await Promise.all(cells.map((c) => rowsOf(join(out, 'logs'), c.id)));
    if (a.json) sayJson({ cells: cells.map((c, i) => ({ id: c.id, verdict: c.verdict, ...tables[i] })) });
    else
      for (const [i, c] of cells.entries()) {
        const table = tables[i]!;
        if (!a.fix) printTable(c.id, table, matrix.root);
        if (c.verdict.kind === 'inconclusive' || c.verdict.kind === 'build-failed')
          say(`${a.fix ? '# ' : ''}${c.id}: ${c.verdict.kind}: ${c.verdict.why}`);
      }
    if (a.fix && !a.json)
      await printFixes(tables, matrix.root, host.tools['python']?.path ?? 'python3', a.write);
    return exitOf(report, tables);
  } catch (e) {
    if (!interruption.signal.aborted) throw e;
    return EXIT.INTERRUPTED;
  } finally {
    removeOut();
    process.off('exit', removeOut);
  }
};
