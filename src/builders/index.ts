/** How each build system is driven: out of tree, with flags for every object of the project. */
import { autotools } from './autotools.js';
import {
  type Builder,
  type BuildInput,
  cmakeFlags,
  collect,
  env,
  JOBS,
  lacks,
  LEAKS_IGNORED,
  running,
} from './builder.js';
import { meson } from './meson.js';
import type { COMMAND_PLACEHOLDERS } from '../config/placeholders.js';
import type { BuilderId } from '../model/ids.js';

const cmake: Builder = {
  id: 'cmake',
  missing: (tools, target) => {
    const noCmake = lacks(tools, 'cmake', 'apt-get install -y cmake make');
    // CMake uses make unless the target selects another generator.
    const other = target?.env['CMAKE_GENERATOR'] ?? target?.args.find((a) => a.startsWith('-G'));
    return noCmake ?? (other === undefined ? lacks(tools, 'make', 'apt-get install -y make') : undefined);
  },
  commands: (p) => [
    {
      argv: running(p.instrument, [
        'cmake',
        '-S',
        p.dir,
        '-B',
        p.out,
        '-DCMAKE_BUILD_TYPE=None',
        '--no-warn-unused-cli',
        ...cmakeFlags(p.instrument.cflags.join(' '), p.instrument.ldflags.join(' ')),
        `-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=${p.out}`,
        ...p.target.args,
      ]),
      cwd: p.out,
      env: env(p),
    },
    { argv: running(p.instrument, ['cmake', '--build', p.out, '-j', JOBS]), cwd: p.out, env: env(p) },
    collect(p, p.out),
  ],
};

/**
 * All flags are passed with the compiler's name, on the command line. Makefiles assign CFLAGS themselves,
 * with include directories that CFLAGS from outside would remove. A compiler that is set from outside is
 * always used.
 */
const compilerWord = (p: BuildInput, path: string): string =>
  [
    path,
    ...p.instrument.cflags,
    ...p.instrument.ldflags,
    // Half of the flags are for linking. clang warns about these when it compiles, and some makefiles turn
    // warnings into errors.
    ...(p.instrument.compiler === 'clang' ? ['-Wno-unused-command-line-argument'] : []),
  ].join(' ');

const make: Builder = {
  id: 'make',
  copies: true,
  missing: (tools) => lacks(tools, 'make', 'apt-get install -y make'),
  commands: (p) => [
    {
      argv: running(p.instrument, [
        'make',
        '-j',
        JOBS,
        `CC=${compilerWord(p, p.instrument.cc)}`,
        `CXX=${compilerWord(p, p.instrument.cxx)}`,
        `OUT=${p.out}`,
        ...p.target.args,
      ]),
      cwd: p.dir,
      env: { ...LEAKS_IGNORED, ...p.target.env },
    },
    collect(p, p.dir),
  ],
};

const cc: Builder = {
  id: 'cc',
  missing: () => undefined,
  commands: (p) => {
    const sources = (p.target.sources ?? []).map((s) => `${p.dir}/${s}`);
    const compiler = sources.some((s) => /\.(cc|cpp|cxx)$/.test(s)) ? p.instrument.cxx : p.instrument.cc;
    const out = `${p.out}/${p.target.produces[0]!}`;
    return [
      {
        argv: [
          compiler,
          ...p.instrument.cflags,
          '-fPIC',
          '-shared',
          '-o',
          out,
          ...sources,
          ...p.instrument.ldflags,
          ...p.target.args,
        ],
        cwd: p.out,
        env: env(p),
      },
    ];
  },
};

const cargo: Builder = {
  id: 'cargo',
  toolchains: ['rust'],
  rust: true,
  copies: true,
  missing: (tools) => lacks(tools, 'cargo', 'install Rust from https://rustup.rs'),
  commands: (p) => [
    {
      argv: ['cargo', 'build', '--target-dir', `${p.out}/target`, ...p.target.args],
      cwd: p.dir,
      env: { ...env(p), RUSTFLAGS: (p.instrument.rust?.rustflags ?? []).join(' ') },
    },
    { argv: ['sh', '-c', 'cp target/debug/*.so .'], cwd: p.out, env: {} },
  ],
};

const setuptools: Builder = {
  id: 'setuptools',
  copies: true,
  missing: (tools) =>
    lacks(tools, 'python', 'apt-get install -y python3') ??
    lacks(tools, 'setuptools', `${tools['python']?.path} -m pip install setuptools`),
  commands: (p) => [
    {
      argv: [
        'python3',
        'setup.py',
        'build_ext',
        '--build-lib',
        p.out,
        '--build-temp',
        `${p.out}/temp`,
        ...p.target.args,
      ],
      cwd: p.dir,
      env: { ...env(p), LDSHARED: [p.instrument.cc, '-shared', ...p.instrument.ldflags].join(' ') },
    },
  ],
};

const nodegyp: Builder = {
  id: 'nodegyp',
  toolchains: ['npm'],
  copies: true,
  missing: (tools) =>
    tools['npm']
      ? undefined
      : {
          what: 'node-gyp',
          why: 'npx, which starts node-gyp, is not installed',
          remedy: 'apt-get install -y npm',
        },
  commands: (p) => [
    { argv: ['npx', 'node-gyp', 'rebuild', ...p.target.args], cwd: p.dir, env: env(p) },
    { argv: ['sh', '-c', 'cp "$0"/build/Release/*.node .', p.dir], cwd: p.out, env: {} },
  ],
};

/**
 * A command from the matrix. Replaces `{cc} {cxx} {out} {src} {cflags} {ldflags}` and `{id}` of needed
 * targets in arguments and in the values of `env`. `{cflags}` and `{ldflags}` as an entire argument expand to
 * several arguments.
 */
const command: Builder = {
  id: 'command',
  copies: true,
  missing: () => undefined,
  commands: (p) => {
    const placeholders: Record<(typeof COMMAND_PLACEHOLDERS)[number], string> = {
      cc: p.instrument.cc,
      cxx: p.instrument.cxx,
      out: p.out,
      src: p.dir,
      dir: p.dir,
      cflags: p.instrument.cflags.join(' '),
      ldflags: p.instrument.ldflags.join(' '),
    };
    const one = new Map(Object.entries({ ...placeholders, ...p.needs }));
    const many = new Map([
      ['{cflags}', p.instrument.cflags],
      ['{ldflags}', p.instrument.ldflags],
    ]);
    const filled = (w: string): string => w.replace(/\{(\w+)\}/g, (all, k: string) => one.get(k) ?? all);
    const argv = (p.target.command ?? []).flatMap((w) => many.get(w) ?? [filled(w)]);
    const own = Object.entries(env(p)).map(([k, v]) => [k, filled(v)]);
    return [
      {
        argv: running(p.instrument, argv as [string, ...string[]]),
        cwd: p.dir,
        env: Object.fromEntries(own) as Record<string, string>,
      },
      collect(p, p.dir),
    ];
  },
};

export const BUILDERS: Record<BuilderId, Builder> = {
  cc,
  cmake,
  make,
  autotools,
  meson,
  cargo,
  setuptools,
  nodegyp,
  command,
};
