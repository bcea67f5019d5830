/**
 * A machine is asked only for the toolchains that the bindings and builders of a matrix name. What they read of others would be
 * missing there without a word.
 */
import { describe, expect, test } from 'vitest';
import { BINDINGS } from '../../src/bindings/index.js';
import { BUILDERS } from '../../src/builders/index.js';
import { toolchainsFor } from '../../src/cli/probe.js';
import { GATES } from '../../src/gates/index.js';
import { TOOLCHAINS, toolsOf, type Toolchain } from '../../src/host/tools.js';
import { NO_HOST, type Host } from '../../src/host/probe.js';
import type { Matrix } from '../../src/config/matrix.js';
import type { Tools } from '../../src/model/launch.js';

const OF = new Map(TOOLCHAINS.flatMap((t) => toolsOf(t).map((tool) => [tool, t] as const)));

/** A machine that has everything, and the toolchains that were read from it. */
const watched = (): { host: Host; read: Set<Toolchain> } => {
  const read = new Set<Toolchain>();
  const tools = new Proxy<Tools>(
    {},
    {
      get: (_, name) => {
        const toolchain = OF.get(String(name));
        if (toolchain) read.add(toolchain);
        return { path: `/usr/bin/${String(name)}`, version: '1.0' };
      },
    },
  );
  return { host: { ...NO_HOST, tools, nightly: true, miri: true, rustSrc: true }, read };
};

const SETTINGS = [{}, { fuzz: true }, { foreign: 'koffi' }, { framework: 'dotnet' }, { jna: true }];

describe('what is read of the machine is of a toolchain that is named', () => {
  test.each(Object.values(BINDINGS))('by binding $id, and by each gate for it', (binding) => {
    const { host, read } = watched();
    for (const settings of SETTINGS) binding.missing(host.tools, settings);
    for (const gate of Object.values(GATES))
      for (const compiler of gate.compilers) {
        if (gate.unfit(binding.id) !== undefined) continue;
        gate.missing(host, binding.id, compiler);
        gate.instrument(host, binding.id, compiler);
      }
    expect([...read].filter((t) => !binding.toolchains?.includes(t))).toEqual([]);
  });
  test.each(Object.values(BUILDERS))('by builder $id', (builder) => {
    const { host, read } = watched();
    builder.missing(host.tools, { builder: builder.id, args: [], env: {} } as never);
    expect([...read].filter((t) => !builder.toolchains?.includes(t))).toEqual([]);
  });
});

test('a matrix needs what its suites and targets need, and no more', () => {
  const matrix = (binding: string, builder: string): Matrix =>
    ({ suites: [{ binding }], targets: { t: { builder } } }) as unknown as Matrix;
  expect([...toolchainsFor(matrix('c', 'cmake'))]).toEqual([]);
  expect([...toolchainsFor(matrix('jni', 'cargo'))].sort()).toEqual(['jvm', 'rust']);
});
