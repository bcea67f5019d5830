/** How each build system is driven: out of tree, flags to every object of the user's project. */
import { cpus } from 'node:os';
import type { Instrument, Launch, Missing, Tools } from '../binding.js';
import type { Target } from '../matrix.js';
import type { BuilderId } from '../names.js';

export type BuildPlace = {
  dir: string;
  out: string;
  target: Target;
  instrument: Instrument;
  needs: Record<string, string>;
};
/** `copies`: the build system writes into its source tree, so `build.ts` hands it a copy of it. */
export type Builder = {
  id: BuilderId;
  copies?: true;
  /** The tool without which it cannot start; compilers are asked for apart. `target` says which of several it takes. */
  missing(tools: Tools, target?: Target): Missing | undefined;
  commands(p: BuildPlace): Launch[];
};

const lacks = (tools: Tools, what: string, remedy: string): Missing | undefined =>
  tools[what] ? undefined : { what, why: `${what} is not installed`, remedy };

const jobs = String(cpus().length);
const flags = (p: BuildPlace): Record<string, string> => ({
  CC: p.instrument.cc,
  CXX: p.instrument.cxx,
  CFLAGS: p.instrument.cflags.join(' '),
  CXXFLAGS: p.instrument.cflags.join(' '),
  LDFLAGS: p.instrument.ldflags.join(' '),
});
const env = (p: BuildPlace): Record<string, string> => ({ ...flags(p), ...p.target.env });

const cmake: Builder = {
  id: 'cmake',
  missing: (tools, target) => {
    const cmake = lacks(tools, 'cmake', 'apt-get install -y cmake make');
    // What CMake drives is make, unless the target asks for something else.
    const other = target?.env['CMAKE_GENERATOR'] ?? target?.args.find((a) => a.startsWith('-G'));
    return cmake ?? (other === undefined ? lacks(tools, 'make', 'apt-get install -y make') : undefined);
  },
  commands: (p) => [
    {
      argv: [
        'cmake',
        '-S',
        p.dir,
        '-B',
        p.out,
        '-DCMAKE_BUILD_TYPE=None',
        `-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=${p.out}`,
        ...p.target.args,
      ],
      cwd: p.out,
      env: env(p),
    },
    { argv: ['cmake', '--build', p.out, '-j', jobs], cwd: p.out, env: env(p) },
  ],
};

/** Flags also go as words: a makefile that assigns CFLAGS itself overrides the environment, not the command line. */
const make: Builder = {
  id: 'make',
  copies: true,
  missing: (tools) => lacks(tools, 'make', 'apt-get install -y make'),
  commands: (p) => [
    {
      argv: [
        'make',
        '-j',
        jobs,
        ...Object.entries(flags(p)).map(([k, v]) => `${k}=${v}`),
        `OUT=${p.out}`,
        ...p.target.args,
      ],
      cwd: p.dir,
      env: env(p),
    },
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

/** The user's own line: `{cc} {cxx} {out} {dir}` inside words; `{cflags}` and `{ldflags}` as a whole word become many. */
const command: Builder = {
  id: 'command',
  copies: true,
  missing: () => undefined,
  commands: (p) => {
    const one: Record<string, string> = {
      cc: p.instrument.cc,
      cxx: p.instrument.cxx,
      out: p.out,
      dir: p.dir,
      ...p.needs,
    };
    const many: Record<string, string[]> = {
      '{cflags}': p.instrument.cflags,
      '{ldflags}': p.instrument.ldflags,
    };
    const argv = (p.target.command ?? []).flatMap(
      (w) => many[w] ?? [w.replace(/\{(\w+)\}/g, (all, k: string) => one[k] ?? all)],
    );
    return [{ argv: argv as [string, ...string[]], cwd: p.dir, env: env(p) }];
  },
};

export const BUILDERS: Record<BuilderId, Builder> = { cc, cmake, make, cargo, setuptools, nodegyp, command };
