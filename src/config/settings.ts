/**
 * The settings that each binding reads from `with:`. Suites often share one `with` through an alias, so a
 * setting of another binding is no mistake; one that no binding reads is.
 */
import { z } from 'zod';
import type { BindingId } from '../model/ids.js';

const text = z.string().min(1);
const word = z.union([text, z.number()], 'must be text');
/** A single text stands for a list of one. */
const list = z.union([word, z.array(word)], 'must be text or a list of texts').meta({ id: 'texts' });
const flag = z.boolean();
/** For a project without tests: its code is loaded, and that is all. */
const load = z.union([z.literal(true), list]).meta({
  description: 'Instead of tests: load these modules, each as one test; `true` is all that the build holds.',
});

/** Not tests but fuzz targets. */
const fuzz = z.literal(true).meta({
  description: 'The suite’s own fuzz targets, which the gate fuzz alone runs. See docs/fuzz.md.',
});

const linked = {
  include: list.meta({ description: 'Directories of headers, relative to `dir` or `<target>/…`.' }),
  libs: list.meta({ description: 'Libraries to link, by the names of `-l`.' }),
};
const python = {
  fuzz,
  path: list.meta({ description: 'Directories for PYTHONPATH, relative to `dir`.' }),
  args: list.meta({ description: 'Arguments of pytest.' }),
  root: list.meta({ description: 'Where the project starts pytest, relative to `dir` (default: `dir`).' }),
  load,
  package: list.meta({ description: 'Directory of the project that pip builds, relative to `dir`.' }),
  extras: list.meta({ description: 'Extras of the project that its tests need.' }),
  requires: list.meta({ description: 'Further packages that its tests need.' }),
  pip: list.meta({ description: 'Further arguments of `pip wheel`.' }),
};

/** By binding. Every setting is optional. */
export const SETTINGS = {
  c: z.strictObject({
    ...linked,
    fuzz,
    sources: list.meta({ description: 'Source files, relative to `dir`.' }),
    program: text.meta({ description: 'An existing program; nothing is compiled then.' }),
  }),
  py: z.strictObject(python),
  pyx: z.strictObject({
    ...python,
    setup: text.meta({ description: 'Path of setup.py, relative to `dir`.' }),
  }),
  go: z.strictObject({
    ...linked,
    fuzz,
    package: list.meta({ description: 'Packages to test (default: ./...).' }),
    tags: list.meta({ description: 'Build tags, beside those of GOFLAGS.' }),
  }),
  jni: z.strictObject({
    root: list.meta({ description: 'Directory of the project to copy, relative to `dir`.' }),
    args: list.meta({ description: 'Arguments of Maven.' }),
    foreign: z.enum(['jna', 'both']).meta({
      description:
        'What the tests call libraries through: JNA alone, or JNA and native methods. Their lane is proven by such declarations.',
    }),
    shim: z
      .strictObject({
        name: text,
        sources: list,
        include: linked.include.optional(),
        libs: linked.libs.optional(),
      })
      .meta({ description: 'The JNI library beside the Java code.' }),
  }),
  rs: z.strictObject({
    include: linked.include,
    fuzz,
    args: list.meta({ description: 'Arguments of cargo test: features, packages.' }),
    test: list.meta({ description: 'Integration tests to run (default: all).' }),
    isolation: flag.meta({ description: 'Gate miri: false lets tests reach the machine.' }),
  }),
  net: z.strictObject({
    runner: z.literal('dotnet').meta({ description: 'Test with the .NET SDK instead of mono.' }),
    sources: list.meta({ description: 'C# sources, relative to `dir`, as globs.' }),
  }),
  node: z.strictObject({
    include: linked.include,
    fuzz,
    files: list.meta({ description: 'Test files, relative to `dir`, as globs.' }),
    args: list.meta({ description: 'Switches of Node.' }),
    foreign: z.literal('koffi').meta({
      description:
        'The package through which JavaScript calls the library: gate declared reads what is declared there.',
    }),
    runner: list.meta({ description: 'How a file that does not use node:test is run.' }),
    command: text.meta({ description: 'A shell command that runs all tests; each node in it is checked.' }),
    scripts: list.meta({ description: 'Scripts of package.json that make the JavaScript under test.' }),
    load,
    addon: list.meta({ description: 'Directory of the build file, relative to `dir`.' }),
    cmake: list.meta({ description: 'Further arguments of cmake-js.' }),
  }),
} satisfies Record<BindingId, z.ZodObject>;

/** Every name that some binding reads. */
export const SETTING_NAMES: readonly string[] = [
  ...new Set(Object.values(SETTINGS).flatMap((s) => Object.keys(s.shape))),
].sort();

/** The settings of a binding, of which each may be absent and others may stand beside them. */
export const settingsOf = (binding: BindingId): z.ZodType => {
  const schema: z.ZodObject = SETTINGS[binding];
  return schema.partial().loose();
};
