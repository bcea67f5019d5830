/** Corrections of declarations as a unified patch. */
import { readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from '../../model/declaration.js';
import { byText } from '../../model/order.js';
import { runTool } from '../../process/run-tool.js';
import { inScratch } from '../native.js';
import type { Fix, FunctionFix, RecordFix } from './fix.js';
import { rewriteFunction, rewriteRecord, type Edit, type Rewritten } from './rewrite.js';

/** A correction that cannot be made. */
export type Unmended = { about: string; at: Place; why: string };

export type Patch = {
  /** `diff -u` of all changed files, relative to the root: for `patch -p1` and `git apply`. */
  text: string;
  /** The changed files with their new content. */
  files: { file: string; text: string }[];
  unmended: Unmended[];
};

const PYTHON = fileURLToPath(new URL('../../../plugins/declared/fix.py', import.meta.url));
/** Milliseconds. */
const LIMIT = 60_000;

type Change = FunctionFix | RecordFix;

/** The file whose text changes first. Undeclared functions of Python are declared where they are called. */
const fileOf = (f: Change): string => {
  if (f.kind === 'record' || f.language !== 'ctypes') return f.at.file;
  return (f.resultAt ?? f.parametersAt ?? f.calledAt ?? f.at).file;
};

const apply = (source: string, edits: readonly Edit[]): string | undefined => {
  let text = source;
  let begin = Infinity;
  const sorted = [...new Map(edits.map((e) => [`${e.from} ${e.to} ${e.text}`, e])).values()].sort(
    (a, b) => b.from - a.from || b.to - a.to,
  );
  for (const e of sorted) {
    if (e.to > begin) return undefined;
    text = text.slice(0, e.from) + e.text + text.slice(e.to);
    begin = e.from;
  }
  return text;
};

/** Edits of a file of Python, which has a parser of its own. */
const editsOfPython = async (
  python: string,
  file: string,
  fixes: readonly Change[],
): Promise<Rewritten[]> => {
  const input = JSON.stringify({ file, fixes });
  const r = await runTool(python, ['-I', PYTHON], { input, inherit: true, timeoutMs: LIMIT });
  if (r.code === 0) return JSON.parse(r.stdout) as Rewritten[];
  const why = r.why ?? r.all.trim().split('\n').at(-1) ?? 'it says nothing';
  return fixes.map(() => ({ why: `Python cannot read the file: ${why}` }));
};

const diff = (name: string, before: string, after: string): Promise<string | undefined> =>
  inScratch(async (dir) => {
    const [a, b] = [join(dir, 'a'), join(dir, 'b')];
    await Promise.all([writeFile(a, before), writeFile(b, after)]);
    const labels = [`a/${name}`, `b/${name}`].flatMap((l) => ['--label', l]);
    const r = await runTool('diff', ['-u', ...labels, a, b], { timeoutMs: LIMIT });
    return r.code === 1 ? r.stdout : undefined;
  });

const nameOf = (f: Change): string => (f.kind === 'record' ? `structure ${f.name}` : f.name);

/** Makes the patch. `root` is the directory to which its names are relative: files outside of it are left alone. */
export const patchOf = async (fixes: readonly Fix[], root: string, python: string): Promise<Patch> => {
  const unique = [...new Map(fixes.map((f) => [JSON.stringify(f), f])).values()];
  const unmended: Unmended[] = [];
  const byFile = new Map<string, Change[]>();
  for (const f of unique) {
    if (f.kind === 'none') unmended.push({ about: f.about, at: f.at, why: f.why });
    else {
      const file = fileOf(f);
      const inside = isAbsolute(file) && !relative(root, file).startsWith('..');
      if (inside) byFile.set(file, [...(byFile.get(file) ?? []), f]);
      else unmended.push({ about: nameOf(f), at: f.at, why: 'its source is no file of this project' });
    }
  }
  const files: Patch['files'] = [];
  const texts: string[] = [];
  for (const [file, changes] of [...byFile].sort(([a], [b]) => byText(a, b))) {
    const skip = (f: Change, why: string): number => unmended.push({ about: nameOf(f), at: f.at, why });
    const source = await readFile(file, 'utf8').catch(() => undefined);
    if (source === undefined) {
      for (const f of changes) skip(f, 'its source cannot be read');
      continue;
    }
    const rewritten =
      changes[0]?.language === 'ctypes'
        ? await editsOfPython(python, file, changes)
        : changes.map((f) => (f.kind === 'record' ? rewriteRecord(source, f) : rewriteFunction(source, f)));
    let edits: Edit[] = [];
    for (const [i, r] of rewritten.entries()) {
      const f = changes[i]!;
      if ('why' in r) skip(f, r.why);
      else if (apply(source, [...edits, ...r.edits]) === undefined)
        skip(f, 'another correction changes the same text: run it again after the first');
      else edits = [...edits, ...r.edits];
    }
    const text = apply(source, edits) ?? source;
    if (text === source) continue;
    const shown = await diff(relative(root, file), source, text);
    if (shown === undefined) {
      for (const f of changes) skip(f, 'diff (diffutils) is not installed');
      continue;
    }
    files.push({ file, text });
    texts.push(shown);
  }
  return { text: texts.join(''), files, unmended };
};
