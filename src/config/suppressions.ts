/**
 * Suppressions: reports that the checkers are told to drop, in a committed file beside the matrix, in our own
 * terms. They are for reports that are no bugs. A bug that may stay for now belongs in the baseline, which
 * hides nothing.
 */
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { plainName } from '../model/function-name.js';
import { acceptingFields } from './expiry.js';
import type { Frame, Diagnostic } from '../model/diagnostic.js';
import matcher from './glob.js';
import { HAZARDS } from '../model/hazards.js';
import { kindsOf, SUPPRESSING_TOOLS, type Suppressing } from './suppression-kinds.js';
import { readText } from './read-text.js';
import { fitting, isMapping, parseYaml } from './yaml-file.js';

/** `*` is the only wildcard that every checker supports. */
const glob = z
  .string()
  .min(1)
  .regex(/^[^?[\]{}^$\n]+$/, "may contain '*' as its only wildcard");

const entry = z.strictObject({
  hazard: z
    .enum(HAZARDS.map((h) => h.id))
    .optional()
    .meta({ description: 'Reports of this hazard only.' }),
  tool: z.enum(SUPPRESSING_TOOLS).optional().meta({ description: 'Reports of this checker only.' }),
  function: glob
    .optional()
    .meta({ description: 'A function on any stack of the report; `*` is a wildcard.' }),
  module: glob.optional().meta({ description: 'Base name of a shared object on any stack.' }),
  file: glob.optional().meta({ description: 'End of the path of a source file.' }),
  reason: z.string().min(1, 'must say why it is no bug').meta({ description: 'Why it is no bug.' }),
  ...acceptingFields,
});
const schema = z.strictObject({ version: z.literal(1), suppressions: z.array(entry).nullable() });

export type Suppression = z.infer<typeof entry>;
export type Suppressions = { file: string; entries: readonly Suppression[] };

export const SUPPRESSIONS_NAME = 'ffi-gates-suppressions.yaml';
export const PLACES = ['function', 'module', 'file'] as const;

const knownKeys = (path: readonly PropertyKey[]): string[] =>
  path.length ? Object.keys(entry.shape) : Object.keys(schema.shape);

/** Parses the file's text. Throws `Failure` 2 with all problems and their places. */
export const parseSuppressions = (text: string, file: string): Suppressions => {
  const yaml = parseYaml(text, file, schema, knownKeys);
  for (const [i, e] of fitting(entry, isMapping(yaml.raw) ? yaml.raw['suppressions'] : undefined)) {
    const complain = (message: string): void => yaml.complain(['suppressions', i], message);
    if (!e.hazard && !e.tool) complain("an entry needs 'hazard', 'tool' or both; add one");
    else if (PLACES.filter((p) => e[p] !== undefined).length !== 1)
      complain(`an entry needs exactly one of ${PLACES.join(', ')}`);
    else if (kindsOf(e).length === 0)
      complain(
        `no checker can drop ${[e.tool && `${e.tool}'s`, e.hazard ?? 'reports'].filter(Boolean).join(' ')}; accept it in the baseline instead`,
      );
  }
  yaml.check();
  return { file, entries: yaml.value!.suppressions ?? [] };
};

/**
 * The JSON Schema for editors. Two rules are not in it and are checked by `run`: an entry has exactly one
 * place, and a checker can drop it.
 */
export const suppressionsJsonSchema = (): unknown =>
  z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });

/** Loads the suppressions beside a matrix file. Empty if there are none. */
export const loadSuppressions = async (matrixFile: string): Promise<Suppressions> => {
  const file = join(dirname(matrixFile), SUPPRESSIONS_NAME);
  const text = await readText(file, 'the suppressions', true);
  return text === undefined ? { file, entries: [] } : parseSuppressions(text, file);
};

/** An entry in one line, for people. */
export const nameOf = (e: Suppression): string => {
  const place = PLACES.find((p) => e[p] !== undefined)!;
  return `${[e.tool, e.hazard].filter(Boolean).join(' ')} in ${place} ${e[place]}`;
};

const hits = (e: Suppression, f: Frame): boolean => {
  if (f.kind === 'opaque') return false;
  if (e.function !== undefined) {
    const test = matcher(e.function);
    return f.function !== undefined && (test(f.function) || test(plainName(f.function)));
  }
  if (e.module !== undefined) {
    const module = f.kind === 'symbol' ? undefined : f.module;
    return module !== undefined && matcher(`*${e.module}`)(`/${basename(module)}`);
  }
  return f.kind === 'source' && matcher(`*${e.file!}`)(`/${f.file}`);
};

/**
 * Whether the checker that made this report would drop it because of the entry. A match with one frame of any
 * stack suffices, except for UBSan, which matches only the faulty place.
 */
export const wouldHide = (e: Suppression, s: Pick<Diagnostic, 'tool' | 'hazard' | 'stacks'>): boolean => {
  if ((e.tool && e.tool !== s.tool) || (e.hazard && e.hazard !== s.hazard)) return false;
  if (!kindsOf({ tool: s.tool as Suppressing, hazard: s.hazard }).length) return false;
  const frames = s.stacks.flatMap((k) => k.frames);
  return (s.tool === 'ubsan' ? frames.slice(0, 1) : frames).some((f) => hits(e, f));
};
