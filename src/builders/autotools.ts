/** Autotools, and hand-written `configure` scripts with the same environment. Out of tree, from a copy. */
import { collect, env, JOBS, lacks, running, type Builder } from './builder.js';

const REMEDY = 'apt-get install -y autoconf automake libtool make';

/**
 * A checkout may have no `configure`. It is generated in the copy, because autoreconf writes beside the
 * sources.
 */
const CONFIGURE = 'test -f configure || autoreconf -fi';

export const autotools: Builder = {
  id: 'autotools',
  toolchains: ['autotools'],
  copies: true,
  missing: (tools) =>
    lacks(tools, 'make', REMEDY) ?? lacks(tools, 'autoreconf', REMEDY) ?? lacks(tools, 'libtoolize', REMEDY),
  commands: (p) => [
    { argv: ['sh', '-c', CONFIGURE], cwd: p.dir, env: env(p) },
    // The copy must be `..` for the configuration: `src` is inside the build directory.
    { argv: running(p.instrument, ['sh', `${p.dir}/configure`, ...p.target.args]), cwd: p.out, env: env(p) },
    { argv: running(p.instrument, ['make', '-j', JOBS]), cwd: p.out, env: env(p) },
    collect(p, p.out),
  ],
};
