/**
 * `ffi-gates doctor`: what works on this machine, and how to get the rest. Judges a probed host and starts
 * nothing.
 */
import { TRAPS } from './traps.js';
import type { Diagnosis } from './diagnosis.js';
import type { Compiler, Missing } from '../model/launch.js';
import { TOOLS_OF } from '../judge/blame.js';
import type { Proven } from '../config/shipped-tables.js';
import { BUILDERS } from '../builders/index.js';
import { type Gate } from '../gates/gate.js';
import { missingCxx } from '../gates/toolchain.js';
import type { Host } from '../host/probe.js';
import { missingOn } from '../host/unknown.js';
import { BINDING_IDS, BUILDER_IDS, GATE_IDS } from '../model/ids.js';
import { GATES } from '../gates/index.js';
import { BINDINGS } from '../bindings/index.js';

const versions = (host: Host, tools: readonly string[]): { version?: string } => {
  const found = tools.flatMap((t) => (host.tools[t] ? [`${t} ${host.tools[t].version}`] : []));
  return found.length ? { version: found.join(', ') } : {};
};

/** What gave no answer is something to watch: it may be there. */
const stateOf = (lacks: Missing): Diagnosis['state'] => (lacks.unknown ? 'warn' : 'missing');

const bindingRows = (host: Host): Diagnosis[] =>
  BINDING_IDS.map((id): Diagnosis => {
    const { title } = BINDINGS[id];
    const lacks = missingOn(host, (h) => BINDINGS[id].missing(h.tools));
    const subject = `binding ${id}`;
    if (lacks)
      return {
        subject,
        state: stateOf(lacks),
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

/** The tools whose versions are shown with a builder. Compilers have rows of their own. */
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
    const lacks = missingOn(host, (h) => BUILDERS[id].missing(h.tools));
    if (lacks) return { subject, state: stateOf(lacks), says: lacks.why, remedy: lacks.remedy };
    const words = { cc: 'the compilers above', command: 'the matrix names its own command' } as const;
    const says = id === 'cc' || id === 'command' ? words[id] : 'builds native code';
    return { subject, state: 'ok', ...versions(host, TOOLS_OF_BUILDER[id]), says };
  });

/**
 * Runtimes that the gates preload, by compiler. A compiler without them builds programs that cannot be
 * loaded.
 */
const RUNTIMES: Record<Compiler, string[]> = {
  gcc: ['asan', 'tsan', 'ubsan'],
  clang: ['asan', 'tsan', 'ubsan'],
};

const compilerRows = (host: Host): Diagnosis[] =>
  (['gcc', 'clang'] as const).map((c): Diagnosis => {
    const subject = `compiler ${c}`;
    const lacks = missingOn(host, (h) => GATES.asan.missing(h, 'c', c));
    const tool = host.tools[c];
    if (!tool)
      return {
        subject,
        state: lacks ? stateOf(lacks) : 'missing',
        says: lacks?.why ?? `${c} is not installed`,
        ...(lacks ? { remedy: lacks.remedy } : {}),
      };
    if (lacks?.unknown)
      return { subject, state: 'warn', version: tool.version, says: lacks.why, remedy: lacks.remedy };
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
        says: `${c} is installed, but not its shared runtime for ${absent.join(', ')}`,
        remedy,
      };
    const cxx = missingOn(host, (h) => missingCxx(h, c));
    if (cxx)
      return {
        subject,
        state: 'warn',
        version: tool.version,
        says: `${cxx.unknown ? cxx.why : `${cxx.what} is not installed`}: lanes with C++ sources are skipped`,
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
        says: 'no llvm-symbolizer beside it: stacks have no line numbers',
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
    const m = missingOn(host, (h) => gate.missing(h, binding, c));
    return m ? [{ c, m }] : [];
  });
  const first = lacks[0];
  if (!first) return { subject, state: 'ok', ...versions(host, gate.tools ?? []), says: gate.title };
  if (lacks.length === gate.compilers.length)
    return {
      subject,
      state: stateOf(first.m),
      says: `${gate.title}: ${first.m.why}`,
      remedy: first.m.remedy,
    };
  return {
    subject,
    state: 'warn',
    says: `${gate.title}: not with ${first.c} (${first.m.why})`,
    remedy: first.m.remedy,
  };
};

/**
 * Compares the versions here with those that caught all planted hazards. Tools that were never measured have
 * no row.
 */
const provenRows = (host: Host, proven: Proven): Diagnosis[] => {
  const subject = 'proven versions';
  const here = Object.entries(proven).flatMap(([tool, others]) => {
    const version = host.tools[tool]?.version;
    return version === undefined ? [] : [{ text: `${tool} ${version}`, tool, version, others }];
  });
  const [fine, strange] = [true, false].map((ok) => here.filter((t) => t.others.includes(t.version) === ok));
  const says = 'every planted hazard was caught and every twin was silent with these versions';
  return [
    ...(fine?.length
      ? [{ subject, state: 'ok' as const, version: fine.map((t) => t.text).join(', '), says }]
      : []),
    ...(strange ?? []).map(({ text, tool, others }): Diagnosis => ({
      subject: `version of ${tool}`,
      state: 'warn',
      version: text,
      says: `the fixtures are known to pass only with ${others.join(', ')}`,
      remedy: 'to test this version: npx ffi-gates run, in a checkout of ffi-gates',
    })),
  ];
};

/**
 * The diagnosis of this machine: compilers, builders, bindings, gates, traps of the system, and its versions
 * compared with the `proven` ones.
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

/** One line per row, its remedy on the next line, and a last line with counts. */
export const renderDoctor = (all: readonly Diagnosis[]): string[] => {
  const width = Math.max(0, ...all.map((d) => d.subject.length));
  const lines = all.flatMap((d) => {
    const line = `${MARK[d.state]} ${d.subject.padEnd(width)}  ${d.says}${d.version ? ` [${d.version}]` : ''}`;
    return d.remedy ? [line, `  ${' '.repeat(width)}  → ${d.remedy}`] : [line];
  });
  const count = (s: Diagnosis['state']): number => all.filter((d) => d.state === s).length;
  return [...lines, `${count('ok')} ok, ${count('warn')} to watch, ${count('missing')} missing`];
};
