/** Rust: `extern` blocks of the crates under test, described by rustdoc. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from '../../process/run-tool.js';
import type { HostDeclarations, HostFunction, Records } from '../../model/declaration.js';
import { objectsOf } from '../objects.js';
import { allocatedIn } from './rust-allocated.js';
import { staleErrnoInRust } from './rust-errno.js';
import { FORMATS, type Crate } from './rustdoc-items.js';
import { rustFunctions, type Described } from './rustdoc.js';

export type RustSettings = {
  /** Directory of the suite. */
  dir: string;
  /** Cargo, perhaps behind rustup. */
  cargo: readonly string[];
  /** Options that make cargo use what the tests were built from. */
  options: readonly string[];
  /** Targets under test: `--lib`, `--test`, `abi`, …; `--tests` for all. */
  targets: readonly string[];
  env: Record<string, string>;
  /** Test executables. */
  programs: readonly string[];
};

const PLUGINS = fileURLToPath(new URL('../../../plugins/rust', import.meta.url));
/** Milliseconds. */
const LIMIT = 600_000;

/** Cargo's hash at the end of a name. */
const HASH = /-[0-9a-f]{16}$/;

type Target = { name: string; kind: string[]; crate_types: string[] };
type Package = {
  id: string;
  name: string;
  version: string;
  source: string | null;
  manifest_path: string;
  targets: Target[];
};
type Metadata = {
  packages: Package[];
  workspace_default_members?: string[];
  workspace_members: string[];
  resolve: { nodes: { id: string; deps: { pkg: string }[] }[] };
};

/** A failure is a reason why nothing was seen. */
class Unreadable extends Error {}

const lastLine = (text: string): string =>
  text.split('\n').find((l) => l.startsWith('error')) ?? text.trim().split('\n').at(-1) ?? '';

