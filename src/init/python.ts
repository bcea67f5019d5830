/** Python: extensions (setuptools, scikit-build-core, meson-python, cffi), and code that loads libraries by ctypes or cffi. */
import { basename } from 'node:path/posix';
import type { Found, SuiteIdea } from './proposal.js';
import { onlyLoads } from './proposal.js';
import { readToml, stringAt } from './manifest.js';
import { buildPackages, declaredName, extLibraries, hasExtModules, isRust } from './pyproject.js';
import { testEnvironment } from './python-environment.js';
import { neededBy, packageSettings } from './python-needs.js';
import type { BuildFiles } from './python-requirements.js';
import { loaders, loadsWithoutSources, opensAtRunTime, type Projects } from './python-loaders.js';
import { testDir } from './python-tests.js';
import { dirsWith, isAside, textsOf, under, within, type Tree } from './tree.js';

/** Builders of extensions: by what setup.py and its like say, and by the packages that pyproject.toml builds with. */
const BACKENDS: { name: string; text: RegExp; packages: string[] }[] = [
  { name: 'scikit-build-core', text: /\bscikit_build_core\b/, packages: ['scikit-build-core'] },
  { name: 'meson-python', text: /\bmesonpy\b/, packages: ['mesonpy', 'meson-python'] },
  { name: 'py-build-cmake', text: /\bpy_build_cmake\b/, packages: ['py-build-cmake'] },
  { name: 'cffi', text: /\bcffi_modules\b|\bset_source\(/, packages: [] },
  { name: 'scikit-build', text: /\bfrom skbuild\b|\bimport skbuild\b/, packages: ['scikit-build'] },
];
/** A setup.py that runs another build system by itself. */
const RUNS_BUILD = /["'](?:cmake|make|meson|ninja|(?:\.\/)?configure)["']|\bCMakeExtension\b/;
const RUST = 'a backend for Rust';
const SETUPTOOLS = /\bExtension\(|\bext_modules\b|\bext-modules\b|\bcythonize\(/;
/** Backends for Rust: the crates below such a project are built by it. */
const RUST_BACKENDS = /\bmaturin\b|\bsetuptools_rust\b|\bsetuptools-rust\b/;

/** Build files that are read as text. */
const TEXTS = ['PKG-INFO', 'setup.py', 'setup.cfg', 'tox.ini'];

const backendOf = ({ toml, texts }: BuildFiles): string | undefined => {
  const text = Object.values(texts).join('\n');
  const packages = buildPackages(toml);
  const known = BACKENDS.find((b) => b.text.test(text) || b.packages.some((p) => packages.has(p)));
  if (known) return known.name;
  if (isRust(toml) || RUST_BACKENDS.test(texts['setup.py'] ?? '')) return RUST;
  return SETUPTOOLS.test(text) || hasExtModules(toml) ? 'setuptools' : undefined;
};

/** The entry of an extension module: C-API, pybind11, nanobind. */
const MODULE = /\bPyInit_\w|\bPyMODINIT_FUNC\b|\b(?:PYBIND11_MODULE|NB_MODULE) ?\(/;

/**
 * The backend of a project that has sources of an extension and does not say with what it builds them: a script of the backend's own
 * does (pdm, hatch, poetry), or a helper of setup.py.
 */
const quietBackend = async (
  tree: Tree,
  dir: string,
  { toml, texts }: BuildFiles,
): Promise<string | undefined> => {
  const backend =
    stringAt(toml, 'build-system', 'build-backend') ?? (texts['setup.py'] ? 'setup.py' : undefined);
  if (backend === undefined) return undefined;
  const isOwn = (p: string): boolean => within(dir, p) && !isAside(p);
  const isSource = (p: string): boolean => isOwn(p) && /\.(?:c|cc|cpp|cxx)$/.test(p);
  const found =
    tree.paths.some((p) => isOwn(p) && p.endsWith('.pyx')) ||
    (await textsOf(tree, isSource)).some((f) => MODULE.test(f.text));
  return found ? backend.split(/[.:]/)[0] : undefined;
};

/** The name of an sdist, else of pyproject.toml, else behind `name=` of setup.py; else the directory's. */
const projectName = ({ toml, texts }: BuildFiles, dir: string): string =>
  /^Name: ([\w.-]{1,80})$/m.exec(texts['PKG-INFO'] ?? '')?.[1] ??
  declaredName(toml) ??
  /\bname ?= ?["']([\w.-]{1,80})["']/.exec(Object.values(texts).join('\n'))?.[1] ??
  (dir === '.' ? 'python' : basename(dir));

/** `libraries=["foo"]` of an Extension. */
const linked = (text: string): string[] =>
  text
    .split(/\blibraries ?= ?\[/)
    .slice(1)
    .flatMap((rest) =>
      [...(rest.split(']', 1)[0] ?? '').matchAll(/["']([\w+.-]{1,80})["']/g)].map((n) => n[1]!),
    );

const manifestOf = (tree: Tree, dir: string): string =>
  under(dir, tree.paths.includes(under(dir, 'setup.py')) ? 'setup.py' : 'pyproject.toml');

const extension = async (tree: Tree, dir: string, files: BuildFiles, backend: string): Promise<SuiteIdea> => {
  const tests = testDir(tree, dir);
  const where = manifestOf(tree, dir);
  const settings = {
    name: projectName(files, dir),
    binding: 'pyx' as const,
    compiles: dir,
    // Other build files of the package make what its own script calls them for.
    ...(RUNS_BUILD.test(files.texts['setup.py'] ?? '') ? { carries: true as const } : {}),
    links: [...linked(files.texts['setup.py'] ?? ''), ...extLibraries(files.toml)],
    why: `${where} builds an extension with ${backend}; pip installs it for each compiler and gate, away from your tree`,
  };
  if (!tests) return { ...settings, dir, with: { package: '.', load: true } };
  const needed = await neededBy(tree, dir, files, tests.dir);
  return {
    ...settings,
    dir: tests.dir,
    ...packageSettings(dir, tests, needed),
    ...(await testEnvironment(tree, dir, files)),
  };
};

/** Suites, and the directories whose native build files (`claimed`) or crates (`crates`) belong to a Python build. */
export const findPython = async (tree: Tree): Promise<Found & { claimed: string[]; crates: string[] }> => {
  const all = {
    targets: [],
    suites: [] as SuiteIdea[],
    unclear: [] as string[],
    claimed: [] as string[],
    crates: [] as string[],
  };
  const extensions: string[] = [];
  const projects: Projects = new Map();
  for (const dir of dirsWith(tree, 'setup.py', 'pyproject.toml', 'setup.cfg')) {
    if (isAside(dir) || extensions.some((d) => d !== '.' && within(d, dir))) continue;
    const manifest = under(dir, 'pyproject.toml');
    const files: BuildFiles = { toml: {}, texts: {} };
    if (tree.paths.includes(manifest)) files.toml = (await readToml(tree, manifest, all.unclear)) ?? {};
    for (const f of TEXTS) files.texts[f] = await tree.read(under(dir, f));
    const backend = backendOf(files) ?? (await quietBackend(tree, dir, files));
    if (
      !backend ||
      (backend === 'cffi' && (await opensAtRunTime(tree, dir))) ||
      (backend === 'setuptools' && (await loadsWithoutSources(tree, dir)))
    ) {
      projects.set(dir, { files, name: projectName(files, dir), generates: backend !== undefined });
      continue;
    }
    extensions.push(dir);
    if (backend === RUST) all.crates.push(dir);
    if (!['setuptools', 'cffi'].includes(backend)) all.claimed.push(dir);
    const idea = await extension(tree, dir, files, backend);
    if (onlyLoads(idea))
      all.unclear.push(
        `${manifestOf(tree, dir)}: an extension built with ${backend}, and no test_*.py; add a suite with binding pyx`,
      );
    all.suites.push(backend === RUST ? { ...idea, rust: true } : idea);
  }
  const loads = await loaders(tree, extensions, projects);
  return { ...all, suites: [...all.suites, ...loads.suites], unclear: [...all.unclear, ...loads.unclear] };
};
