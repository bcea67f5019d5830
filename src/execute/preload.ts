/**
 * Libraries of `plugins/preload` that watch or delay what the project's code does. Each is compiled where it runs, and comes
 * before everything else in LD_PRELOAD: a checker's runtime sees every call that it passes on.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildAccess } from '../build/prepare-suite.js';
import type { Evidence } from '../judge/evidence.js';
import type { Gate } from '../gates/gate.js';
import type { Arm, Compiler, Launch } from '../model/launch.js';
import type { Cell } from '../plan/plan.js';
import { inSeries } from './failing-calls.js';
import { perturbed, shareOf } from './perturb.js';

const SOURCES = fileURLToPath(new URL('../../plugins/preload/', import.meta.url));

/** What a library is compiled with where it runs, besides its own source. */
export type PreloadInputs = Gate['preloadInputs'];

/** Compiles `plugins/preload/<name>.c`. The path of the library, or why it could not be compiled. */
export const buildPreload = async (
  { host, build }: BuildAccess,
  compiler: Compiler,
  name: string,
  inputsOf?: PreloadInputs,
): Promise<{ path: string } | { failed: string }> => {
  const cc = host.tools[compiler]?.path ?? compiler;
  // Not named like a shared object: it belongs to the tool, and gates need not see into it.
  const library = `ffi-gates-${name}`;
  const source = join(SOURCES, `${name}.c`);
  const inputs = (out: string) => inputsOf?.(host, cc, out);
  const built = await build({
    id: `${name}-${compiler}`,
    inputs: [dirname(source)],
    facts: [name, host.tools[compiler]?.version, inputs('')?.facts],
    commands: (out) => {
      const { commands = [], flags = [], objects = [] } = inputs(out) ?? {};
      // Optimised: calls that are passed on must become jumps, or frames of the tool would be in every stack.
      const argv: Launch['argv'] = [
        cc,
        ...['-O2', '-g', '-fPIC', '-shared', ...flags],
        ...['-o', join(out, library), source, ...objects],
      ];
      return [...commands, { argv, cwd: out, env: {} }];
    },
    produces: [library],
  });
  return 'failed' in built
    ? { failed: `the library of the tool (${name}): ${built.failed}\n(build log: ${built.log})` }
    : { path: join(built.dir, library) };
};

export type Preloading = {
  cell: Cell;
  /** Paths of the libraries. */
  preloads: readonly string[];
  seed?: number;
  /** Keys of the calls that fail in the launch, for a gate that `fails`. */
  failing?: readonly string[];
  /** Keys of calls that keep a lock on purpose. */
  keepers?: readonly string[];
  /** The launch may be repeated. */
  repeats?: boolean;
  evidence: Pick<Evidence, 'own' | 'out'>;
};

/** The project's code, as `plugins/preload/own.h` reads it. */
export const ownList = ({ own, out }: Preloading['evidence']): string =>
  [...own.dirs, ...own.objects, out].join(':');

/** The launch with the libraries in front, which are told what the project's code is, and how to perturb schedules. */
export const withPreload = (arm: Arm, p: Preloading, scratch: string): Arm => {
  if (p.preloads.length === 0) return arm;
  // ASan wants to come first in the list of libraries. What comes before it here allocates nothing.
  const { ASAN_OPTIONS: asan } = arm.env;
  const loading: Arm = {
    ...arm,
    env: {
      ...arm.env,
      ...(asan === undefined ? {} : { ASAN_OPTIONS: `${asan}:verify_asan_link_order=0` }),
      LD_PRELOAD: [...p.preloads, arm.env['LD_PRELOAD']].filter(Boolean).join(':'),
      FFI_GATES_OWN: ownList(p.evidence),
      ...(p.failing ? { FFI_GATES_FAIL: p.failing.join(',') } : {}),
      ...(p.failing && p.keepers?.length ? { FFI_GATES_FAIL_KEEPS: p.keepers.join(',') } : {}),
      ...(p.failing && inSeries(p.cell) ? { FFI_GATES_FAIL_SERIES: '1' } : {}),
      ...(p.failing && !p.repeats ? { FFI_GATES_FAIL_STATE: join(scratch, 'failed') } : {}),
    },
  };
  const share = shareOf(p.cell);
  return share === undefined ? loading : perturbed(loading, share, p.seed ?? 0, scratch);
};
