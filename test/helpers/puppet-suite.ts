/** Cells whose programs are puppets (`test/puppet/planted`): real processes that do what a test says, and tell how they were armed. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Expectation } from '../../src/config/annotations.js';
import { parseMatrix } from '../../src/config/matrix.js';
import type { Runner } from '../../src/execute/runner.js';
import type { Host } from '../../src/host/probe.js';
import { makeCaches } from '../../src/process/caches.js';
import { makePlan, type Cell } from '../../src/plan/plan.js';
import { evidence } from './evidence.js';
import { madeHost, TOOLS } from './made-host.js';

const PUPPET = fileURLToPath(new URL('../puppet/planted', import.meta.url));
const RUST = fileURLToPath(new URL('../puppet/rustup', import.meta.url));

/**
 * A test of the puppet: its behaviour and the place of its bug. `slow`: its behaviour under full unwinding, if it
 * does not report the leak then.
 */
export type Case = {
  does:
    'nothing' | 'report' | 'report alone' | 'die' | 'leave' | 'leak' | 'hang' | 'no start' | 'fail slowly';
  line?: number;
  fn?: string;
  /** False if the stack of the leak is complete without full unwinding. */
  deep?: boolean;
  slow?: 'forgets' | 'leaves' | 'garbles' | 'is not noted';
};
export type Cases = Record<string, Case>;

export type PuppetSuite = {
  dir: string;
  runner(
    cell: string,
    listed: readonly string[],
    cases: Cases,
    expectations?: readonly Expectation[],
  ): Runner;
  /** One line per process that ran tests, in order. */
  launches(): string[];
  stop(): void;
  remove(): void;
};

const MATRIX = `version: 1
suites:
  - { id: h, binding: c, dir: ., role: hazard }
  - { id: k, binding: c, dir: ., role: canary }
  - { id: s, binding: c, dir: . }
  - { id: h, binding: py, dir: ., role: hazard }
  - { id: s, binding: py, dir: . }
  - { id: h, binding: node, dir: ., role: hazard }
  - { id: h, binding: jni, dir: ., role: hazard }
  - { id: k, binding: jni, dir: ., role: canary }
  - { id: h, binding: rs, dir: ., role: hazard }
gates: { asan: , ubsan: , memcheck: , plain: , miri: { seeds: 4 } }
`;

/** A directory with the puppet in every guise; cells of suites `h` (hazard), `k` (canary) and `s` (subject). */
export const makePuppetSuite = (): PuppetSuite => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-planted-'));
  const log = join(dir, 'launches');
  const at = (path: string): string => join(dir, path);
  for (const d of ['jdk/bin', 'jdk/include', 'bin', 'out/project', 'logs'])
    mkdirSync(at(d), { recursive: true });
  writeFileSync(at('jdk/include/jni.h'), '');
  for (const name of ['bin/planted', 'bin/python3', 'bin/node', 'bin/mvn', 'bin/valgrind', 'jdk/bin/java'])
    copyFileSync(PUPPET, at(name));
  copyFileSync(RUST, at('bin/rustup'));
  const tool = (path: string): { path: string; version: string } => ({ path: at(path), version: '21.0.0' });
  const tools: Host['tools'] = {
    ...TOOLS,
    python: { ...tool('bin/python3'), version: '3.11.2' },
    node: tool('bin/node'),
    java: tool('jdk/bin/java'),
    mvn: tool('bin/mvn'),
    valgrind: tool('bin/valgrind'),
    rustup: tool('bin/rustup'),
  };
  // Nothing to preload: the puppet is host and checker in one.
  const host = madeHost({
    tools,
    runtimes: Object.fromEntries(['asan', 'ubsan'].map((r) => [`gcc/${r}`, ''])),
  });
  const planned = (): Cell[] => {
    const { cells, skipped } = makePlan(parseMatrix(MATRIX, at('ffi-gates.yaml')), host);
    return [...cells, ...skipped.map((s) => s.cell)];
  };
  const abort = new AbortController();
  let runners = 0;
  return {
    dir,
    runner: (id, listed, cases, expectations = []) => {
      const cell = planned().find((c) => c.id === id);
      if (!cell) throw new Error(`no cell ${id}`);
      return {
        cell,
        options: {
          host,
          build: () => Promise.reject(new Error('nothing is built')),
          caches: makeCaches(),
          env: {
            PATH: process.env['PATH'] ?? '',
            PUPPET_LOG: log,
            PUPPET_CASES: JSON.stringify(cases),
            PUPPET_SEED: '2',
          },
          logs: at(`logs/${String(++runners)}`),
          kept: join(dir, 'kept'),
          signal: abort.signal,
          suppressions: {},
          expectations,
        },
        prepared: { dir, out: at('out'), targets: {}, env: {}, with: { program: at('bin/planted') } },
        instrument: cell.gate.instrument(host, cell.suite.binding, cell.compiler),
        evidence: {
          ...evidence(cell),
          listed: [...listed],
          wanted: [],
          attempts: [],
          seen: [],
          logs: [],
          products: [],
          copies: [],
          maps: new Set(),
          out: at('out'),
        },
        watch: new Set(),
        n: 0,
        preloads: [],
      };
    },
    launches: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    stop: () => abort.abort(),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
};
