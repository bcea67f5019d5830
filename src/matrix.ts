/** The matrix file: what the user writes. Validated with file:line:column and did-you-mean; `matrices/schema.json` is made from it. */
import leven from 'leven';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { Failure } from './failure.js';
import { BINDING_IDS, BUILDER_IDS, GATE_IDS } from './names.js';

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
    .meta({ description: 'Further words for the configure or compile command.' }),
  command: z.array(z.string()).optional().meta({
    description:
      'Builder command: argv with {cc} {cxx} {cflags} {ldflags} {out} {src} placeholders, which `env` may hold too.',
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
  role: z.enum(['subject', 'hazard', 'twin', 'canary']).default('subject'),
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
  env: env.default({}).meta({
    description:
      'Environment added to each launch under this gate; sanitizer options go behind the gate’s own.',
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
    .meta({ description: 'Further directories or object names whose frames are the user’s own.' }),
  canaries: z
    .boolean()
    .default(true)
    .meta({ description: 'Prove every lane with planted bugs. Without it no lane is proven.' }),
  timeout: z.number().positive().default(180).meta({ description: 'Seconds for one launch.' }),
});

type Parsed = z.infer<typeof matrixSchema>;
export type Target = Parsed['targets'][string];
export type Suite = Parsed['suites'][number];
/** `file` and `root` are absolute. */
export type Matrix = Parsed & { file: string; root: string };

const near = (word: string, known: readonly string[]): string => {
  const best = known.map((k) => ({ k, d: leven(word, k) })).sort((a, b) => a.d - b.d)[0];
  return best && best.d <= Math.max(2, word.length / 3) ? ` Did you mean '${best.k}'?` : '';
};

type Issue = z.core.$ZodIssue;

/** Keys that the schema knows where an unknown key was found. */
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

const keyNode = (doc: Document, path: readonly PropertyKey[], key: string): unknown => {
  const map: unknown = path.length ? doc.getIn(path as (string | number)[], true) : doc.contents;
  const items = (map as { items?: { key?: { value?: unknown } }[] } | undefined)?.items ?? [];
  return items.find((i) => i.key?.value === key)?.key;
};

const explain = (issue: Issue, value: unknown): string => {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    return `unknown key '${key}'.${near(key, knownKeys(issue.path))}`;
  }
  if (issue.code === 'invalid_value' && typeof value === 'string')
    return `'${value}' is not one of ${issue.values.join(', ')}.${near(value, issue.values.map(String))}`;
  if (issue.code === 'invalid_key')
    return `'${String(issue.path.at(-1))}': ${issue.issues[0]?.message ?? issue.message}${near(String(issue.path.at(-1)), knownKeys(issue.path.slice(0, -1)))}`;
  if (issue.code === 'invalid_type' && value === undefined)
    return `'${String(issue.path.at(-1) ?? 'the document')}' is missing (${issue.expected}).`;
  return `${issue.path.map(String).join('.') || 'document'}: ${issue.message}`;
};

/** Where in the file an issue is: the key itself for unknown keys, else the deepest node that exists on its path. */
const locate = (doc: Document, lines: LineCounter, file: string, issue: Issue): string => {
  let node: unknown =
    issue.code === 'unrecognized_keys' ? keyNode(doc, issue.path, issue.keys[0]!) : undefined;
  for (let n = issue.path.length; !node && n > 0; n--) {
    node = doc.getIn(issue.path.slice(0, n) as (string | number)[], true);
    if (issue.code === 'invalid_key')
      node = keyNode(doc, issue.path.slice(0, -1), String(issue.path.at(-1))) ?? node;
  }
  const range = (node as { range?: [number, number, number] } | undefined)?.range;
  const pos = lines.linePos(range?.[0] ?? 0);
  return `${file}:${pos.line}:${pos.col}`;
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
      fail(['targets', name], `target '${name}' is built with a command and must say 'command'.`);
  }
};

/** Parses a matrix text. Throws `Failure` (exit code 2) at the first problem, with its place. */
export const parseMatrix = (text: string, file: string): Matrix => {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const bad = doc.errors[0];
  if (bad) {
    const pos = lines.linePos(bad.pos[0]);
    throw new Failure(2, `not valid YAML: ${bad.message}`, `${file}:${pos.line}:${pos.col}`);
  }
  let plain: unknown;
  try {
    plain = doc.toJS({ maxAliasCount: 100 });
  } catch (e) {
    throw new Failure(2, `not usable YAML: ${(e as Error).message}`, `${file}:1:1`);
  }
  const parsed = matrixSchema.safeParse(plain);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const value = issue.path.reduce<unknown>(
      (v, k) => (v as Record<PropertyKey, unknown> | undefined)?.[k],
      plain,
    );
    throw new Failure(2, explain(issue, value), locate(doc, lines, file, issue));
  }
  const matrix: Matrix = { ...parsed.data, file, root: resolve(dirname(file), parsed.data.root) };
  crossCheck(matrix, (path, message) => {
    const node = doc.getIn(path, true) as { range?: [number, number, number] } | undefined;
    const pos = lines.linePos(node?.range?.[0] ?? 0);
    throw new Failure(2, message, `${file}:${pos.line}:${pos.col}`);
  });
  return matrix;
};

/** Reads and parses a matrix file. */
export const loadMatrix = async (file: string): Promise<Matrix> => {
  const text = await readFile(file, 'utf8').catch((e: NodeJS.ErrnoException) => {
    throw new Failure(2, `cannot read the matrix: ${e.code === 'ENOENT' ? 'no such file' : e.message}`, file);
  });
  return parseMatrix(text, file);
};

/** The JSON Schema that editors complete from. */
export const matrixJsonSchema = (): unknown =>
  z.toJSONSchema(matrixSchema, { target: 'draft-7', io: 'input' });
