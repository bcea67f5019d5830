/** What a Python project says that its tests need: extras, dependency groups (PEP 735), requirements files, tox.ini. */
import { join } from 'node:path/posix';
import { stringAt, stringsAt, tableAt, type Table } from './manifest.js';
import { extraNames, groupRequirements, normalized, toxSettings } from './pyproject.js';
import { under, type Tree } from './tree.js';

/** Build files of a project: pyproject.toml parsed (empty where there is none), the others as text. */
export type BuildFiles = { toml: Table; texts: Record<string, string> };

/** `extras`: names for pip to look up in the built wheel. `requires`: requirements as they are written. */
export type Declared = { extras: string[]; requires: string[] };

const TESTS = ['test', 'tests', 'testing', 'pytest', 'unittest'];
/** What is taken where nothing is called tests: everything for developers. */
const DEVELOPERS = ['dev', 'develop', 'development'];

/** A requirement with more reasons than this is kept. */
const MAX_REASONS = 200;

const filesFor = (name: string): string[] => [
  ...['', 'requirements-', 'requirements_', 'requirements.'].map((p) => `requirements/${p}${name}.txt`),
  ...['-', '_', '.'].flatMap((s) => [`requirements${s}${name}.txt`, `${name}${s}requirements.txt`]),
  `${name}/requirements.txt`,
];

/** The lines of a section of INI, without its header. */
const section = (text: string, name: string): string[] => {
  const lines = text.split('\n');
  const from = lines.findIndex((l) => l.trim() === name);
  if (from < 0) return [];
  const to = lines.findIndex((l, i) => i > from && l.startsWith('[') && l.trimEnd().endsWith(']'));
  return lines.slice(from + 1, to < 0 ? undefined : to);
};

