/** How to install each missing thing on Debian and Ubuntu, keyed by `Missing.what`. */
import type { Host } from '../host/probe.js';
import type { Install, Missing } from '../model/launch.js';

export type Command = [string, ...string[]];
/** Whether the package lists contain a name. */
export type Known = (name: string) => boolean;

const GCC = ['gcc', 'g++', 'libc6-dev'];
const CLANGS = ['19', '22', '21', '20', '18', '17', '16', '15', '14'];
const RUSTUP_NIGHTLY: Command = ['rustup', 'toolchain', 'install', 'nightly', '--profile', 'minimal'];

/**
 * Compiler, symbolizer and runtimes of one release. 19 if there is a choice, since it is the measured one.
 */
const clang = (known: Known, major = CLANGS.find((n) => known(`clang-${n}`))): string[] =>
  major === undefined ? [] : [`clang-${major}`, `llvm-${major}`, `libclang-rt-${major}-dev`];

/** Debian's own interpreter accepts only Debian's packages (PEP 668). Any other does not see them. */
const ofDebian = (host: Host): boolean => host.tools['python']?.path.startsWith('/usr/bin/') ?? true;

const python = (host: Host, modules: string[]): Install =>
  ofDebian(host)
    ? {
        packages: ['python3', 'python3-dev', 'python3-venv', ...modules.map((m) => `python3-${m}`)],
        commands: [],
      }
    : { packages: [], commands: [[host.tools['python']!.path, '-m', 'pip', 'install', ...modules]] };

/** Debian 12 has the Rust of its release, and a much newer one that its browsers are built with. */
const rust = (known: Known): Install =>
  known('rustup')
    ? {
        packages: ['rustup'],
        commands: [['rustup', 'toolchain', 'install', 'stable', '--profile', 'minimal']],
      }
    : { packages: known('rustc-web') ? ['rustc-web', 'cargo-web'] : ['rustc', 'cargo'], commands: [] };

/** Nightly and Miri come only through rustup. Without it nothing is tried. */
const nightly = (host: Host, ...commands: Command[]): Install => ({
  packages: [],
  commands: host.tools['rustup'] ? [RUSTUP_NIGHTLY, ...commands] : [],
});

type Make = (host: Host, known: Known) => Install;
const apt =
  (...packages: string[]): Make =>
  () => ({ packages, commands: [] });

const RECIPES: [what: RegExp, make: Make][] = [
  [/^(?:gcc|g\+\+|C compiler)$|^gcc \w+ runtime$/, apt(...GCC)],
  [/^clang(?:\+\+)?$/, (_host, known) => ({ packages: clang(known), commands: [] })],
  [
    /^clang \w+ runtime$/,
    (host, known) => ({ packages: clang(known, host.tools['clang']?.version.split('.')[0]), commands: [] }),
  ],
  [/^cmake$/, apt('cmake', 'make')],
  [/^make$/, apt('make')],
  [/^(?:meson|ninja)$/, apt('meson', 'ninja-build')],
  [/^(?:autoreconf|libtoolize)$/, apt('autoconf', 'automake', 'libtool', 'make')],
  [/^python3?$/, (host) => python(host, ['pytest', 'setuptools'])],
  [/^(?:pytest|setuptools)$/, (host) => python(host, ['pytest', 'setuptools'])],
  [/^hypothesis$/, (host) => python(host, ['hypothesis'])],
  [/^go$/, apt('golang')],
  [
    /^a JDK$/,
    (_host, known) => ({
      packages: [known('default-jdk-headless') ? 'default-jdk-headless' : 'openjdk-17-jdk-headless', 'maven'],
      commands: [],
    }),
  ],
  [/^mvn$/, apt('maven')],
  [/^cargo$/, (_host, known) => rust(known)],
  [/^rust-src$/, (host) => nightly(host, ['rustup', '+nightly', 'component', 'add', 'rust-src'])],
  [/^Rust nightly$/, (host) => nightly(host)],
  [
    /^Miri$/,
    (host) =>
      nightly(
        host,
        ['rustup', '+nightly', 'component', 'add', 'miri', 'rust-src'],
        ['cargo', '+nightly', 'miri', 'setup'],
      ),
  ],
  [/^(?:mono with mcs|NUnit 2\.6)$/, apt('mono-runtime', 'mono-mcs', 'nunit-console', 'libnunit-cil-dev')],
  // None of Debian's distributions packages it.
  [/^the \.NET SDK$/, apt()],
  [
    /^the headers of Node$/,
    (host) => ({
      packages: host.tools['node']?.path.startsWith('/usr/bin/') ? ['libnode-dev'] : [],
      commands: [],
    }),
  ],
  [/^node-gyp$/, apt('npm')],
];

/**
 * How to install a missing thing: as it says itself, else by the table. Packages that are not in the lists
 * are left out. A thing without a recipe installs nothing.
 */
export const recipeOf = ({ what, install }: Missing, host: Host, known: Known): Install => {
  const make = RECIPES.find(([pattern]) => pattern.test(what))?.[1];
  const { packages, commands } = install ?? make?.(host, known) ?? { packages: [], commands: [] };
  return { packages: packages.filter(known), commands };
};
