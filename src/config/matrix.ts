/**
 * The matrix file. Errors are reported with file:line:column and a suggestion. `matrices/schema.json` is
 * generated from this schema.
 */
import { ROLES } from '../model/role.js';
import { EXIT } from '../model/exit-codes.js';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { Failure } from '../model/failure.js';
import { BINDING_IDS, BUILDER_IDS, GATE_IDS, SEEDED_GATES } from '../model/ids.js';
import { didYouMean as near } from './did-you-mean.js';
import { parseYaml } from './yaml-file.js';

const id = z
  .string()
  .regex(/^[a-z0-9]+$/, 'must be lower-case letters and digits only (it becomes part of cell ids)');
const env = z.record(z.string(), z.string());
const why = z.string().min(1).meta({ description: 'The reason, shown wherever the effect is shown.' });

const target = z.strictObject({
  builder: z.enum(BUILDER_IDS).meta({ description: 'How the native code is built.' }),
  dir: z.string().meta({ description: 'Directory of the sources, relative to `root`.' }),
  produces: z
    .array(z.string())
    .min(1)
    .meta({ description: 'Objects that must exist after the build (file names, globs).' }),
  needs: z.array(id).default([]).meta({ description: 'Targets that are built before this one.' }),
  sources: z
    .array(z.string())
    .optional()
    .meta({ description: 'Builder cc: source files, relative to `dir`.' }),
  args: z
    .array(z.string())
    .default([])
    .meta({ description: 'Further arguments of the configure or compile command.' }),
  command: z.array(z.string()).optional().meta({
    description:
      'Builder command: argv with {cc} {cxx} {cflags} {ldflags} {out} {src} placeholders, which are also replaced in `env`.',
  }),
  inputs: z
    .array(z.string())
    .default([])
    .meta({ description: 'Further directories whose content the build depends on.' }),
  env: env.default({}),
});

const suite = z.strictObject({
  id: id.meta({ description: 'First part of the cell ids.' }),
  binding: z.enum(BINDING_IDS),
  dir: z.string().meta({ description: 'Directory of the tests, relative to `root`.' }),
  targets: z.array(id).default([]).meta({ description: 'Targets whose objects the tests load.' }),
  role: z.enum(ROLES).default('subject'),
  annotations: z
    .array(z.string())
    .default([])
    .meta({ description: 'Hazard suites: files with `~` annotations, as globs relative to `root`.' }),
  inputs: z
    .array(z.string())
    .default([])
    .meta({ description: 'Further directories that the compiled tests depend on.' }),
  gates: z.array(z.enum(GATE_IDS)).optional().meta({ description: 'Only these gates for this suite.' }),
  timeout: z.number().positive().optional().meta({ description: 'Seconds for one launch of this suite.' }),
  output: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'MiB that one launch of this suite may write to its logs.' }),
  weight: z
    .strictObject({ cores: z.number().positive().default(1), memory: z.number().positive().default(1) })
    .optional()
    .meta({ description: 'Cores and GiB that one launch takes.' }),
  env: env.default({}),
  with: z.record(z.string(), z.unknown()).default({}).meta({ description: 'Settings of the binding.' }),
});

const gate = z.strictObject({
  compilers: z
    .array(z.enum(['gcc', 'clang']))
    .min(1)
    .optional(),
  timeout: z.number().positive().optional(),
  seeds: z.number().int().positive().max(1024).optional().meta({
    description: 'Gate miri: number of schedules, each from its own seed (0, 1, …).',
  }),
  strict: z.boolean().optional().meta({ description: 'Gate declared: warnings make a cell red, too.' }),
  info: z.boolean().optional().meta({
    description: 'Gate declared: differences that do no harm on this machine are listed.',
  }),
  headers: z.array(z.string().min(1)).optional().meta({
    description:
      'Gate declared: headers, as in `#include <…>`, that declare what objects without debug information hold.',
  }),
  cflags: z
    .array(z.string())
    .optional()
    .meta({ description: 'Gate declared: compiler flags for `headers`.' }),
  env: env.default({}).meta({
    description:
      'Environment added to each launch under this gate; sanitizer options are appended to the gate’s own.',
  }),
});