const keyOf = (line: string): string =>
  line.slice(0, Math.max(0, line.search(/[=:]/))).replaceAll(/["'\s]/g, '');

/** The names of the extras: of an sdist, else from its build files. */
const extrasOf = ({ toml, texts }: BuildFiles): string[] => {
  const provided = (texts['PKG-INFO'] ?? '').split('\n').filter((l) => l.startsWith('Provides-Extra:'));
  if (provided.length) return provided.map((l) => l.slice(l.indexOf(':') + 1).trim());
  const [, script = ''] = (texts['setup.py'] ?? '').split(/\bextras_require\b/);
  return [
    ...extraNames(toml),
    ...section(texts['setup.cfg'] ?? '', '[options.extras_require]').map(keyOf),
    ...script.split('\n').map(keyOf),
  ];
};

/** `Requires-Dist: a; python_version < "4" and extra == "x"` → `a; python_version < "4"`, for an extra x. */
const ofExtra = (line: string, extra: string): string | undefined => {
  const [requirement = '', marker = ''] = line.slice('Requires-Dist:'.length).split(';');
  const name = /(?:^|and )\s?extra ?== ?["']([\w.-]{1,80})["']$/.exec(marker.trim())?.[1];
  if (name === undefined || normalized(name) !== normalized(extra)) return undefined;
  const rest = marker.trim().replace(/(?:^| and )\s?extra ?== ?["'][\w.-]{1,80}["']$/, '');
  return rest === '' ? requirement.trim() : `${requirement.trim()}; ${rest}`;
};

/** What an extra requires, or undefined where its name alone is known, or where it refers to other extras. */
export const extraRequirements = ({ toml, texts }: BuildFiles, extra: string): string[] | undefined => {
  const listed = Object.entries(tableAt(toml, 'project', 'optional-dependencies')).find(
    ([name]) => normalized(name) === normalized(extra),
  );
  const own = stringAt(toml, 'project', 'name');
  const found = listed
    ? stringsAt(toml, 'project', 'optional-dependencies', listed[0])
    : (texts['PKG-INFO'] ?? '').split('\n').flatMap((l) => {
        return l.startsWith('Requires-Dist:') ? (ofExtra(l, extra) ?? []) : [];
      });
  const isOwn = (r: string): boolean => own !== undefined && normalized(r).startsWith(`${normalized(own)}[`);
  return found.length === 0 || found.some(isOwn) ? undefined : found;
};

/** True if the project cannot be imported without packages of others. */
export const hasDependencies = ({ toml, texts }: BuildFiles): boolean => {
  const metadata = (texts['PKG-INFO'] ?? '').split('\n').filter((l) => l.startsWith('Requires-Dist:'));
  const cfg = section(texts['setup.cfg'] ?? '', '[options]');
  return (
    metadata.some((l) => !/\bextra ?==/.test(l.slice(l.indexOf(';') + 1))) ||
    stringsAt(toml, 'project', 'dependencies').length > 0 ||
    Object.keys(tableAt(toml, 'tool', 'poetry', 'dependencies')).some((k) => k !== 'python') ||
    cfg.some((l) => keyOf(l) === 'install_requires') ||
    /\binstall_requires ?= ?(?:\[\s{0,80}["']|[A-Za-z_])/.test(texts['setup.py'] ?? '')
  );
};

/**
 * The lines of a requirements file without what a compiler of such files (pip-tools, uv) added because another package needs
 * it: pip finds that by itself, and most of it belongs to tools. Which it is, the comment below the requirement says.
 */
const withoutAdded = (lines: readonly string[]): string[] =>
  lines.filter((line, i) => {
    if (!/^[A-Za-z0-9]/.test(line)) return true;
    const after = lines.slice(i + 1, i + 1 + MAX_REASONS);
    const end = after.findIndex((l) => !/^\s+#/.test(l));
    const comments = [line, ...after.slice(0, end < 0 ? undefined : end)].filter((l) => l.includes('#'));
    const why = comments.map((l) => l.slice(l.indexOf('#') + 1).trim()).join(' ');
    return !why.startsWith('via ') || why.includes(' -r ') || why.includes('(');
  });

/** Requirements among lines as pip reads them; the project itself and options are nothing that tests need. */
const requirements = async (
  tree: Tree,
  dir: string,
  lines: readonly string[],
  depth = 0,
): Promise<string[]> => {
  const found: string[] = [];
  for (const line of lines) {
    const text = (/^#| #/.test(line) ? line.slice(0, line.search(/^#| #/)) : line).split(' --')[0]!.trim();
    const flag = ['-r', '--requirement=', '--requirement '].find((f) => text.startsWith(f));
    const file = flag && text.slice(flag.length).trim();
    if (file !== undefined && depth < 4) {
      const path = join(dir, file);
      const inner = (await tree.read(path)).replaceAll('\\\n', ' ').split('\n');
      found.push(...(await requirements(tree, join(path, '..'), withoutAdded(inner), depth + 1)));
    } else if (/^[A-Za-z0-9]/.test(text) && !text.includes('://')) found.push(text);
  }
  return found;
};

/** Lines of a setting of tox's own environment; those with a condition or a template are tox's to understand. */
export const toxLines = (text: string, ...keys: readonly string[]): string[] => {
  const lines = section(text, '[testenv]');
  const at = lines.findIndex((l) => keys.includes(keyOf(l)));
  if (at < 0) return [];
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((l) => l.trim() !== '' && !/^\s/.test(l));
  const all = [lines[at]!.slice(lines[at]!.indexOf('=') + 1), ...rest.slice(0, end < 0 ? undefined : end)];
  return all
    .map((l) => l.trim().replace('{toxinidir}/', ''))
    .filter((l) => l !== '' && !/[{}]/.test(l) && !l.split(' ', 1)[0]!.endsWith(':'));
};

/** What the project in `dir` declares. */
export const declaredOf = async (tree: Tree, dir: string, files: BuildFiles): Promise<Declared> => {
  const all = extrasOf(files);
  const tox = toxSettings(files.toml);
  const paths = new Set(tree.paths);
  for (const names of [TESTS, DEVELOPERS]) {
    const extras = [...new Set(all.filter((e) => names.includes(e)))];
    const texts = names.flatMap(filesFor).filter((f) => paths.has(under(dir, f)));
    const lines = [
      ...names.flatMap((n) => groupRequirements(files.toml, n)),
      ...texts.map((f) => `-r ${f}`),
      ...(names === TESTS ? [...toxLines(files.texts['tox.ini'] || tox.ini, 'deps'), ...tox.deps] : []),
    ];
    const requires = [...new Set(await requirements(tree, dir, lines))];
    if (extras.length || requires.length) return { extras, requires };
  }
  return { extras: [], requires: [] };
};
