/** Crates that call or carry native code, and crates that other languages load (cdylib). */
import { basename } from 'node:path/posix';
import type { Found } from './proposal.js';
import { dirsWith, isAside, textsOf, under, within, type Tree } from './tree.js';

/** What compiles native code out of a build script. */
const COMPILES = /\b(?:cc::Build|cmake::|autotools::|meson::)/;
const BUILDS =
  /\b(?:cc::Build|cmake::|autotools::|meson::|bindgen::|pkg_config::|vcpkg::)|cargo:{1,2}rustc-link-lib/;
const FOREIGN = /\bextern "C(?:-unwind)?" \{|#\[link\(/;
/** The libraries of `cargo:rustc-link-lib=[KIND=]x` and `#[link(… name = "x")]`, line by line. */
const linksOf = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    const said = line.split('rustc-link-lib=')[1];
    const named = line.includes('#[link(') ? /name ?= ?"([\w+.-]{1,80})"/.exec(line)?.[1] : undefined;
    const name = named ?? (said && /^[\w+.-]{1,80}/.exec(said.slice(said.indexOf('=') + 1))?.[0]);
    return name ? [name] : [];
  });
/** `-sys` crates that only declare what the platform has: no native code of anybody's is behind them. */
const PLATFORM = new Set(['windows', 'js', 'web', 'linux-raw', 'wasi']);
/** The `-sys` crates that a manifest depends on, line by line; those of build scripts and tests do not count. */
export const sysCrates = (toml: string): string[] => {
  let counts = false;
  const found = new Set<string>();
  for (const line of toml.split('\n')) {
    if (line.startsWith('[')) counts = /dependencies\b/.test(line) && !/\b(?:dev|build)-dep/.test(line);
    if (!counts) continue;
    for (const word of line.split(/[^\w-]/))
      if (/[-_]sys$/.test(word) && !PLATFORM.has(word.slice(0, -4))) found.add(word);
  }
  return [...found];
};
const TESTS = /#\[(?:\w{1,40}::)?test\b/;

const key = (toml: string, name: string): string | undefined =>
  toml
    .split('\n')
    .find((l) => l.startsWith(name) && /^ ?=/.test(l.slice(name.length)))
    ?.split('=')[1]
    ?.replaceAll(/["'\s]/g, '');

export const findRust = async (tree: Tree): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const crates = dirsWith(tree, 'Cargo.toml');
  const crateOf = (path: string): string | undefined =>
    crates.filter((c) => within(c, path)).sort((a, b) => b.length - a.length)[0];
  const sources = await textsOf(tree, (p) => p.endsWith('.rs'));
  for (const dir of crates.filter((d) => !isAside(d))) {
    const toml = await tree.read(under(dir, 'Cargo.toml'));
    const name = key(toml, 'name');
    if (!/^\[package\]/m.test(toml) || name === undefined) continue;
    const own = sources.filter((f) => crateOf(f.path) === dir);
    const text = own.map((f) => f.text).join('\n');
    const script = own.find((f) => f.path === under(dir, 'build.rs'))?.text ?? '';
    const reasons = [
      ...(name.endsWith('-sys') ? ['it is called -sys'] : []),
      ...(key(toml, 'links') ? [`links = "${key(toml, 'links')}"`] : []),
      ...(BUILDS.test(script) ? ['its build.rs makes or links native code'] : []),
      ...sysCrates(toml).map((crate) => `it depends on ${crate}`),
      ...(FOREIGN.test(text) ? ['it declares foreign functions'] : []),
    ];
    const lib = name.replaceAll('-', '_');
    if (/\bcdylib\b/.test(toml))
      found.targets.push({
        name,
        builder: 'cargo',
        dir,
        produces: [`lib${lib}.so`],
        libraries: [lib],
        why: `${under(dir, 'Cargo.toml')} makes a cdylib`,
      });
    if (reasons.length === 0) continue;
    const tested = own.some((f) => TESTS.test(f.text));
    if (!tested) {
      found.unclear.push(`${under(dir, 'Cargo.toml')}: ${reasons[0]}, and it has no #[test]`);
      continue;
    }
    found.suites.push({
      name,
      binding: 'rs',
      dir,
      compiles: dir,
      ...(COMPILES.test(script) ? { carries: true as const } : {}),
      links: linksOf(text),
      why: `${basename(dir) === '.' ? 'Cargo.toml' : under(dir, 'Cargo.toml')}: ${reasons.join(', ')}`,
    });
  }
  return found;
};
