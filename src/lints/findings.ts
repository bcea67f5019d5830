/** From lints to hazards: which messages of the compiler concern the boundary, and where. Pure. */
import { isAbsolute, relative, resolve } from 'node:path';
import type { HazardId } from '../model/hazard.js';
import type { Checked, LintMessage, Place } from './messages.js';
import {
  functionAround,
  isArgumentToC,
  isCalledByC,
  offsetOf,
  readSource,
  type RustSource,
} from './rust-source.js';
import { lintOf, type Lint } from './table.js';

export type LintFrame = { function: string; file: string; line: number; column: number };
export type LintFinding = {
  lint: string;
  hazard: HazardId;
  tier: 'error' | 'warning';
  message: string;
  at: LintFrame;
  others: (LintFrame & { label: string })[];
  why: string;
};

/** The text of a source by its absolute path; undefined if it cannot be read. */
export type Read = (file: string) => string | undefined;

type Source = RustSource & { text: string };
type Context = {
  /** Directory that relative names begin at: the workspace. */
  root: string;
  source: (file: string) => Source | undefined;
  foreign: ReadonlySet<string>;
};

const isBelow = (dir: string, file: string): boolean => {
  const way = relative(dir, file);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
};

/** The innermost place that stands in the workspace, else the outermost: a macro of others is no place to mend anything. */
const shownPlace = (places: readonly Place[], root: string): Place =>
  places.findLast((p) => isBelow(root, resolve(root, p.file))) ?? places[0]!;

const frameOf = (p: Place, c: Context): LintFrame => {
  const file = resolve(c.root, p.file);
  const source = c.source(file);
  const around = source && functionAround(source, offsetOf(source.text, p.line, p.column));
  return { function: around?.name ?? '<module>', file, line: p.line, column: p.column };
};

const counts = ({ where }: Lint, p: Place, c: Context): boolean => {
  if (where === 'anywhere') return true;
  const source = c.source(resolve(c.root, p.file));
  if (!source) return false;
  const offset = offsetOf(source.text, p.line, p.column);
  return where === 'called-by-c' ? isCalledByC(source, offset) : isArgumentToC(source, offset, c.foreign);
};

/** Notes that only say why the lint is on. */
const NOT_SAID = /^note: (?:`?#\[|`-|requested on|for further information)/;

const findingOf = (m: LintMessage, c: Context): LintFinding | undefined => {
  const lint = lintOf(m.lint);
  const [first, ...others] = m.places;
  if (!lint || !first) return undefined;
  const at = shownPlace(first, c.root);
  if (!counts(lint, at, c)) return undefined;
  const { hazard, listed } = lint.refine?.({ text: m.text, code: at.code, notes: m.notes }) ?? lint;
  const note = m.notes.find((n) => n.startsWith('note: ') && !NOT_SAID.test(n))?.slice('note: '.length);
  return {
    lint: m.lint,
    hazard,
    tier: listed ? 'warning' : 'error',
    message: note === undefined ? m.text : `${m.text}: ${note}`,
    at: frameOf(at, c),
    others: others.map((places) => {
      const p = shownPlace(places, c.root);
      return { ...frameOf(p, c), label: p.label };
    }),
    why: lint.why,
  };
};

/** All findings, each once: a library is checked with its tests and without. */
export const findingsOf = (
  { messages }: Checked,
  { root, files, read }: { root: string; files: readonly string[]; read: Read },
): LintFinding[] => {
  const known = new Map<string, Source | undefined>();
  const source = (file: string): Source | undefined => {
    if (!known.has(file)) {
      const text = read(file);
      known.set(file, text === undefined ? undefined : { ...readSource(text), text });
    }
    return known.get(file);
  };
  const foreign = new Set(files.flatMap((f) => [...(source(f)?.foreign ?? [])]));
  const found = new Map<string, LintFinding>();
  for (const m of messages) {
    const f = findingOf(m, { root, source, foreign });
    const key = f && JSON.stringify([f.lint, f.at, f.message]);
    if (f && key !== undefined && !found.has(key)) found.set(key, f);
  }
  return [...found.values()];
};
