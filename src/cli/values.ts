/** `ffi-gates values`: the vectors of the functions that suites name, and adapters for their wrappers. */
import { constants, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import type { Suite } from '../config/matrix.js';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { parseSignature, type Signature } from '../model/signature.js';
import { SCAFFOLDS, type Scaffold } from '../values/scaffold.js';
import { spellValue, vectorsOf } from '../values/vectors.js';
import { say, sayJson } from './say.js';
import { openMatrix } from './where.js';

export type ValuesOptions = { matrix?: string | undefined; scaffold: boolean; json: boolean };

const HELPERS = fileURLToPath(new URL('../../plugins/values', import.meta.url));

const signaturesOf = (suite: Suite): Signature[] =>
  (suite.values?.functions ?? []).flatMap((f) => {
    const read = parseSignature(typeof f === 'string' ? f : f.signature);
    return typeof read === 'string' ? [] : [read];
  });

/** The package that the suite's sources belong to, and where they are. The nearest to `dir` decides. */
const packageOf = ({ package: p }: Scaffold, dir: string): { dir: string; name: string } => {
  if (!p) return { dir, name: '' };
  const depth = (path: string): number => path.split('/').length;
  const files = globSync(p.files, { cwd: dir, absolute: true, ignore: ['**/target/**'] });
  for (const file of files.sort().sort((a, b) => depth(a) - depth(b))) {
    const name = p.line.exec(readFileSync(file, 'utf8'))?.[1];
    if (name !== undefined) return { dir: dirname(file), name };
  }
  throw new Failure(
    EXIT.NOTHING_SELECTED,
    `no source of ${relative(process.cwd(), dir)} names its package (${p.files}); write one test first`,
  );
};

/** Writes what is not there yet. Returns the paths and whether they were written. */
const writeScaffold = (s: Scaffold, suite: string, functions: readonly Signature[]): [string, boolean][] => {
  const { dir, name: pack } = packageOf(s, suite);
  const helper = join(dir, s.helper.to);
  const tests = join(dir, s.tests);
  const written: [string, boolean][] = [helper, tests].map((path) => [path, !existsSync(path)]);
  const [[, newHelper], [, newTests]] = written as [[string, boolean], [string, boolean]];
  const from = join(HELPERS, s.helper.from);
  for (const path of [helper, tests]) mkdirSync(dirname(path), { recursive: true });
  if (newHelper && s.package)
    writeFileSync(
      helper,
      readFileSync(from, 'utf8').replace(s.package.place, () => pack),
      { flag: 'wx' },
    );
  else if (newHelper) copyFileSync(from, helper, constants.COPYFILE_EXCL);
  if (newTests) writeFileSync(tests, s.text(functions, pack), { flag: 'wx' });
  return written;
};

/** Lists functions and their vectors, or writes adapters. Exit code 3 if no suite names a function. */
export const values = async (a: ValuesOptions): Promise<ExitCode> => {
  const matrix = await openMatrix(a);
  const suites = matrix.suites.filter((s) => s.values);
  if (suites.length === 0)
    throw new Failure(
      EXIT.NOTHING_SELECTED,
      "no suite names functions; write values: { functions: ['int f(int a)'] } in a suite",
    );
  if (a.json && !a.scaffold) {
    sayJson(
      suites.map((s) => ({
        suite: `${s.id}-${s.binding}`,
        functions: signaturesOf(s).map((f) => ({
          name: f.name,
          vectors: vectorsOf(f, s.values!.seed).map((v) => ({
            id: v.id,
            args: v.args,
            says: v.args.map(spellValue),
          })),
        })),
      })),
    );
    return EXIT.OK;
  }
  const done = new Set<string>();
  for (const s of suites) {
    const functions = signaturesOf(s);
    const dir = resolve(matrix.root, s.dir);
    if (!a.scaffold) {
      say(`${s.id}-${s.binding}`);
      for (const f of functions) say(`  ${f.name}  ${vectorsOf(f, s.values!.seed).length} vectors`);
      continue;
    }
    const scaffold = SCAFFOLDS[s.binding];
    if (scaffold && !done.has(dir))
      for (const [path, written] of writeScaffold(scaffold, dir, functions))
        say(`${written ? 'written' : 'left as it is'}: ${relative(process.cwd(), path)}`);
    done.add(dir);
  }
  return EXIT.OK;
};
