/** What works on this machine and how to get the rest: `ffi-gates doctor`. Judges a probed host; starts nothing. */
import type { Missing } from '../bindings/binding.js';
import { TOOLS_OF, type Proven } from '../judge/blame.js';
import { BUILDERS } from '../builders/index.js';
import { missingCxx, type Compiler, type Gate } from '../gates/gate.js';
import type { Host } from '../host/probe.js';
import { BINDING_IDS, BUILDER_IDS, GATE_IDS } from '../model/ids.js';
import { BINDINGS, GATES } from '../gates/index.js';

export type Diagnosis = {
  /** `gate asan`, `binding py`, `compiler gcc`, or the name of a trap. */
  subject: string;
  /** `warn`: it works in part, or will bite under a named condition. */
  state: 'ok' | 'missing' | 'warn';
  version?: string;
  says: string;
  /** A command or a change; absent when there is nothing to do. */
  remedy?: string;
};

/** Above this, Valgrind's table of descriptors alone takes minutes or all memory (containers often set 2^30). */
const MOST_FILES = 1 << 20;
/** The sanitizers of gcc up to 13 and clang up to 17 find no room for their shadow with more random bits than this. */
const MOST_RANDOM_BITS = 28;

const versions = (host: Host, tools: readonly string[]): { version?: string } => {
  const found = tools.flatMap((t) => (host.tools[t] ? [`${t} ${host.tools[t].version}`] : []));
  return found.length ? { version: found.join(', ') } : {};
};

const bindingRows = (host: Host): Diagnosis[] =>
  BINDING_IDS.map((id): Diagnosis => {
    const { title } = BINDINGS[id];
    const lacks = BINDINGS[id].missing(host.tools);
    const subject = `binding ${id}`;
    if (lacks)
      return {
        subject,
        state: 'missing',
        says: `${title}: needs ${lacks.what} (${lacks.why})`,
        remedy: lacks.remedy,
      };
    return {
      subject,
      state: 'ok',
      ...versions(host, id === 'c' ? ['gcc', 'clang'] : TOOLS_OF[id]),
      says: title,
    };
  });

/** The tools whose versions are worth a word beside a builder; compilers have rows of their own. */
const TOOLS_OF_BUILDER: Record<(typeof BUILDER_IDS)[number], string[]> = {
  cc: [],
  cmake: ['cmake', 'make'],
  make: ['make'],
  autotools: ['make', 'autoreconf', 'libtoolize'],
  meson: ['meson', 'ninja'],
  cargo: ['cargo'],
  setuptools: ['setuptools'],
  nodegyp: ['npm'],
  command: [],
};

const builderRows = (host: Host): Diagnosis[] =>
  BUILDER_IDS.map((id): Diagnosis => {
    const subject = `builder ${id}`;
    const lacks = BUILDERS[id].missing(host.tools);
    if (lacks) return { subject, state: 'missing', says: lacks.why, remedy: lacks.remedy };
    const words = { cc: 'the compilers above', command: 'the matrix names its own command' } as const;
    const says = id === 'cc' || id === 'command' ? words[id] : 'builds native code';
    return { subject, state: 'ok', ...versions(host, TOOLS_OF_BUILDER[id]), says };
  });

/** Runtimes that the gates preload, by compiler. A compiler without them builds, and then nothing loads. */
const RUNTIMES: Record<Compiler, string[]> = {
  gcc: ['asan', 'tsan', 'ubsan'],
  clang: ['asan', 'tsan', 'ubsan'],
};

