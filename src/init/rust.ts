/** Crates that call or carry native code, and crates that other languages load (cdylib). */
import { basename, dirname } from 'node:path/posix';
import { readPackages, type CargoPackage } from './cargo.js';
import { cargoFeatures, ciLines } from './ci.js';
import { readToml, stringAt, stringsAt, listAt } from './manifest.js';
import type { Found } from './proposal.js';
import { dirsWith, nearestOf, textsOf, under, type Tree } from './tree.js';

/** What compiles native code out of a build script. */
const COMPILES = /\b(?:cc::Build|cmake::|autotools::|meson::)/;
const BUILDS =
  /\b(?:cc::Build|cmake::|autotools::|meson::|bindgen::|pkg_config::|vcpkg::)|cargo:{1,2}rustc-link-lib/;
const FOREIGN = /\bextern(?: "(?:C|system)(?:-unwind)?")? \{|#\[link\(/;
/** What bindgen makes of headers, in a build script. */
const GENERATED = /\binclude! {0,4}[({[]\s{0,20}concat! {0,4}[({[]\s{0,20}env! {0,4}[({[]"OUT_DIR"/;
/** The libraries of `cargo:rustc-link-lib=[KIND=]x` and `#[link(… name = "x")]`, line by line. */
const linksOf = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    const said = line.split('rustc-link-lib=')[1];
    const named = line.includes('#[link(') ? /name ?= ?"([\w+.-]{1,80})"/.exec(line)?.[1] : undefined;
    const name = named ?? (said && /^[\w+.-]{1,80}/.exec(said.slice(said.indexOf('=') + 1))?.[0]);
    return name ? [name] : [];
  });
/** `-sys` crates that only declare what the platform has: no native code of anybody's is behind them. */
const PLATFORM = new Set([
  ...['windows', 'js', 'web', 'linux-raw', 'wasi', 'winapi', 'ndk', 'objc', 'objc2'],
  ...['core-foundation', 'security-framework', 'core-graphics', 'core-video', 'coreaudio', 'schannel'],
]);
const isForeign = (name: string): boolean => /[-_]sys$/.test(name) && !PLATFORM.has(name.slice(0, -4));
/** What `cargo vendor --versioned-dirs` and source archives call the crates of others. */
const VENDORED = /-\d+\.\d+\.\d/;
/** Calls of C itself: libc has no other functions. */
const callsLibc = (text: string): boolean =>
  /\blibc::[a-z]\w{0,40}\(/.test(text) || (text.includes('use libc::') && /\bunsafe\b/.test(text));

type Lock = ReadonlyMap<string, readonly string[]>;

/** Cargo.lock: by the name of each package those that it depends on. Of several versions all count. */
const readLock = async (tree: Tree, dir: string): Promise<Lock> => {
  const lock = new Map<string, string[]>();
  for (let at = dir; ; at = dirname(at)) {
    const path = under(at, 'Cargo.lock');
    const toml = tree.paths.includes(path) ? await readToml(tree, path, []) : undefined;
    for (const item of listAt(toml, 'package')) {
      const name = stringAt(item, 'name') ?? '';
      const names = stringsAt(item, 'dependencies').map((d) => d.split(' ')[0]!);
      lock.set(name, [...(lock.get(name) ?? []), ...names]);
    }
    if (lock.size || at === '.') return lock;
  }
};

/** A crate further away is not what one tests here. */
const NEAR = 3;

/** How a crate reaches C through others, as `zstd → zstd-safe → zstd-sys`; undefined if it does not. */
const wayToC = (crate: CargoPackage, lock: Lock): string | undefined => {
  const seen = new Set<string>();
  const pending = crate.dependencies.map((d) => [d]);
  for (const way of pending) {
    const last = way.at(-1)!;
    if (seen.has(last)) continue;
    seen.add(last);
    if (isForeign(last)) return way.join(' → ');
    if (way.length < NEAR) pending.push(...(lock.get(last) ?? []).map((d) => [...way, d]));
  }
  return undefined;
};

const TESTS = /#\[(?:\w{1,40}::)?test\b/;

export const findRust = async (tree: Tree): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const crateOf = nearestOf(dirsWith(tree, 'Cargo.toml'));
  const sources = await textsOf(tree, (p) => p.endsWith('.rs'));
  for (const crate of await readPackages(tree, found.unclear)) {
    const { dir, name, library } = crate;
    if (VENDORED.test(basename(dir))) continue;
    const manifest = under(dir, 'Cargo.toml');
    const own = sources.filter((f) => crateOf(f.path) === dir);
    const text = own.map((f) => f.text).join('\n');
    const script = sources.find((f) => f.path === crate.script)?.text ?? '';
    const generates = BUILDS.test(script) && GENERATED.test(text);
    const declares = FOREIGN.test(text) || generates;
    const reasons = [
      ...(name.endsWith('-sys') ? ['it is called -sys'] : []),
      ...(crate.links ? [`links = "${crate.links}"`] : []),
      ...(BUILDS.test(script) ? [`its ${basename(crate.script!)} makes or links native code`] : []),
      ...[...new Set(crate.dependencies.filter(isForeign))].map((sys) => `it depends on ${sys}`),
      ...(FOREIGN.test(text) ? ['it declares foreign functions'] : []),
      ...(generates ? [`it includes what its ${basename(crate.script!)} generates`] : []),
      ...(crate.dependencies.includes('libc') && callsLibc(text) ? ['it calls C through libc'] : []),
    ];
    if (reasons.length === 0) {
      const way = wayToC(crate, await readLock(tree, dir));
      const safe = crate.dependencies.find((d) => /[-_]safe$/.test(d));
      if (way !== undefined) reasons.push(`it reaches C through ${way}`);
      else if (safe !== undefined) reasons.push(`it depends on ${safe}`);
    }
    const features = cargoFeatures(await ciLines(tree, dir));
    if (crate.refusedBy !== undefined && (crate.isCdylib || reasons.length > 0)) {
      found.unclear.push(
        `${manifest}: the workspace of ${crate.refusedBy} does not list it, so Cargo refuses to build it; add it to members or exclude`,
      );
      continue;
    }
    if (crate.isCdylib)
      found.targets.push({
        name,
        builder: 'cargo',
        dir,
        produces: [`lib${library}.so`],
        libraries: [library],
        why: `${manifest} makes a cdylib`,
      });
    if (reasons.length === 0) continue;
    const tested = own.some((f) => TESTS.test(f.text));
    if (!tested) {
      found.unclear.push(`${manifest}: ${reasons[0]}, and it has no #[test]`);
      // What it declares can be compared all the same.
      if (!declares) continue;
    }
    const settings = { ...(features.length ? { args: features } : {}), ...(tested ? {} : { load: true }) };
    found.suites.push({
      name,
      binding: 'rs',
      dir,
      compiles: dir,
      ...(COMPILES.test(script) ? { carries: true as const } : {}),
      ...(Object.keys(settings).length ? { with: settings } : {}),
      links: linksOf(text),
      ...(declares ? {} : { declares: false as const }),
      why: `${manifest}: ${reasons.join(', ')}`,
    });
  }
  // What one crate declares the tests of another may call.
  if (found.suites.some((s) => s.declares !== false)) for (const s of found.suites) delete s.declares;
  return found;
};
