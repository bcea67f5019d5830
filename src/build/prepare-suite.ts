/**
 * Prepares a cell's suite: builds its targets and tests with the gate's instrument, and determines the
 * project's code.
 */
import { targetVariable } from '../bindings/link.js';
import type { Caches } from '../process/caches.js';
import { realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import type { ProjectCode } from '../model/project-code.js';
import type { PreparedSuite } from '../bindings/binding.js';
import type { Instrument, Tools } from '../model/launch.js';
import type { BuildSpec, Built } from './build-cache.js';
import type { Builder } from '../builders/builder.js';
import { BUILDERS } from '../builders/index.js';
import type { Host } from '../host/probe.js';
import { targetsOf, type Cell } from '../plan/plan.js';
import { BINDINGS } from '../bindings/index.js';
import type { Copy } from './source-files.js';

/** Everything needed to build a cell. */
export type BuildAccess = {
  host: Host;
  build: (spec: BuildSpec) => Promise<Built>;
  caches: Caches;
};

/** The instrument of a cell's gate on this host. */
export const instrumentOf = (cell: Cell, host: Host): Instrument =>
  cell.gate.instrument(host, cell.suite.binding, cell.compiler);

/** The part of a build directory's name that distinguishes instruments. */
const instrumentLabel = (i: Instrument): string => {
  const words = [
    ...i.cflags,
    ...(i.go?.flags ?? []),
    ...Object.values(i.go?.env ?? {}),
    ...(i.rust?.rustflags ?? []),
  ];
  const telling = words.map(
    (w) =>
      /^-(?:f|Z)?(?:sanitizer?=)?(address|undefined|thread|race|asan)$/.exec(w)?.[1] ??
      (w === 'cgocheck2' ? w : undefined),
  );
  return [...new Set(telling)]
    .filter(Boolean)
    .map((w) => `-${w}`)
    .join('');
};

/**
 * The part of an instrument that reaches builders of targets. Gates that differ only in the rest (Go's race
 * detector and no gate) share a target.
 */
const ofTargets = (builder: Builder, instrument: Instrument): Instrument => {
  const { compiler, cc, cxx, cflags, ldflags, rust } = instrument;
  return { compiler, cc, cxx, cflags, ldflags, ...(builder.rust && rust ? { rust } : {}) };
};

type Products = { dirs: Record<string, string>; keys: string[] };

/**
 * Builds a cell's targets, each after those that it needs. Returns their directories and keys, or why one failed.
 */
export const buildTargets = async (
  cell: Cell,
  options: BuildAccess,
  instrument: Instrument,
): Promise<Products | string> => {
  const { matrix } = cell;
  // Without a prototype: a target may be called `constructor`.
  const dirs = Object.create(null) as Record<string, string>;
  const keys: string[] = [];
  for (const name of targetsOf(matrix, cell.suite)) {
    const t = matrix.targets[name]!;
    const kind = name === 'canary' && cell.suite.role === 'canary' ? cell.canaryBuilder : t.builder;
    const builder = BUILDERS[kind];
    const dir = resolve(matrix.root, t.dir);
    const part = ofTargets(builder, instrument);
    const built = await options.build({
      id: `${name}-${kind}${cell.compiler}${instrumentLabel(part)}`,
      inputs: [dir, ...t.inputs.map((i) => resolve(matrix.root, i))],
      facts: [kind, t, part, options.host.tools[cell.compiler]?.version, t.needs.map((n) => dirs[n])],
      ...(builder.copies ? { copy: dir } : {}),
      commands: (out, src) =>
        builder.commands({ dir: builder.copies ? src : dir, out, target: t, instrument: part, needs: dirs }),
      produces: t.produces,
    });
    if ('failed' in built) return `target '${name}': ${built.failed}\n(build log: ${built.log})`;
    dirs[name] = built.dir;
    keys.push(built.key);
  }
  return { dirs, keys };
};

const targetEnv = (dirs: Record<string, string>): Record<string, string> => {
  const env = Object.fromEntries(Object.entries(dirs).map(([id, d]) => [targetVariable(id), d]));
  return Object.keys(dirs).length ? { ...env, LD_LIBRARY_PATH: Object.values(dirs).join(':') } : env;
};

/**
 * Versions of tools, sorted: tools are probed concurrently, and the order of the answers must not cause
 * another build.
 */
const versionsOf = (tools: Tools): string[] =>
  Object.entries(tools)
    .map(([k, t]) => `${k} ${t?.version ?? ''}`)
    .sort();

const inputsOf = ({ suite, matrix }: Cell): string[] =>
  [suite.dir, ...suite.inputs].map((i) => resolve(matrix.root, i));

/** The build that a cell's tests share with other cells. It depends on no target. */
export const baseOf = (cell: Cell, { tools }: Host, instrument: Instrument): BuildSpec | undefined => {
  const { suite, matrix } = cell;
  const binding = BINDINGS[suite.binding];
  const env = Object.fromEntries(Object.entries(suite.env).filter(([, v]) => !v.includes('${target.')));
  const prepared = (out: string): PreparedSuite => ({
    dir: resolve(matrix.root, suite.dir),
    out,
    targets: {},
    env,
    with: suite.with,
  });
  const common = binding.base?.(prepared('OUT'), instrument, tools);
  return (
    common && {
      id: `${common.sources ? `${suite.id}-${suite.binding}-` : ''}${common.name}`,
      inputs: common.sources ? inputsOf(cell) : [],
      facts: [common.facts, versionsOf(tools)],
      commands: (out) => binding.base?.(prepared(out), instrument, tools)?.steps ?? [],
      produces: [],
    }
  );
};

/** Compiles the suite's tests. Returns the prepared suite, or why it failed. */
export const prepare = async (
  cell: Cell,
  options: BuildAccess,
  instrument: Instrument,
  made: Products,
): Promise<PreparedSuite | string> => {
  const { suite, matrix } = cell;
  const binding = BINDINGS[suite.binding];
  const dir = resolve(matrix.root, suite.dir);
  const template = (v: string): string =>
    v.replace(/\$\{target\.(\w+)\}/g, (all, id: string) => made.dirs[id] ?? all);
  const env = {
    ...targetEnv(made.dirs),
    ...Object.fromEntries(Object.entries(suite.env).map(([k, v]) => [k, template(v)])),
  };
  const prepared = (out: string): PreparedSuite => ({ dir, out, targets: made.dirs, env, with: suite.with });
  const tools: Tools = options.host.tools;
  const common = baseOf(cell, options.host, instrument);
  const base = common && (await options.build(common));
  if (base && 'failed' in base) return `tests of '${suite.id}': ${base.failed}\n(build log: ${base.log})`;
  const based = (out: string): PreparedSuite => ({ ...prepared(out), ...(base ? { base: base.dir } : {}) });
  const built = await options.build({
    id: `${suite.id}-${suite.binding}-${cell.builder}${instrumentLabel(instrument)}`,
    inputs: inputsOf(cell),
    facts: [made.keys, instrument, suite.with, env, versionsOf(tools), base?.key],
    commands: (out) => binding.prepare(based(out), instrument, tools),
    produces: [],
  });
  if ('failed' in built) return `tests of '${suite.id}': ${built.failed}\n(build log: ${built.log})`;
  return based(built.dir);
};

/** Copies that `buildTargets` and the binding made before building. */
const copiesOf = ({ matrix, suite }: Cell, prepared: PreparedSuite): Copy[] => {
  const copied = BINDINGS[suite.binding].copied?.(prepared);
  const targets = Object.entries(prepared.targets).map(([id, dir]) => ({
    from: resolve(matrix.root, matrix.targets[id]!.dir),
    to: join(dir, 'src'),
  }));
  return [...targets, ...(copied ? [copied] : [])];
};

/** Directories below the repository's root that are never the project's own. */
const OTHERS = ['**/node_modules/**', '**/.venv/**', '**/venv/**', '**/site-packages/**', '**/.git/**'];

/** Base names of shared objects that are in the repository, which the tests may load. */
const prebuiltIn = async (root: string): Promise<string[]> => {
  const patterns = ['**/*.so', '**/*.so.*', '**/*.node'];
  const ignore = [...OTHERS, '**/.ffi-gates/**'];
  const found = await glob(patterns, { cwd: root, ignore, followSymbolicLinks: false });
  return found.map((f) => basename(f));
};

/** The project's own code for a cell, its built objects, and the copies of its sources. */
export const ownOf = async (
  cell: Cell,
  prepared: PreparedSuite,
  caches: Caches,
): Promise<{ own: ProjectCode; products: string[]; copies: Copy[] }> => {
  const { matrix, suite } = cell;
  const shared = suite.targets.map((t) => resolve(matrix.root, matrix.targets[t]!.dir));
  const objects = new Set<string>(
    (BINDINGS[suite.binding].ownObjects?.(prepared) ?? [])
      .filter(() => suite.binding === 'c')
      .map((o) => basename(o)),
  );
  const products: string[] = [];
  for (const [id, dir] of Object.entries(prepared.targets))
    for (const f of await glob(matrix.targets[id]!.produces, { cwd: dir, dot: true, absolute: true })) {
      // A process maps the real file, not the link that was passed to the linker.
      const real = await realpath(f);
      objects.add(basename(f)).add(basename(real));
      if (/\.so(\.|$)|\.node$/.test(real)) products.push(real);
    }
  // What npm installs beside the project belongs to others. A wheel's directories hold the project itself.
  const ignore = suite.binding === 'node' ? ['**/node_modules/**'] : [];
  for (const f of await glob(['**/*.so', '**/*.node'], { cwd: prepared.out, ignore }))
    objects.add(basename(f));
  if (suite.role === 'subject') {
    const { root } = matrix;
    for (const name of await caches.once('prebuilt', root, () => prebuiltIn(root))) objects.add(name);
  }
  for (const o of matrix.own) if (!o.includes('/')) objects.add(o);
  const dirs = [
    ...shared,
    resolve(matrix.root, suite.dir),
    ...suite.inputs.map((i) => resolve(matrix.root, i)),
    ...matrix.own.filter((o) => o.includes('/')).map((o) => resolve(matrix.root, o)),
    prepared.out,
    ...Object.values(prepared.targets),
  ];
  return {
    own: { dirs, shared: [...shared, ...Object.values(prepared.targets)], objects },
    products: [...new Set(products)],
    copies: copiesOf(cell, prepared),
  };
};
