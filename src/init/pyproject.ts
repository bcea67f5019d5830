/**
 * What pyproject.toml says about a build and about what tests need. Format: the PyPA specifications of `[build-system]`, `[project]`
 * and `[dependency-groups]` (PEP 518, 621 and 735), and the tables that setuptools and tox have below `[tool]`.
 */
import { listAt, stringAt, stringsAt, tableAt, valueAt, type Table } from './manifest.js';

/** Names of distributions, extras and groups are equal when these are (PEP 503). */
export const normalized = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

/** Packages that take part in the build: the backend's, and all that it requires (a backend may wrap another one). */
export const buildPackages = (toml: Table): Set<string> => {
  const [backend = ''] = (stringAt(toml, 'build-system', 'build-backend') ?? '').split(/[.:]/);
  const required = stringsAt(toml, 'build-system', 'requires').map(
    (requirement) => /^[\w.-]{1,80}/.exec(requirement.trim())?.[0] ?? '',
  );
  return new Set([backend, ...required].map(normalized));
};

/** Extensions that setuptools builds without a setup.py. */
const extModules = (toml: Table): unknown[] => listAt(toml, 'tool', 'setuptools', 'ext-modules');

export const hasExtModules = (toml: Table): boolean => extModules(toml).length > 0;

/** Libraries that these extensions link. */
export const extLibraries = (toml: Table): string[] =>
  extModules(toml).flatMap((module) => stringsAt(module, 'libraries'));

export const declaredName = (toml: Table): string | undefined =>
  stringAt(toml, 'project', 'name') ?? stringAt(toml, 'tool', 'poetry', 'name');

/** Names of extras, those that setuptools reads from other files included. */
export const extraNames = (toml: Table): string[] => [
  ...Object.keys(tableAt(toml, 'project', 'optional-dependencies')),
  ...Object.keys(tableAt(toml, 'tool', 'setuptools', 'dynamic', 'optional-dependencies')),
];

/** Requirements of a dependency group, then those of the groups that it includes; each group once, so that a circle ends. */
export const groupRequirements = (toml: Table, name: string): string[] => {
  const groups = new Map(
    Object.entries(tableAt(toml, 'dependency-groups')).map(([key, items]) => [normalized(key), items]),
  );
  const found: string[] = [];
  const pending = [normalized(name)];
  const seen = new Set(pending);
  for (let at = 0; at < pending.length; at++) {
    const items = groups.get(pending[at]!);
    for (const item of Array.isArray(items) ? (items as unknown[]) : []) {
      if (typeof item === 'string') found.push(item);
      const included = normalized(stringAt(item, 'include-group') ?? '');
      if (included === '' || seen.has(included)) continue;
      seen.add(included);
      pending.push(included);
    }
  }
  return found;
};

/** What tox installs and sets, in its own format (`[tool.tox.env_run_base]`) or as the text of a tox.ini. */
export const toxSettings = (toml: Table): { ini: string; deps: string[]; env: Table } => ({
  ini: stringAt(toml, 'tool', 'tox', 'legacy_tox_ini') ?? '',
  deps: stringsAt(toml, 'tool', 'tox', 'env_run_base', 'deps'),
  env: tableAt(toml, 'tool', 'tox', 'env_run_base', 'set_env'),
});

/** True for an extension in Rust. */
export const isRust = (toml: Table): boolean =>
  ['maturin', 'setuptools-rust'].some((name) => buildPackages(toml).has(name)) ||
  valueAt(toml, 'tool', 'setuptools-rust') !== undefined;
