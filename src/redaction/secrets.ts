/** Finds the secrets that a run knows by name: in environments, and in the matrix. */
import { secretsByForm } from './forms.js';
import { isOrdinary, isSecretLabel, isSecretName, NAMELESS, variableOf } from './names.js';

/** A value that must not leave the process, and the variable that stands for it. */
export type Secret = { name: string; value: string };

/** Whether a value is the path of something that exists. Given by callers, who may ask the disk. */
export type IsPath = (value: string) => boolean;

/** Without the disk: an absolute path of several parts, none of which looks made up. */
const looksLikePath: IsPath = (value) => /^(?:\/[a-z._-]{1,40}){2,20}\/?$/i.test(value);

/** Values that are filled in later. */
const TEMPLATE = /\$\{target\./;

const inText = (text: string, name?: string): Secret[] =>
  secretsByForm(text).map((s) => ({
    name: name === undefined ? s.name : `${name}_SECRET`,
    value: text.slice(s.start, s.end),
  }));

/** Whether the value of a variable is a secret by the variable's name, however short it is. */
export const isSecretEntry = (name: string, value: string, isPath: IsPath = looksLikePath): boolean =>
  isSecretName(name) && !isOrdinary(value) && !TEMPLATE.test(value) && !isPath(value);

const inEntry = (name: string, value: string, isPath: IsPath): Secret[] => {
  if (!isSecretName(name)) return inText(value, variableOf(name) === NAMELESS ? undefined : variableOf(name));
  return isSecretEntry(name, value, isPath) ? [{ name: variableOf(name), value }, ...inText(value)] : [];
};

/** The secrets in arguments: by their form, and behind options that tell (`--password`, `-DPW=`). */
export const secretsOfWords = (words: readonly string[]): Secret[] =>
  words.flatMap((word, i) => {
    const option = /^--?([a-z][\w-]*)$/i.exec(words[i - 1] ?? '')?.[1];
    const isValue =
      option !== undefined && isSecretLabel(option) && !isOrdinary(word) && !word.startsWith('--');
    const [, name = '', value = ''] = /^(?:-D|--?)?([A-Za-z_][\w.-]*)(?::[A-Z]+)?=([^]*)$/.exec(word) ?? [];
    const isDefined = isSecretLabel(name) && !isOrdinary(value);
    return [
      ...(isDefined ? [{ name: variableOf(name), value }] : []),
      ...inText(word),
      ...(isValue ? [{ name: variableOf(option), value: word }] : []),
    ];
  });

/** The secrets in an environment, in the order of their names. */
export const secretsOfEnv = (
  env: Readonly<Record<string, string | undefined>>,
  isPath: IsPath = looksLikePath,
): Secret[] =>
  Object.keys(env)
    .sort()
    .flatMap((name) => inEntry(name, env[name] ?? '', isPath));

/** The secrets in a document of settings, wherever they stand in it. */
export const secretsIn = (value: unknown, isPath: IsPath = looksLikePath): Secret[] => {
  if (typeof value === 'string') return secretsOfWords([value]);
  if (Array.isArray(value))
    return [
      ...secretsOfWords(value.filter((v) => typeof v === 'string')),
      ...value.filter((v) => typeof v !== 'string').flatMap((v) => secretsIn(v, isPath)),
    ];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([k, v]) =>
    typeof v === 'string' ? inEntry(k, v, isPath) : secretsIn(v, isPath),
  );
};
