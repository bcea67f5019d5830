import { expect, test } from 'vitest';
import { diagnose, renderDoctor } from '../../src/setup/doctor.js';
import type { Diagnosis } from '../../src/setup/diagnosis.js';
import type { Host } from '../../src/host/probe.js';
import { BINDING_IDS, BUILDER_IDS, GATE_IDS } from '../../src/model/ids.js';
import { madeHost, without } from '../helpers/made-host.js';

const of = (host: Host, subject: string): Diagnosis => {
  const row = diagnose(host).find((d) => d.subject === subject);
  if (!row) throw new Error(`no row ${subject}`);
  return row;
};

test('every gate and every binding has a row, and whatever is missing has a remedy', () => {
  for (const host of [madeHost(), without('gcc', 'clang', 'go', 'python', 'cargo', 'valgrind')]) {
    const subjects = diagnose(host).map((d) => d.subject);
    for (const g of GATE_IDS) expect(subjects).toContain(`gate ${g}`);
    for (const b of BUILDER_IDS) expect(subjects).toContain(`builder ${b}`);
    for (const b of BINDING_IDS) expect(subjects).toContain(`binding ${b}`);
    expect(new Set(subjects).size).toBe(subjects.length);
  }
  const bare = without('gcc', 'g++', 'clang', 'go', 'python', 'cargo', 'valgrind');
  for (const d of diagnose(bare)) if (d.state === 'missing') expect(d.remedy, d.subject).toMatch(/\S/);
});

test('a compiler without its runtime is missing, and its gates say so', () => {
  const host = madeHost({
    runtimes: { 'clang/asan': '/x', 'clang/tsan': '/x', 'clang/ubsan': '/x', 'clang/stdcxx': '/x' },
  });
  expect(of(host, 'compiler gcc')).toMatchObject({ state: 'missing', version: '12.2.0' });
  expect(of(host, 'compiler gcc').says).toContain('asan, tsan, ubsan');
  expect(of(host, 'compiler clang').state).toBe('ok');
  expect(of(host, 'gate asan')).toMatchObject({ state: 'warn' });
  expect(of(host, 'gate goasan').state).toBe('missing');
});

test('a build system that is missing has a row, and a compiler without its C++ half is one to watch', () => {
  expect(of(without('make'), 'builder make')).toMatchObject({ state: 'missing', remedy: expect.any(String) });
  expect(of(without('make'), 'builder cmake').says).toContain('make is not installed');
  expect(of(without('g++'), 'compiler gcc')).toMatchObject({
    state: 'warn',
    remedy: 'apt-get install -y g++',
  });
});

test('the remedy for clang names the release that is installed', () => {
  expect(of(madeHost({ runtimes: {} }), 'compiler clang').remedy).toContain('libclang-rt-19-dev');
});

test('Miri absent: the exact lines to get it', () => {
  expect(of(madeHost({ miri: false }), 'gate miri').remedy).toBe(
    'rustup toolchain install nightly && rustup +nightly component add miri rust-src && cargo +nightly miri setup',
  );
});

test.each<[string, Partial<Host>, string, Diagnosis['state'], RegExp | undefined]>([
  ['32 random bits, setarch allowed', { mmapRndBits: 32 }, 'address space', 'ok', undefined],
  [
    '32 random bits, setarch forbidden',
    { mmapRndBits: 32, setarch: false },
    'address space',
    'warn',
    /sysctl -w vm\.mmap_rnd_bits=28/,
  ],
  ['ptrace filtered', { ptrace: false, seccomp: true }, 'ptrace', 'missing', /SYS_PTRACE/],
  ['ptrace forbidden by Yama', { ptrace: false }, 'ptrace', 'missing', /yama/],
  ['a filter that lets ptrace through', { seccomp: true }, 'ptrace', 'ok', undefined],
  ['a limit of 2^30 files', { openFiles: 2 ** 30 }, 'open files', 'warn', /ulimit -n/],
  ['a limit of 2^20 files', { openFiles: 2 ** 20 }, 'open files', 'ok', undefined],
  [
    'logs that cannot be written',
    { logs: { dir: '/ro', writable: false } },
    'log directory',
    'missing',
    /--out/,
  ],
])('%s', (_name, changes, subject, state, remedy) => {
  const row = of(madeHost(changes), subject);
  expect(row.state).toBe(state);
  if (remedy) expect(row.remedy).toMatch(remedy);
  else expect(row.remedy).toBeUndefined();
});

test('a shim is named together with the interpreter that is started instead', () => {
  const row = of(madeHost({ shims: { python: '/home/u/.pyenv/shims/python3' } }), 'interpreters');
  expect(row.says).toContain('/home/u/.pyenv/shims/python3');
  expect(row.says).toContain('/usr/bin/python3.11');
});

test('drawn with marks, remedies below and a count at the end', () => {
  expect(
    renderDoctor([
      { subject: 'gate asan', state: 'ok', version: '12', says: 'AddressSanitizer' },
      { subject: 'go', state: 'missing', says: 'not here', remedy: 'get it' },
      { subject: 'open files', state: 'warn', says: 'too many' },
    ]),
  ).toEqual([
    '✓ gate asan   AddressSanitizer [12]',
    '✗ go          not here',
    '              → get it',
    '! open files  too many',
    '1 ok, 1 to watch, 1 missing',
  ]);
});
