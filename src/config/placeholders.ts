/**
 * Placeholders in the matrix: `${target.ID}` in the environment of a suite, `{cc}`, `{out}`, `{ID}` … in the
 * command and the environment of a target that is built with a command.
 */
import type { z } from 'zod';
import { nearest, suggest } from './did-you-mean.js';
import type { gate, suite, target } from './matrix-schema.js';
import { inBuildOrder } from './needs.js';
import type { YamlFile } from './yaml-file.js';
import type { Path } from './yaml-tree.js';

/** What a command may name besides the targets that it needs. */
export const COMMAND_PLACEHOLDERS = ['cc', 'cxx', 'out', 'src', 'dir', 'cflags', 'ldflags'] as const;

/** `${target.ID}`, or what was meant to be one: without `$`, without its end, or with another name. */
const OF_SUITE = /(\$?)\{\s*targets?\.([^}\s]*)(\}?)/g;
const OF_COMMAND = /(\$?)\{(\w+)\}/g;

type Parts = {
  targets: ReadonlyMap<string, z.infer<typeof target>>;
  suites: readonly (readonly [number, z.infer<typeof suite>])[];
  gates: readonly (readonly [string, z.infer<typeof gate> | null])[];
  /** All declared targets, also those that do not fit the schema. */
  names: readonly string[];
};

type Reach = {
  declared: ReadonlySet<string>;
  /** The targets that are built first. Undefined if a part of the matrix is wrong, so that nobody knows. */
  reached: ReadonlySet<string> | undefined;
};

/** What is wrong with the placeholders of a text, for the targets that it can reach. */
const wrongInSuite = (text: string, { reached, declared }: Reach): string | undefined => {
  for (const [all, dollar, id = '', end] of text.matchAll(OF_SUITE)) {
    if (id === '' || dollar === '' || end === '' || all !== `\${target.${id}}`)
      return `'${all}' is no placeholder; write \${target.${id || 'ID'}}`;
    if (!declared.has(id))
      return `'${all}' names a target that is not declared.${suggest(id, [...declared])}`;
    if (reached && !reached.has(id))
      return `'${all}' names a target that the suite does not use; add '${id}' to its targets`;
  }
  return undefined;
};

const wrongInCommand = (text: string, { reached, declared }: Reach): string | undefined => {
  for (const [all] of text.matchAll(OF_SUITE))
    return `'${all}' is a placeholder of suites; in a command write {ID} of a target in its 'needs'`;
  for (const [all, dollar, word = ''] of text.matchAll(OF_COMMAND)) {
    if (dollar !== '' || COMMAND_PLACEHOLDERS.includes(word as never) || reached?.has(word)) continue;
    if (reached && declared.has(word))
      return `'${all}' names a target that this one does not need; add '${word}' to its needs`;
    // Other words in braces belong to the command itself: awk '{print}'.
    const near = word.length < 3 ? undefined : nearest(word, COMMAND_PLACEHOLDERS, 1);
    if (near !== undefined) return `'${all}' is no placeholder. Did you mean '{${near}}'?`;
  }
  return undefined;
};

const NOT_FILLED = 'placeholders of targets are replaced in the `env` of suites only; write the path';

/** Complains of placeholders that nothing replaces. */
export const checkPlaceholders = (
  complain: YamlFile<unknown>['complain'],
  { targets, suites, gates, names }: Parts,
): void => {
  const declared = new Set(names);
  const targetOf = (name: string): z.infer<typeof target> | undefined => targets.get(name);
  type Texts = (readonly [path: Path, text: string])[];
  const envOf = (at: Path, env: Record<string, string>): Texts =>
    Object.entries(env).map(([name, text]) => [[...at, 'env', name], text]);
  const check = (
    texts: Texts,
    first: readonly string[],
    wrong: (text: string, r: Reach) => string | undefined,
  ): void => {
    const open = texts.filter(([, text]) => text.includes('{'));
    if (open.length === 0) return;
    const order = inBuildOrder(first, targetOf);
    const reached = order.every((name) => targets.has(name)) ? new Set(order) : undefined;
    for (const [path, text] of open) {
      const message = wrong(text, { reached, declared });
      if (message !== undefined) complain(path, message);
    }
  };
  const none = (text: string): string | undefined => (text.includes('${target.') ? NOT_FILLED : undefined);
  for (const [i, s] of suites) check(envOf(['suites', i], s.env), s.targets, wrongInSuite);
  for (const [name, g] of gates) check(envOf(['gates', name], g?.env ?? {}), [], none);
  for (const [id, t] of targets) {
    const at: Path = ['targets', id];
    const words: Texts = (t.command ?? []).map((text, j) => [[...at, 'command', j], text]);
    if (t.builder === 'command') check([...words, ...envOf(at, t.env)], t.needs, wrongInCommand);
    else check(envOf(at, t.env), [], none);
  }
};
