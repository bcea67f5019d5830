/**
 * The agent that watches calls of JNI (`plugins/jniguard`). It is compiled where it runs, with wrappers that are generated from
 * the `jni.h` of the JDK that runs the tests.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jdkHome } from '../bindings/jni/jdk.js';
import type { BuildAccess } from '../build/prepare-suite.js';
import type { Arm } from '../model/launch.js';
import type { Cell } from '../plan/plan.js';
import { ownList, type Preloading } from './preload.js';

const SOURCES = fileURLToPath(new URL('../../plugins/jniguard/', import.meta.url));
const SHARED = fileURLToPath(new URL('../../plugins/preload/', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../gates/programs/', import.meta.url));

/** The path of the agent, or why it could not be compiled. */
export const buildAgent = async (
  { host, build }: BuildAccess,
  { compiler }: Cell,
): Promise<{ path: string } | { failed: string }> => {
  const cc = host.tools[compiler]?.path ?? compiler;
  const include = join(jdkHome(host.tools), 'include');
  // Not named like a shared object: it belongs to the tool, and gates need not see into it.
  const library = 'ffi-gates-jniguard';
  const built = await build({
    id: `jniguard-${compiler}`,
    inputs: [SOURCES, SHARED, PROGRAMS],
    facts: [host.tools[compiler]?.version, host.tools['java']],
    commands: (out) => {
      const wrappers = join(out, 'wrappers.h');
      const program = join(PROGRAMS, 'jni-wrappers.js');
      return [
        { argv: [process.execPath, program, join(include, 'jni.h'), wrappers], cwd: out, env: {} },
        {
          argv: [
            ...([cc, '-O2', '-g', '-fPIC', '-shared', '-pthread'] as const),
            ...[`-I${SHARED}`, `-I${include}`, `-I${join(include, 'linux')}`],
            ...[`-DJNIGUARD_WRAPPERS="${wrappers}"`, '-o', join(out, library)],
            ...[join(SOURCES, 'jniguard.c'), '-ldl'],
          ],
          cwd: out,
          env: {},
        },
      ];
    },
    produces: [library],
  });
  return 'failed' in built
    ? { failed: `the agent of the tool (jniguard): ${built.failed}\n(build log: ${built.log})` }
    : { path: join(built.dir, library) };
};

/** The launch with the agent, which is told what the project's code is. */
export const withAgent = (arm: Arm, agent: string | undefined, evidence: Preloading['evidence']): Arm =>
  agent === undefined
    ? arm
    : {
        ...arm,
        env: { ...arm.env, FFI_GATES_OWN: ownList(evidence) },
        hostArgs: [`-agentpath:${agent}`, ...arm.hostArgs],
      };
