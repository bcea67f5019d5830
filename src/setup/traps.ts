/** Conditions of a machine that silently spoil checks. */
import type { Host } from '../host/probe.js';
import type { Diagnosis } from './diagnosis.js';

/**
 * Above this, Valgrind's table of descriptors alone takes minutes or all memory (containers often set 2^30).
 */
const MOST_FILES = 1 << 20;

/**
 * With more random bits, sanitizers of gcc up to 13 and clang up to 17 find no room for their shadow memory.
 */
const MOST_RANDOM_BITS = 28;

type Trap = (host: Host) => Diagnosis;

const randomBits: Trap = (host) => {
  const subject = 'address space';
  const bits = host.mmapRndBits;
  if (bits === undefined)
    return {
      subject,
      state: 'warn',
      says: 'vm.mmap_rnd_bits cannot be read here; a sanitizer may find no room for its shadow memory',
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
    return { subject: 'ptrace', state: 'ok', says: `LeakSanitizer can trace its own process${filter}` };
  const remedy = host.seccomp
    ? 'docker run --cap-add=SYS_PTRACE --security-opt seccomp=unconfined'
    : 'sysctl -w kernel.yama.ptrace_scope=1';
  return {
    subject: 'ptrace',
    state: 'missing',
    says: `LeakSanitizer cannot trace its own process${filter}: every leak-checked process fails at exit`,
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
        says: 'the limit is low enough for Valgrind',
      };
};

const shim: Trap = (host) => {
  const script = host.shims['python'];
  const real = host.tools['python'];
  if (!script || !real)
    return { subject: 'interpreters', state: 'ok', says: 'python3 on the PATH is not a script' };
  return {
    subject: 'interpreters',
    state: 'ok',
    version: real.version,
    says: `python3 on the PATH is a script (${script}); ${real.path} is started instead, so that gates do not check a shell`,
  };
};

const logs: Trap = ({ logs: { dir, writable } }) =>
  writable
    ? { subject: 'log directory', state: 'ok', says: `${dir} can be written` }
    : {
        subject: 'log directory',
        state: 'missing',
        says: `${dir} cannot be written: sanitizers would silently lose their reports`,
        remedy: 'run with --out DIR',
      };

export const TRAPS: readonly Trap[] = [randomBits, ptrace, openFiles, shim, logs];