const compilerRows = (host: Host): Diagnosis[] =>
  (['gcc', 'clang'] as const).map((c): Diagnosis => {
    const subject = `compiler ${c}`;
    const lacks = GATES.asan.missing(host, 'c', c);
    const tool = host.tools[c];
    if (!tool)
      return {
        subject,
        state: 'missing',
        says: lacks?.why ?? `${c} is not installed`,
        ...(lacks ? { remedy: lacks.remedy } : {}),
      };
    const absent = RUNTIMES[c].filter((r) => !host.runtimes[`${c}/${r}`]);
    const remedy =
      c === 'gcc'
        ? 'apt-get install -y gcc g++ libc6-dev'
        : `apt-get install -y libclang-rt-${tool.version.split('.')[0]}-dev llvm-${tool.version.split('.')[0]}`;
    if (absent.length)
      return {
        subject,
        state: 'missing',
        version: tool.version,
        says: `${c} is here, but not the shared runtime of ${absent.join(', ')}`,
        remedy,
      };
    const cxx = missingCxx(host, c);
    if (cxx)
      return {
        subject,
        state: 'warn',
        version: tool.version,
        says: `${cxx.what} is not installed: lanes with C++ sources are skipped`,
        remedy: cxx.remedy,
      };
    if (!host.runtimes[`${c}/stdcxx`])
      return {
        subject,
        state: 'warn',
        version: tool.version,
        says: 'no libstdc++ to preload: C++ exceptions abort under a sanitizer',
        remedy: 'apt-get install -y g++',
      };
    if (c === 'clang' && !host.symbolizer)
      return {
        subject,
        state: 'warn',
        version: tool.version,
        says: 'no llvm-symbolizer beside it: stacks have no lines',
        remedy,
      };
    return {
      subject,
      state: 'ok',
      version: tool.version,
      says: `compiler and runtimes of ${RUNTIMES[c].join(', ')}`,
    };
  });

const gateRow = (host: Host, gate: Gate): Diagnosis => {
  const subject = `gate ${gate.id}`;
  const binding = BINDING_IDS.find((b) => gate.unfit(b) === undefined);
  if (!binding) return { subject, state: 'missing', says: `${gate.title}: fits no binding` };
  const lacks = gate.compilers.flatMap((c): { c: Compiler; m: Missing }[] => {
    const m = gate.missing(host, binding, c);
    return m ? [{ c, m }] : [];
  });
  const first = lacks[0];
  if (!first) return { subject, state: 'ok', ...versions(host, gate.tools ?? []), says: gate.title };
  if (lacks.length === gate.compilers.length)
    return { subject, state: 'missing', says: `${gate.title}: ${first.m.why}`, remedy: first.m.remedy };
  return {
    subject,
    state: 'warn',
    says: `${gate.title}: not with ${first.c} (${first.m.why})`,
    remedy: first.m.remedy,
  };
};

type Trap = (host: Host) => Diagnosis;

const randomBits: Trap = (host) => {
  const subject = 'address space';
  const bits = host.mmapRndBits;
  if (bits === undefined)
    return {
      subject,
      state: 'warn',
      says: 'vm.mmap_rnd_bits cannot be read here; a sanitizer may find no room for its shadow',
    };
  if (bits <= MOST_RANDOM_BITS)
    return {
      subject,
      state: 'ok',
      version: `${bits} bits`,
      says: 'vm.mmap_rnd_bits leaves room for shadow memory',
    };
  const sysctl = `sysctl -w vm.mmap_rnd_bits=${MOST_RANDOM_BITS}`;
  return host.setarch
    ? {
        subject,
        state: 'ok',
        version: `${bits} bits`,
        says: 'vm.mmap_rnd_bits is high; sanitizers are started with setarch -R, which is allowed here',
      }
    : {
        subject,
        state: 'warn',
        version: `${bits} bits`,
        says: 'vm.mmap_rnd_bits is high and setarch -R is forbidden: sanitizers may die at start',
        remedy: `${sysctl}  # or allow personality(2) in the container`,
      };
};

const ptrace: Trap = (host) => {
  const filter = host.seccomp ? ' (a seccomp filter is on)' : '';
  if (host.ptrace)
    return { subject: 'ptrace', state: 'ok', says: `LeakSanitizer may trace its own process${filter}` };
  const remedy = host.seccomp
    ? 'docker run --cap-add=SYS_PTRACE --security-opt seccomp=unconfined'
    : 'sysctl -w kernel.yama.ptrace_scope=1';
  return {
    subject: 'ptrace',
    state: 'missing',
    says: `LeakSanitizer may not trace its own process${filter}: every leak-checked process fails at exit`,
    remedy,
  };
};