export const matrixSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().default('matrix'),
  root: z
    .string()
    .default('.')
    .meta({ description: 'Directory that all paths are relative to, itself relative to this file.' }),
  targets: z.record(id, target).default({}),
  suites: z.array(suite).min(1),
  gates: z.partialRecord(z.enum(GATE_IDS), gate.nullable()),
  exclude: z.array(z.strictObject({ cells: z.string(), why })).default([]),
  own: z
    .array(z.string())
    .default([])
    .meta({ description: 'Further directories or object names that belong to the project.' }),
  canaries: z
    .boolean()
    .default(true)
    .meta({ description: 'Prove every lane with planted bugs. Without it no lane is proven.' }),
  timeout: z.number().positive().default(180).meta({ description: 'Seconds for one launch.' }),
  output: z.number().positive().default(256).meta({
    description: 'MiB that one launch may write to its output and logs. A launch that exceeds it is stopped.',
  }),
});

type Parsed = z.infer<typeof matrixSchema>;
export type Target = Parsed['targets'][string];
export type Suite = Parsed['suites'][number];
/** `file` and `root` are absolute. */
export type Matrix = Parsed & { file: string; root: string };

/** Keys that the schema allows where an unknown key was found. */
const knownKeys = (path: readonly PropertyKey[]): string[] => {
  const [top, index, sub] = path;
  if (top === undefined) return Object.keys(matrixSchema.shape);
  if (top === 'targets' && index !== undefined) return Object.keys(target.shape);
  if (top === 'suites' && sub === 'weight') return ['cores', 'memory'];
  if (top === 'suites') return Object.keys(suite.shape);
  if (top === 'gates' && index === undefined) return [...GATE_IDS];
  if (top === 'gates') return Object.keys(gate.shape);
  return top === 'exclude' ? ['cells', 'why'] : [];
};

const crossCheck = (m: Matrix, fail: (path: (string | number)[], message: string) => never): void => {
  const known = Object.keys(m.targets);
  m.suites.forEach((s, i) => {
    for (const [j, t] of s.targets.entries())
      if (!(t in m.targets))
        fail(
          ['suites', i, 'targets', j],
          `suite '${s.id}' uses target '${t}', which is not declared.${near(t, known)}`,
        );
    if (m.suites.findIndex((o) => o.id === s.id && o.binding === s.binding) !== i)
      fail(
        ['suites', i, 'id'],
        `two suites are called '${s.id}' for binding '${s.binding}'; cell ids must be unique.`,
      );
  });
  for (const [name, settings] of Object.entries(m.gates))
    if (settings?.seeds !== undefined && !SEEDED_GATES.includes(name))
      fail(
        ['gates', name, 'seeds'],
        `gate '${name}' cannot choose schedules; only ${SEEDED_GATES.join(', ')} takes 'seeds'.`,
      );
  for (const [name, settings] of Object.entries(m.gates))
    for (const key of ['strict', 'info', 'headers', 'cflags'] as const)
      if (settings?.[key] !== undefined && name !== 'declared')
        fail(['gates', name, key], `gate '${name}' compares no declarations; only declared takes '${key}'.`);
  for (const [name, t] of Object.entries(m.targets)) {
    for (const [j, n] of t.needs.entries())
      if (!(n in m.targets))
        fail(
          ['targets', name, 'needs', j],
          `target '${name}' needs '${n}', which is not declared.${near(n, known)}`,
        );
    if (t.builder === 'cc' && !t.sources)
      fail(['targets', name], `target '${name}' is built with cc and must list its 'sources'.`);
    if (t.builder === 'command' && !t.command)
      fail(['targets', name], `target '${name}' is built with a command and must have a 'command'.`);
  }
};

/** Parses a matrix. Throws `Failure` 2 with the place of the first problem. */
export const parseMatrix = (text: string, file: string): Matrix => {
  const { value, fail } = parseYaml(text, file, matrixSchema, knownKeys);
  const matrix: Matrix = { ...value, file, root: resolve(dirname(file), value.root) };
  crossCheck(matrix, fail);
  return matrix;
};

/** Reads and parses a matrix file. Throws `Failure` 2. */
export const loadMatrix = async (file: string): Promise<Matrix> => {
  const text = await readFile(file, 'utf8').catch((e: NodeJS.ErrnoException) => {
    throw new Failure(
      EXIT.USAGE,
      `cannot read the matrix: ${e.code === 'ENOENT' ? 'no such file' : e.message}`,
      file,
    );
  });
  return parseMatrix(text, file);
};

/** The JSON Schema for editors. */
export const matrixJsonSchema = (): unknown =>
  z.toJSONSchema(matrixSchema, { target: 'draft-7', io: 'input' });
