/** The program that breaks workers (`plugins/contain`). It is compiled where it runs. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildAccess } from '../build/prepare-suite.js';
import type { Cell } from '../plan/plan.js';

const SOURCES = fileURLToPath(new URL('../../plugins/contain/', import.meta.url));

/** The path of the program, or why it could not be compiled. */
export const buildTracer = async (
  { host, build }: BuildAccess,
  { compiler }: Cell,
): Promise<{ path: string } | { failed: string }> => {
  const cc = host.tools[compiler]?.path ?? compiler;
  const program = 'ffi-gates-contain';
  const built = await build({
    id: `contain-${compiler}`,
    inputs: [SOURCES],
    facts: [host.tools[compiler]?.version],
    commands: (out) => [
      { argv: [cc, '-O2', '-g', '-o', join(out, program), join(SOURCES, 'tracer.c')], cwd: out, env: {} },
    ],
    produces: [program],
  });
  return 'failed' in built
    ? { failed: `the program of the tool (contain): ${built.failed}\n(build log: ${built.log})` }
    : { path: join(built.dir, program) };
};