const cargo = async (
  s: RustSettings,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<string> => {
  const [file = 'cargo', ...before] = s.cargo;
  const inDir = `cd "$1" && shift && exec "$@"`;
  const r = await runTool('/bin/sh', ['-c', inDir, 'sh', s.dir, file, ...before, ...args], {
    inherit: true,
    env: { ...s.env, ...more },
    timeoutMs: LIMIT,
  });
  if (r.code !== 0) throw new Unreadable(`cargo ${args[0]}: ${r.why ?? lastLine(r.all)}`);
  return r.stdout;
};

const isLibrary = (t: Target): boolean => t.kind.some((k) => /^(?:lib|rlib|dylib|cdylib|staticlib)$/.test(k));

/** Packages under test and the local ones that they depend on. Those of a registry are others' work. */
const localPackages = (m: Metadata): Package[] => {
  const reached = new Set<string>();
  const visit = (id: string): void => {
    if (reached.has(id)) return;
    reached.add(id);
    for (const d of m.resolve.nodes.find((n) => n.id === id)?.deps ?? []) visit(d.pkg);
  };
  for (const root of m.workspace_default_members ?? m.workspace_members) visit(root);
  return m.packages.filter((p) => reached.has(p.id) && p.source === null);
};

const outputDir = (s: RustSettings): { target: string; triple?: string } => {
  const after = (option: string): string | undefined => {
    const i = s.options.indexOf(option);
    return i < 0 ? undefined : s.options[i + 1];
  };
  const triple = after('--target');
  return { target: after('--target-dir') ?? join(s.dir, 'target'), ...(triple ? { triple } : {}) };
};

/** Refuses descriptions in a form that is not known. */
const known = (name: string, crate: Crate): Crate => {
  const version = crate.format_version;
  if (version >= FORMATS.from && version <= FORMATS.to) return crate;
  throw new Unreadable(
    `rustdoc describes ${name} in format ${version}; known are ${FORMATS.from} to ${FORMATS.to}`,
  );
};

const read = async (file: string, name: string): Promise<Crate> =>
  known(name, JSON.parse(await readFile(file, 'utf8')) as Crate);

/** Has every local crate described while cargo checks the targets under test. Those that are up to date stay. */
const describeLocal = async (
  s: RustSettings,
  local: readonly Package[],
  refused: (name: string, why: string) => void,
): Promise<Described[]> => {
  const dir = join(outputDir(s).target, 'ffi-gates-descriptions');
  await mkdir(dir, { recursive: true });
  const crates = local.map((p) => dirname(p.manifest_path));
  await cargo(s, ['check', ...s.options, ...s.targets], {
    RUSTC_WRAPPER: join(PLUGINS, 'describe'),
    FFI_GATES_CRATES: crates.join('\n'),
    FFI_GATES_DESCRIPTIONS: dir,
  });
  const described: Described[] = [];
  const entries = (await readdir(dir)).sort();
  for (const entry of entries) {
    const name = entry.replace(HASH, '');
    const at = join(dir, entry);
    try {
      const error = await readFile(join(at, 'error'), 'utf8').catch(() => undefined);
      if (error !== undefined) throw new Unreadable(`rustdoc: ${error.trim()}`);
      const crate = await read(join(at, `${name}.json`), name);
      const dirs = [(await readFile(join(at, 'dir'), 'utf8')).trimEnd()];
      // A target that is gone leaves its description behind.
      const root = crate.index[String(crate.root)]?.span?.filename;
      if (root === undefined || existsSync(resolve(dirs[0]!, root))) described.push({ name, crate, dirs });
    } catch (e) {
      if (!(e instanceof Unreadable)) throw e;
      refused(`crate ${name}`, e.message);
    }
  }
  const names = new Set(described.map((d) => d.name));
  for (const p of local)
    for (const t of p.targets.filter(isLibrary)) {
      const name = t.name.replaceAll('-', '_');
      const tried = entries.some((e) => e.replace(HASH, '') === name);
      if (!names.has(name) && !tried)
        refused(`crate ${name}`, 'cargo did not compile it; remove the suite from the build cache');
    }
  return described;
};

/** The description of a crate of a registry. */
const describeOther = async (s: RustSettings, p: Package, t: Target): Promise<Described> => {
  await cargo(
    s,
    [
      ...['rustdoc', ...s.options, '-p', `${p.name}@${p.version}`, '--lib', '--'],
      ...[
        '-Zunstable-options',
        '--output-format',
        'json',
        '--document-private-items',
        '--cap-lints',
        'allow',
      ],
    ],
    { RUSTDOC: join(PLUGINS, 'rustdoc') },
  );
  const { target, triple } = outputDir(s);
  const name = t.name.replaceAll('-', '_');
  const places = [join(target, triple ?? '', 'doc'), join(target, 'doc')].map((d) => join(d, `${name}.json`));
  const file = places.find((f) => existsSync(f));
  if (!file) throw new Unreadable(`rustdoc wrote no description of ${name}`);
  return { name, crate: await read(file, name), dirs: [dirname(p.manifest_path)] };
};

/** Reads the declarations, again with each further crate whose types they turn out to need. */
const withForeignTypes = async (
  s: RustSettings,
  m: Metadata | undefined,
  own: readonly Described[],
): Promise<ReturnType<typeof rustFunctions>> => {
  const others = new Map<string, Described | undefined>(own.map((d) => [d.name, d]));
  for (;;) {
    const missing = new Set<string>();
    const other = (name: string): Described | undefined => {
      if (!others.has(name)) missing.add(name);
      return others.get(name);
    };
    const found = rustFunctions({ own, other, exists: existsSync });
    if (missing.size === 0) return found;
    for (const name of missing) {
      const candidates = m?.packages.flatMap((p) =>
        p.targets.filter((t) => isLibrary(t) && t.name.replaceAll('-', '_') === name).map((t) => ({ p, t })),
      );
      const [only, ...more] = candidates ?? [];
      // Of two versions of one crate it is not known which is meant.
      const described =
        m && only && more.length === 0
          ? await describeOther(s, only.p, only.t).catch(() => undefined)
          : undefined;
      others.set(name, described);
    }
  }
};

/** The sources of the crates under test. */
const sourcesOf = async (own: readonly Described[]): Promise<{ file: string; text: string }[]> => {
  const files = new Set(
    own.flatMap(({ crate, dirs }) =>
      Object.values(crate.index)
        .filter((i) => i.crate_id === 0 && i.span)
        .map((i) => resolve(dirs[0] ?? '.', i.span!.filename)),
    ),
  );
  return Promise.all(
    [...files].map(async (file) => ({ file, text: await readFile(file, 'utf8').catch(() => '') })),
  );
};

/** Records of which the program makes values. */
const allocated = (sources: readonly { text: string }[], records: Records): string[] => {
  const made = new Set(sources.flatMap(({ text }) => [...allocatedIn(text)]));
  return Object.keys(records).filter((r) => made.has(r.slice(r.lastIndexOf('::') + 2)));
};

/** What the crates under test declare, and what could not be read. */
export const rustDeclarations = async (
  s: RustSettings,
): Promise<{ host: HostDeclarations; notSeen: { name: string; why: string }[] }> => {
  const notSeen: { name: string; why: string }[] = [];
  const own: Described[] = [];
  let packages: Metadata | undefined;
  try {
    // Packages of other platforms were never fetched.
    const triple = outputDir(s).triple ?? /^host: (\S+)$/m.exec(await cargo(s, ['-vV']))?.[1];
    const here = triple === undefined ? [] : ['--filter-platform', triple];
    const asked = ['metadata', '--format-version', '1', '--offline', ...here];
    const m = JSON.parse(await cargo(s, asked)) as Metadata;
    packages = m;
    const refused = (name: string, why: string): void => void notSeen.push({ name, why });
    own.push(...(await describeLocal(s, localPackages(m), refused)));
  } catch (e) {
    if (!(e instanceof Unreadable)) throw e;
    notSeen.push({ name: 'the crates under test', why: e.message });
  }
  const { functions, records } = await withForeignTypes(s, packages, own);
  const objects = await objectsOf([...new Set(functions.map((f) => f.name))], s.programs, s.env);
  const placed = functions.map((f): HostFunction => {
    const object = objects.get(f.name);
    return object === undefined
      ? { ...f, notSeen: 'it is neither in the test executables nor in the libraries that they load' }
      : { ...f, object };
  });
  const sources = await sourcesOf(own);
  const names = new Set(functions.map((f) => f.name));
  return {
    host: {
      language: 'rust',
      functions: placed,
      records,
      allocated: allocated(sources, records),
      staleErrno: sources.flatMap(({ file, text }) => staleErrnoInRust(file, text, names)),
    },
    notSeen,
  };
};