const openFiles: Trap = (host) => {
  const n = host.openFiles;
  const version = n === undefined ? {} : { version: `${n} files` };
  return n === undefined || n > MOST_FILES
    ? {
        subject: 'open files',
        state: 'warn',
        ...version,
        says: 'the limit of open files is so high that Valgrind may hang or run out of memory at start',
        remedy: 'ulimit -n 65536',
      }
    : {
        subject: 'open files',
        state: 'ok',
        ...version,
        says: 'the limit is one that Valgrind can live with',
      };
};

const shim: Trap = (host) => {
  const script = host.shims['python'];
  const real = host.tools['python'];
  if (!script || !real)
    return { subject: 'interpreters', state: 'ok', says: 'python3 on the PATH is no script' };
  return {
    subject: 'interpreters',
    state: 'ok',
    version: real.version,
    says: `python3 on the PATH is a script (${script}); ${real.path} is started instead, so that no gate checks a shell`,
  };
};

const logs: Trap = ({ logs: { dir, writable } }) =>
  writable
    ? { subject: 'log directory', state: 'ok', says: `${dir} can be written` }
    : {
        subject: 'log directory',
        state: 'missing',
        says: `${dir} cannot be written: sanitizers would lose their reports without a word`,
        remedy: 'run with --out DIR',
      };

const TRAPS: readonly Trap[] = [randomBits, ptrace, openFiles, shim, logs];

/** How the versions here stand to those with which all planted hazards were caught; what nobody measured has no row. */
const provenRows = (host: Host, proven: Proven): Diagnosis[] => {
  const subject = 'proven versions';
  const here = Object.entries(proven).flatMap(([tool, others]) => {
    const version = host.tools[tool]?.version;
    return version === undefined ? [] : [{ text: `${tool} ${version}`, tool, version, others }];
  });
  const [fine, strange] = [true, false].map((ok) => here.filter((t) => t.others.includes(t.version) === ok));
  const says = 'every planted hazard was caught and every twin was silent with these';
  return [
    ...(fine?.length
      ? [{ subject, state: 'ok' as const, version: fine.map((t) => t.text).join(', '), says }]
      : []),
    ...(strange ?? []).map(({ text, tool, others }): Diagnosis => ({
      subject: `version of ${tool}`,
      state: 'warn',
      version: text,
      says: `the planted hazards were run to a green end with ${others.join(', ')} only`,
      remedy: 'npx ffi-gates run, in a checkout of ffi-gates, shows whether they are caught with it',
    })),
  ];
};

/**
 * Everything this machine can and cannot do: compilers, builders, bindings, gates, the traps of the system, then its versions
 * beside the `proven` ones.
 */
export const diagnose = (host: Host, proven: Proven = {}): Diagnosis[] => [
  ...compilerRows(host),
  ...builderRows(host),
  ...bindingRows(host),
  ...GATE_IDS.map((id) => gateRow(host, GATES[id])),
  ...TRAPS.map((trap) => trap(host)),
  ...provenRows(host, proven),
];

const MARK: Record<Diagnosis['state'], string> = { ok: '✓', missing: '✗', warn: '!' };

/** One line each, its remedy on a line below, and a last line that counts. */
export const renderDoctor = (all: readonly Diagnosis[]): string[] => {
  const width = Math.max(0, ...all.map((d) => d.subject.length));
  const lines = all.flatMap((d) => {
    const line = `${MARK[d.state]} ${d.subject.padEnd(width)}  ${d.says}${d.version ? ` [${d.version}]` : ''}`;
    return d.remedy ? [line, `  ${' '.repeat(width)}  → ${d.remedy}`] : [line];
  });
  const count = (s: Diagnosis['state']): number => all.filter((d) => d.state === s).length;
  return [...lines, `${count('ok')} ok, ${count('warn')} to watch, ${count('missing')} missing`];
};
