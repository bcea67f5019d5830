/** Meson with Ninja, always out of tree. */
import { collect, env, lacks, running, type Builder } from './builder.js';

const REMEDY = 'apt-get install -y meson ninja-build';

export const meson: Builder = {
  id: 'meson',
  toolchains: ['meson'],
  missing: (tools) => lacks(tools, 'meson', REMEDY) ?? lacks(tools, 'ninja', REMEDY),
  commands: (p) => [
    {
      // plain: only our flags apply. lundef off: the runtime's symbols come from the process that loads the
      // library.
      argv: running(p.instrument, [
        'meson',
        'setup',
        `${p.out}/meson`,
        p.dir,
        '-Dbuildtype=plain',
        '-Db_lundef=false',
        ...p.target.args,
      ]),
      cwd: p.out,
      env: env(p),
    },
    { argv: running(p.instrument, ['ninja', '-C', `${p.out}/meson`]), cwd: p.out, env: env(p) },
    collect(p, `${p.out}/meson`),
  ],
};
