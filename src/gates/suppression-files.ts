/** Our suppressions in the syntax of each checker, and the checkers' counts of what they dropped. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Arm } from '../model/launch.js';
import { optionValue } from './toolchain.js';
import { linesOf } from '../process/lines.js';
import { kindsOf, type Suppressing } from '../config/suppression-kinds.js';
import type { Suppression } from '../config/suppressions.js';

/** Families of checkers that read one syntax. */
type Syntax = 'lsan' | 'tsan' | 'ubsan' | 'valgrind';
export type SuppressionFiles = Partial<Record<Syntax, string>>;

const SYNTAX: Record<Suppressing, Syntax> = {
  lsan: 'lsan',
  tsan: 'tsan',
  ubsan: 'ubsan',
  memcheck: 'valgrind',
  helgrind: 'valgrind',
};

/**
 * The sanitizers' template: `*` matches anything, `^` and `$` match the ends. Modules and files are matched
 * by full paths; ours match their last parts.
 */
export const template = (e: Suppression): string => {
  if (e.function !== undefined) return `^${e.function}$`;
  if (e.module !== undefined) return `/${e.module}$`;
  return `${e.file!}$`;
};

/** Valgrind names a used suppression by its first line. Ours holds the index of the entry. */
const NAME = /^ffi-gates (\d+)$/;
const TOOL = { memcheck: 'Memcheck', helgrind: 'Helgrind' } as const;

const valgrindPlace = (e: Suppression): string => {
  if (e.function !== undefined) return `fun:${e.function}`;
  return e.module !== undefined ? `obj:*/${e.module}` : `src:${basename(e.file!)}`;
};

const entryLines = (e: Suppression, i: number, syntax: Syntax): string[] => {
  const rows = kindsOf(e).filter((r) => SYNTAX[r.tool] === syntax);
  if (syntax !== 'valgrind')
    return [...new Set(rows.flatMap((r) => r.kinds.map((k) => `${k}:${template(e)}`)))];
  const kinds = new Set(
    rows.flatMap((r) =>
      r.tool === 'memcheck' || r.tool === 'helgrind'
        ? r.kinds.map((k) => `${TOOL[r.tool as keyof typeof TOOL]}:${k}`)
        : [],
    ),
  );
  return [...kinds].map((k) => `{\n  ffi-gates ${i}\n  ${k}\n  ...\n  ${valgrindPlace(e)}\n}`);
};

/** The text for each syntax that can express any of the entries. */
export const textsOf = (entries: readonly Suppression[]): Partial<Record<Syntax, string>> =>
  Object.fromEntries(
    (['lsan', 'tsan', 'ubsan', 'valgrind'] as const).flatMap((syntax) => {
      const lines = entries.flatMap((e, i) => entryLines(e, i, syntax));
      return lines.length ? [[syntax, `${lines.join('\n')}\n`]] : [];
    }),
  );

/** Writes the files into `dir` and returns their paths. */
export const writeSuppressions = async (
  entries: readonly Suppression[],
  dir: string,
): Promise<SuppressionFiles> => {
  const texts = Object.entries(textsOf(entries));
  if (texts.length === 0) return {};
  await mkdir(dir, { recursive: true });
  const files: SuppressionFiles = {};
  for (const [syntax, text] of texts) {
    const path = join(dir, `${syntax}.supp`);
    await writeFile(path, text);
    files[syntax as Syntax] = path;
  }
  return files;
};

const OPTIONS = { lsan: 'LSAN_OPTIONS', tsan: 'TSAN_OPTIONS', ubsan: 'UBSAN_OPTIONS' } as const;

/**
 * The arm with the suppression files of its checkers, which are told to count matches. Gates need not know of
 * it.
 */
export const withSuppressions = (arm: Arm, files: SuppressionFiles): Arm => {
  const env = { ...arm.env };
  for (const [syntax, name] of Object.entries(OPTIONS) as [keyof typeof OPTIONS, string][]) {
    const file = files[syntax];
    if (file === undefined || env[name] === undefined) continue;
    // UBSan does not count, and a runtime prints a message about an unknown flag.
    env[name] += `:suppressions=${optionValue(file)}${syntax === 'ubsan' ? '' : ':print_suppressions=1'}`;
  }
  const valgrind = arm.prefix.findIndex((w) => w.startsWith('--tool='));
  const prefix =
    files.valgrind === undefined || valgrind < 0
      ? arm.prefix
      : arm.prefix.toSpliced(valgrind + 1, 0, `--suppressions=${files.valgrind}`);
  return { ...arm, env, prefix };
};

/** The syntaxes that an arm's checkers read. */
export const syntaxesOf = (arm: Pick<Arm, 'env' | 'prefix'>): Syntax[] => [
  ...(Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]).filter((s) => arm.env[OPTIONS[s]] !== undefined),
  ...(arm.prefix.some((w) => w.startsWith('--tool=')) ? (['valgrind'] as const) : []),
];

/** Whether a checker of this syntax counts the reports that an entry dropped. UBSan does not. */
export const isCounted = (e: Suppression, syntax: Syntax): boolean =>
  syntax !== 'ubsan' && kindsOf(e).some((r) => SYNTAX[r.tool] === syntax);

// LSan: `      1        100 ^old_init$` below "Suppressions used:"; TSan: `1 race:^bump$` below "Matched N suppressions".
const LSAN = /^ {1,10}(\d{1,12}) {1,20}\d{1,20} (\S.*)$/;
const TSAN = /^(\d{1,12}) \w{1,20}:(\S.*)$/;
const HEADS = /^Suppressions used:|ThreadSanitizer: Matched \d+ suppressions/;
const XML_COUNT = /<count>(\d{1,12})<\/count>/;
const XML_NAME = /<name>([^<]{1,200})<\/name>/;

/** How often each entry (by index) was matched, according to the log at a path. */
export type CountReader = (path: string, entries: readonly Suppression[]) => ReadonlyMap<number, number>;

/**
 * How often each entry (by index) was matched, according to one log. Reads line by line, since logs may be
 * large.
 */
export const countsIn: CountReader = (path, entries) => {
  const counts = new Map<number, number>();
  const add = (i: number, n: number): void => void counts.set(i, (counts.get(i) ?? 0) + n);
  const addTemplate = (text: string, n: number): void =>
    entries.forEach((e, i) => {
      if (template(e) === text) add(i, n);
    });
  let inTotals = false;
  let pair: number | undefined;
  for (const line of linesOf(path)) {
    if (HEADS.test(line)) inTotals = true;
    const text = inTotals ? (LSAN.exec(line) ?? TSAN.exec(line)) : null;
    if (text) addTemplate(text[2]!.trim(), Number(text[1]));
    const count = XML_COUNT.exec(line);
    if (count) pair = Number(count[1]);
    const name = pair === undefined ? undefined : NAME.exec(XML_NAME.exec(line)?.[1] ?? '');
    if (name) add(Number(name[1]), pair!);
    if (line.includes('</pair>')) pair = undefined;
  }
  return counts;
};
