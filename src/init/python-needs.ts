/** What the tests of a Python project need installed: what it declares for them, and what they plainly import. */
import { basename, dirname, relative } from 'node:path/posix';
import { declaredOf, extraRequirements, type BuildFiles, type Declared } from './python-requirements.js';
import matcher from '../config/glob.js';
import type { SuiteIdea } from './proposal.js';
import { normalized } from './pyproject.js';
import { argsOf, type Tests } from './python-tests.js';
import { textsOf, within, type Tree } from './tree.js';

/** What tests import beside pytest and is had by the same name: anything else is the maintainer's to say. */
const KNOWN = ['hypothesis', 'numpy', 'psutil', 'six', 'pytz', 'attr', 'cffi', 'pycparser', 'mock'];
const DISTRIBUTION: Record<string, string> = { attr: 'attrs' };
const PLUGINS: [RegExp, string][] = [
  [/\bmocker\b/, 'pytest-mock'],
  [/@pytest\.mark\.asyncio|\basyncio_mode\b/, 'pytest-asyncio'],
  [/[(,]\s?benchmark\s?[,)]/, 'pytest-benchmark'],
  [/@pytest\.mark\.timeout/, 'pytest-timeout'],
  [/\bsubtests\b/, 'pytest-subtests'],
];

/** Names of the modules that these texts import. */
const importedBy = (texts: readonly string[]): Set<string> =>
  new Set(texts.flatMap((t) => [...t.matchAll(/^ {0,12}(?:from|import) (\w{1,60})/gm)].map((m) => m[1]!)));

/**
 * Tools that developers run over a project, not what its tests import: type checkers, linters, formatters, language servers, documentation,
 * packaging, coverage. So are the plugins of pytest whose options we leave out.
 */
const TOOLS: readonly string[] = [
  ...['mypy', 'pyright', 'basedpyright', 'pyre-check', 'pytype', 'ty', 'types-*', '*-stubs'],
  ...['flake8', 'flake8-*', 'pycodestyle', 'pydocstyle', 'pyflakes', 'pylint', 'pylint-*', 'ruff', 'bandit'],
  ...['*-lsp', 'python-lsp-*', '*-language-server'],
  ...['black', 'blue', 'isort', 'autopep8', 'yapf', 'docformatter', 'codespell', 'pyupgrade', 'vulture'],
  ...['cython-lint', 'clang-format', 'cmakelang', 'gersemi', 'yamllint', 'interrogate', 'pyroma'],
  ...['sphinx', 'sphinx-*', 'sphinxcontrib-*', '*-sphinx-theme', 'furo', 'myst-*', 'nbsphinx', 'numpydoc'],
  ...['mkdocs', 'mkdocs-*', 'mkdocstrings', 'mkdocstrings-*', 'pdoc', 'pdoc3', 'recommonmark', 'breathe'],
  ...['build', 'twine', 'tox', 'tox-*', 'nox', 'pre-commit', 'cibuildwheel', 'auditwheel', 'repairwheel'],
  ...['bump2version', 'bumpversion', 'bump-my-version', 'commitizen', 'towncrier', 'zest-releaser', 'reno'],
  ...[
    'check-manifest',
    'check-wheel-contents',
    'check-sdist',
    'validate-pyproject',
    'pip-tools',
    'uv',
    'hatch',
  ],
  ...[
    'coverage',
    'coveralls',
    'codecov',
    'gcovr',
    'diff-cover',
    'pytest-cov',
    'pytest-xdist',
    'pytest-forked',
  ],
  ...['pytest-flake8', 'pytest-black', 'pytest-isort', 'pytest-mypy', 'pytest-ruff', 'pytest-pylint'],
  ...['pytest-sugar', 'pytest-codspeed', 'ipython', 'ipdb', 'ipykernel', 'jupyter', 'jupyterlab', 'notebook'],
];
const isTool = matcher(`{${TOOLS.join(',')}}`);

const nameOf = (requirement: string): string => normalized(/^[\w.-]{1,80}/.exec(requirement)?.[0] ?? '');

/** Whether the tests may need it: it is no such tool, or they import it. */
const isNeeded = (requirement: string, imported: ReadonlySet<string>): boolean => {
  const name = nameOf(requirement);
  return !isTool(name) || imported.has(name.replaceAll('-', '_'));
};

/** Extras and requirements of the tests in `tests`, of the project in `dir`. */
export const neededBy = async (
  tree: Tree,
  dir: string,
  files: BuildFiles,
  tests: string,
): Promise<Declared> => {
  const sources = await textsOf(tree, (p) => p.endsWith('.py') && within(tests, p));
  const texts = sources.map((f) => f.text);
  const imported = importedBy(texts);
  const packages = new Set(
    tree.paths.filter((p) => basename(p) === '__init__.py').map((p) => basename(dirname(p))),
  );
  const declared = await declaredOf(tree, dir, files);
  // An extra that holds such tools is taken apart.
  const parts = declared.extras.map((name) => ({ name, requires: extraRequirements(files, name) }));
  const isApart = ({ requires }: (typeof parts)[number]): boolean =>
    requires?.some((r) => !isNeeded(r, imported)) === true;
  const all = [...declared.requires, ...parts.filter(isApart).flatMap((p) => p.requires ?? [])];
  // pytest itself is always there.
  const requires = [...new Set(all)].filter((r) => r !== 'pytest' && isNeeded(r, imported));
  const names = new Set(requires.map(nameOf));
  const guessed = [
    ...KNOWN.filter((k) => imported.has(k) && !packages.has(k)).map((k) => DISTRIBUTION[k] ?? k),
    ...PLUGINS.filter(([pattern]) => texts.some((t) => pattern.test(t))).map(([, name]) => name),
  ].filter((g) => !names.has(g));
  return {
    extras: parts.filter((p) => !isApart(p)).map((p) => p.name),
    requires: [...requires, ...guessed],
  };
};

/** Settings of a suite whose package, in `dir`, pip installs together with what its tests need. */
export const packageSettings = (
  dir: string,
  tests: Tests,
  { extras, requires }: Declared,
): Required<Pick<SuiteIdea, 'with' | 'inputs'>> => ({
  with: {
    package: relative(tests.dir, dir) || '.',
    ...(extras.length ? { extras } : {}),
    ...(requires.length ? { requires } : {}),
    ...argsOf(tests),
  },
  // A change of any source of the project is a change of what is tested.
  inputs: [dir],
});
