/**
 * The matrix file. Errors are reported with file:line:column, what is wrong and what to write instead, all of
 * a file at once.
 */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { BINDING_IDS } from '../model/ids.js';
import { crossCheck } from './matrix-checks.js';
import { checkDirectories } from './matrix-directories.js';
import { knownKeys, matrixSchema, type suite, type target } from './matrix-schema.js';
import { readText } from './read-text.js';
import { SETTINGS } from './settings.js';
import { parseYaml, type YamlFile } from './yaml-file.js';

type Parsed = z.infer<typeof matrixSchema>;
export type Target = z.infer<typeof target>;
export type Suite = z.infer<typeof suite>;
/** `file` and `root` are absolute. `targets` and `gates` have no prototype: any name is looked up safely. */
export type Matrix = Parsed & { file: string; root: string };

/** A copy that holds these names only: no `constructor`, no `toString`. */
const bare = <T extends object>(record: T): T => Object.assign(Object.create(null) as T, record);

const open = (text: string, file: string): YamlFile<Parsed> => {
  const yaml = parseYaml(text, file, matrixSchema, knownKeys);
  crossCheck(yaml);
  return yaml;
};

/** Throws what `yaml` complains of; without complaints there is a value. */
const finish = ({ value, check }: YamlFile<Parsed>, file: string): Matrix => {
  check();
  const { root, targets, gates } = value!;
  return {
    ...value!,
    targets: bare(targets),
    gates: bare(gates),
    file,
    root: resolve(dirname(file), root),
  };
};

/** Parses a matrix. Throws `Failure` 2 with all problems and their places. */
export const parseMatrix = (text: string, file: string): Matrix => finish(open(text, file), file);

/** Reads and parses a matrix file. Throws `Failure` 2. */
export const loadMatrix = async (file: string): Promise<Matrix> =>
  parseMatrix((await readText(file, 'the matrix'))!, file);

/** Like `loadMatrix`, and the directories and annotated files that it names must be there. */
export const loadUsableMatrix = async (file: string): Promise<Matrix> => {
  const yaml = open((await readText(file, 'the matrix'))!, file);
  await checkDirectories(yaml, dirname(file));
  return finish(yaml, file);
};

type JsonSchema = {
  properties: Record<string, JsonSchema>;
  definitions?: object;
  items: JsonSchema;
  allOf?: object[];
};

const jsonSchemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as unknown as JsonSchema;

/** The JSON Schema for editors. It knows the settings (`with`) of each binding. */
export const matrixJsonSchema = (): unknown => {
  const schema = jsonSchemaOf(matrixSchema);
  const settings = jsonSchemaOf(z.strictObject(SETTINGS));
  schema.properties['suites']!.items.allOf = BINDING_IDS.map((binding) => ({
    if: { properties: { binding: { const: binding } }, required: ['binding'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { properties: { with: { properties: settings.properties[binding]!.properties } } },
  }));
  return { ...schema, definitions: settings.definitions };
};
