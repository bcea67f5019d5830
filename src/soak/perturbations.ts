/** The perturbations by name: to which cells each applies, and what it does there for a seed. Pure. */
import { PERTURBATIONS, type Disturbance, type Perturbation } from '../model/disturbance.js';
import type { Matrix } from '../config/matrix.js';
import { FUZZING_GATES, type BindingId, type GateId } from '../model/ids.js';

/** The facts about a cell that matter here. */
export type Facts = {
  id: string;
  binding: BindingId;
  gate: GateId;
  /** The gate draws its own schedules from a seed. */
  seeded: boolean;
};

/** Gates that can delay the project's threads (`perturb` in the matrix). */
const DELAYS: readonly GateId[] = ['asan', 'tsan', 'helgrind', 'rstsan'];
/** Gates with a byte for blocks of the heap (`fill` in the matrix). */
const FILLS: readonly GateId[] = ['asan', 'goasan', 'rsasan', 'memcheck'];
/** Gates under which one thread runs at a time, and which can take turns fairly. */
const TURNS: readonly GateId[] = ['memcheck', 'helgrind'];
/** Gates without a heap of their own: glibc fills the blocks. */
const GLIBC: readonly GateId[] = ['plain', 'tsan', 'ubsan'];

/** Gates that draw inputs (`time` in the matrix). */
const FUZZES: readonly string[] = FUZZING_GATES;

const SHARES = [0.1, 0.3, 0.5] as const;
const BYTES = [0x00, 0xff, 0xa5, 0x7f] as const;

const pick = <T>(all: readonly [T, ...T[]], seed: number): T => all[seed % all.length]!;

type Kind = {
  /** In a sentence: what it changes. */
  says: string;
  /** Undefined where it would change nothing. */
  at(
    f: Facts,
    seed: number,
    cores: number,
  ): (Omit<Disturbance, 'env'> & { env?: Disturbance['env'] }) | undefined;
};

const KINDS: Readonly<Record<Perturbation, Kind>> = {
  none: { says: 'as a run does it', at: () => ({}) },
  seed: {
    says: 'seeds of hashes and of the tests’ own random numbers',
    at: ({ binding }, seed) => ({
      env: {
        FFI_GATES_SEED: String(seed),
        ...(binding === 'py' || binding === 'pyx' ? { PYTHONHASHSEED: String(seed) } : {}),
      },
    }),
  },
  cpus: {
    says: 'one processor, or two',
    at: (_f, seed, cores) => ({ cpus: Math.min(cores, 1 + (seed % 2)) }),
  },
  load: {
    says: 'other processes that keep the processors busy',
    at: (_f, seed, cores) => ({ load: cores * (1 + (seed % 2)) }),
  },
  order: { says: 'another order of the tests', at: (_f, seed) => ({ order: seed }) },
  schedule: {
    says: 'waits of the project’s threads, the gate’s own schedules, or another number of Go’s processors',
    at: ({ gate, binding, seeded }, seed, cores) => {
      if (seeded) return { seed };
      if (DELAYS.includes(gate)) return { seed, perturb: pick(SHARES, seed) };
      if (TURNS.includes(gate)) return { env: { VALGRIND_OPTS: '--fair-sched=yes' } };
      if (binding === 'go') return { env: { GOMAXPROCS: String(1 + (seed % (2 * cores))) } };
      return undefined;
    },
  },
  allocator: {
    says: 'another byte in fresh and freed blocks of the heap',
    at: ({ gate }, seed) => {
      const byte = pick(BYTES, seed);
      if (FILLS.includes(gate)) return { fill: byte };
      if (!GLIBC.includes(gate)) return undefined;
      // 0 would switch it off; the C library fills fresh blocks with the complement.
      return { env: { MALLOC_PERTURB_: String(byte || 0x01) } };
    },
  },
  fuzz: {
    says: 'other random inputs, for the time that the gate has',
    at: ({ gate }, seed) => (FUZZES.includes(gate) ? { seed } : undefined),
  },
  contain: {
    says: 'other requests that are lost, as many as the gate may lose',
    at: ({ gate }, seed) => (gate === 'contain' ? { seed } : undefined),
  },
};

/** What a perturbation does to a cell. Undefined where it does not apply. */
export const disturbanceOf = (
  name: Perturbation,
  facts: Facts,
  seed: number,
  cores: number,
): Disturbance | undefined => {
  const at = KINDS[name].at(facts, seed, cores);
  return at && { env: {}, ...at };
};

/** The perturbations of a cell, in the order in which its iterations take them. */
export const perturbationsOf = (facts: Facts, only?: readonly Perturbation[]): Perturbation[] =>
  PERTURBATIONS.filter(
    (name) => (!only || only.includes(name)) && disturbanceOf(name, facts, 0, 1) !== undefined,
  );

/** What a perturbation changes, in a few words. */
export const saysOf = (name: Perturbation): string => KINDS[name].says;

/** The matrix of one iteration: the gate with the disturbance's settings. */
export const disturbed = (m: Matrix, gate: GateId, { perturb, fill, env }: Disturbance): Matrix => {
  const usual = m.gates[gate];
  return {
    ...m,
    gates: {
      ...m.gates,
      [gate]: {
        ...usual,
        ...(perturb === undefined ? {} : { perturb }),
        ...(fill === undefined ? {} : { fill }),
        env: { ...usual?.env, ...env },
      },
    },
  };
};
