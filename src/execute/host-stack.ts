/**
 * The host's own lines in a sanitizer's report: `plugins/preload/hoststack.c` asks for them when a report is complete,
 * `hosttsan.c` when the host calls. Both are compiled where they run with the headers of the host. They only explain: without
 * them the gate sees as much, and the cell says why its reports lack lines of the host.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jdkHome } from '../bindings/jni/jdk.js';
import { nodeHeaders } from '../bindings/node/addon.js';
import { interpreter } from '../bindings/python/pytest.js';
import type { BindingId } from '../model/ids.js';
import type { Arm, Compiler } from '../model/launch.js';
import type { BuildAccess } from '../build/prepare-suite.js';
import type { Cell } from '../plan/plan.js';
import { buildPreload, type PreloadInputs } from './preload.js';

const SOURCES = fileURLToPath(new URL('../../plugins/preload/', import.meta.url));
const NODE_SOURCE = join(SOURCES, 'hoststack-node.cc');
const PYTHON_SOURCE = join(SOURCES, 'hoststack-python.c');

/** What the library calls the host of a binding. */
const HOSTS: Partial<Record<BindingId, 'python' | 'jvm' | 'mono' | 'node'>> = {
  py: 'python',
  pyx: 'python',
  jni: 'jvm',
  net: 'mono',
  node: 'node',
};

/** Calls into V8 are bound when they are made: the library also enters processes without it. */
const LAZY = '-Wl,-z,lazy';

const jvmInputs: PreloadInputs = (host) => {
  const include = join(jdkHome(host.tools), 'include');
  return {
    facts: [include, host.tools['java']],
    flags: ['-DHOST_STACK_JVM', `-I${include}`, `-I${join(include, 'linux')}`],
    commands: [],
  };
};

const nodeInputs =
  (cxx: string, include: string): PreloadInputs =>
  (host, _cc, out) => {
    const object = join(out, 'node.o');
    const flags = ['-O2', '-g', '-fPIC', '-std=c++20', '-fno-exceptions', '-fno-rtti', `-I${include}`];
    return {
      facts: [include, host.tools['node']],
      flags: ['-DHOST_STACK_NODE', LAZY],
      objects: [object],
      commands: [{ argv: [cxx, ...flags, '-c', '-o', object, NODE_SOURCE], cwd: out, env: {} }],
    };
  };

/** A command of a compiler, with the directories of the headers of the Python that runs it. */
const WITH_HEADERS = `import os, sys, sysconfig
paths = {sysconfig.get_path(name) for name in ("include", "platinclude")}
os.execvp(sys.argv[1], sys.argv[1:] + ["-I" + path for path in sorted(paths)])`;

const pythonInputs: PreloadInputs = (host, cc, out) => {
  const object = join(out, 'python.o');
  const python = interpreter(host.tools);
  const compile = [cc, '-O2', '-g', '-fPIC', '-c', '-o', object, PYTHON_SOURCE];
  return {
    facts: [host.tools['python']],
    flags: ['-DHOST_STACK_PYTHON'],
    objects: [object],
    commands: [{ argv: [python, '-c', WITH_HEADERS, ...compile], cwd: out, env: {} }],
  };
};

/** What the library needs to ask the host of a binding, or what is missing for it. */
const inputsFor = (
  { host }: BuildAccess,
  binding: BindingId,
  compiler: Compiler,
): { inputs?: PreloadInputs } | { lacks: string } => {
  if (binding === 'jni') {
    const header = join(jdkHome(host.tools), 'include', 'jvmti.h');
    return existsSync(header) ? { inputs: jvmInputs } : { lacks: 'the JDK has no jvmti.h' };
  }
  if (binding !== 'node') return {};
  const prefix = nodeHeaders(host.tools);
  const include = prefix === undefined ? undefined : join(prefix, 'include', 'node');
  const name = compiler === 'clang' ? 'clang++' : 'g++';
  const cxx = host.tools[name]?.path;
  if (include === undefined || !existsSync(join(include, 'v8.h')))
    return { lacks: "Node's headers lack v8.h" };
  return cxx === undefined ? { lacks: `${name} is not installed` } : { inputs: nodeInputs(cxx, include) };
};

/** The library, and whether it can note which lines of the host allocated a block. */
export type HostStackLibrary = { path: string; tracesBlocks: boolean };

/**
 * Compiles the library for the launches of a cell, or says why reports will lack lines of the host. Undefined if the gate
 * does not ask for them.
 */
export const buildHostStack = async (
  options: BuildAccess,
  { gate, suite, compiler }: Cell,
): Promise<HostStackLibrary | { lacks: string } | undefined> => {
  if (gate.hostStacks?.(suite.binding) !== true && gate.asksForLines?.(suite.binding) !== true)
    return undefined;
  const needs = inputsFor(options, suite.binding, compiler);
  if ('lacks' in needs) return needs;
  const { inputs } = needs;
  const isPython = HOSTS[suite.binding] === 'python';
  const name = gate.asksAtCalls ? 'hosttsan' : 'hoststack';
  const library = await buildPreload(options, compiler, name, isPython ? pythonInputs : inputs);
  // Without its headers CPython still answers from within any report, which shows one line at least.
  if (!('failed' in library)) return { ...library, tracesBlocks: !gate.asksAtCalls };
  const plain = isPython ? await buildPreload(options, compiler, 'hoststack', inputs) : library;
  return 'failed' in plain ? { lacks: plain.failed } : { ...plain, tracesBlocks: false };
};

/** The launch with the name of its host for the library, which notes all blocks of the project if the launch `traces`. */
export const withHostStack = (arm: Arm, binding: BindingId, traces: boolean): Arm => ({
  ...arm,
  env: {
    ...arm.env,
    FFI_GATES_HOST_STACK: HOSTS[binding]!,
    ...(traces ? { FFI_GATES_HOST_BLOCKS: '1' } : {}),
  },
});
