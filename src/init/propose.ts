/** From a tree to a matrix: every detector's finds, with ids, and suites joined with the targets that they load. Pure. */
import type { GateId } from '../model/ids.js';
import type { Gate } from '../gates/gate.js';
import { GATES } from '../gates/index.js';
import { isFuzzing } from '../model/fuzz-plan.js';
import { findDotnet } from './dotnet.js';
import { findErrorResults } from './error-results/index.js';
import { withFuzzTargets } from './fuzz-targets.js';
import { findGo } from './go.js';
import { onlyLoads, type Found, type SuiteIdea, type TargetIdea } from './proposal.js';
import { findJvm } from './jvm.js';
import { findNative } from './native.js';
import { findNode } from './node.js';
import { findPython } from './python.js';
import { findRust } from './rust.js';
import { within, type Tree } from './tree.js';

export type ProposedTarget = TargetIdea & { id: string };
export type ProposedSuite = SuiteIdea & {
  id: string;
  targets: string[];
  guessed: boolean;
  /** The only gates that see anything in it. */
  gates?: GateId[];
};
export type Proposal = {
  targets: ProposedTarget[];
  suites: ProposedSuite[];
  gates: { id: GateId; on: boolean; why: string }[];
  /** Objects of the system that are under test. */
  own: string[];
  /** What was seen and not understood, one sentence each. */
  unclear: string[];
  /** What was looked for in vain, of interest where nothing is proposed. */
  unfound?: string[];
};

/** What a cell id can carry: lower-case letters and digits. */
const idOf = (name: string, taken: (id: string) => boolean): string => {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '') || 'native';
  let id = plain;
  for (let n = 2; taken(id); n++) id = `${plain}${n}`;
  return id;
};

/** Gates that only C compilers build in. Rust has no UBSan, and its TSan needs a standard library with it. */
const C_ONLY: ReadonlySet<GateId> = new Set(['ubsan', 'tsan']);

/** Gates that are compiled into native code see nothing of what others have compiled. */
const isBlind = (id: GateId, s: SuiteIdea): boolean =>
  (s.prebuilt === true && GATES[id].hook !== undefined) || (s.rust === true && C_ONLY.has(id));

const isTargets = (s: SuiteIdea): boolean => isFuzzing({ with: s.with ?? {} });

const hasDeclarations = (gate: Gate, s: SuiteIdea): boolean => gate.id !== 'declared' || s.declares !== false;
const seesAnything = (gate: Gate, s: SuiteIdea): boolean =>
  hasDeclarations(gate, s) && (!onlyLoads(s) || gate.seesLoading === true);

/** Gates that fit some suite, as each offers itself; those that are off are written as comments. */
const gatesFor = (suites: readonly SuiteIdea[]): Proposal['gates'] =>
  Object.values(GATES).flatMap((gate) => {
    const { id, offer } = gate;
    const targets = gate.drawsInputs === true && suites.some(isTargets);
    const fit = suites.filter((s) =>
      isTargets(s) ? gate.drawsInputs === true : gate.unfit(s.binding, s.with ?? {}) === undefined,
    );
    if (fit.length === 0) return [];
    if (!fit.some((s) => seesAnything(gate, s))) {
      const nothing = fit.some((s) => hasDeclarations(gate, s))
        ? 'it sees nothing in loading alone'
        : 'nothing here declares a foreign function';
      return [{ id, on: false, why: `${offer.why}; ${nothing}` }];
    }
    if (targets) return [{ id, on: true, why: 'inputs for the fuzz targets of this repository: time: 300' }];
    const blind = fit.every((s) => isBlind(id, s));
    const reason = fit.every((s) => s.rust)
      ? 'it sees nothing of Rust'
      : 'blind in what is not compiled here';
    const why = blind ? `${offer.why}; ${reason}` : offer.why;
    return [{ id, on: offer.on && !blind, why }];
  });

const joined = (suites: readonly SuiteIdea[], targets: readonly ProposedTarget[]): ProposedSuite[] => {
  const out: ProposedSuite[] = [];
  for (const s of suites) {
    const loaded = targets.filter(
      (t) =>
        t.libraries.some((l) => s.links.includes(l)) &&
        !(s.binding === 'rs' && t.builder === 'cargo') &&
        !(s.carries && s.compiles !== undefined && within(s.compiles, t.dir)),
    );
    // A library that is named at run time only may be any of them.
    const guessed = s.needsTarget === true && loaded.length === 0;
    const elsewhere = guessed && targets.length === 0;
    out.push({
      ...s,
      id: idOf(s.name, (id) => out.some((o) => o.id === id && o.binding === s.binding)),
      targets: (guessed ? targets : loaded).map((t) => t.id),
      guessed,
      // Then nothing of what is tested is compiled here.
      ...(elsewhere ? { prebuilt: true as const } : { own: [] }),
    });
  }
  return out;
};

/** Targets of libFuzzer are linked with what is built for them. */
const linked = (suites: readonly ProposedSuite[], targets: readonly ProposedTarget[]): ProposedSuite[] =>
  suites.map((s) => {
    if (s.binding !== 'c' || !isTargets(s)) return s;
    const libs = targets.filter((t) => s.targets.includes(t.id)).flatMap((t) => t.libraries);
    return { ...s, with: { ...s.with, libs: [...new Set(libs)] } };
  });

/** Suites that only load code, or that declare nothing, run under those gates alone that see something in it. */
const withGates = (suites: readonly ProposedSuite[], gates: Proposal['gates']): ProposedSuite[] => {
  const on = gates.filter((g) => g.on).map((g) => GATES[g.id]);
  return suites.map((s) =>
    onlyLoads(s) || on.some((g) => !hasDeclarations(g, s))
      ? {
          ...s,
          gates: on
            .filter((g) => g.unfit(s.binding, s.with ?? {}) === undefined && seesAnything(g, s))
            .map((g) => g.id),
        }
      : s,
  );
};

/** What is proposed: tests before loading alone, and tests of code that is compiled here before those of other code. */
const bestOf = (ideas: readonly SuiteIdea[]): readonly SuiteIdea[] =>
  [
    ideas.filter((s) => !onlyLoads(s) && !s.prebuilt),
    ideas.filter((s) => !onlyLoads(s)),
    ideas.filter((s) => !s.prebuilt),
  ].find((some) => some.length > 0) ?? ideas;

/** Crates without those that a project of another language builds: their cdylib needs its interpreter to link. */
const withoutBuilt = (
  { targets, suites }: Found,
  dirs: readonly string[],
): Pick<Found, 'targets' | 'suites'> => {
  const isBuilt = (dir: string): boolean => dirs.some((d) => within(d, dir));
  const built = new Set(targets.filter((t) => isBuilt(t.dir)).map((t) => t.dir));
  return {
    targets: targets.filter((t) => !built.has(t.dir)),
    suites: suites.filter((s) => !built.has(s.dir)),
  };
};

/** The matrix that fits a repository, as far as it is understood. */
export const propose = async (tree: Tree): Promise<Proposal> => {
  const [python, node, go, rust, jvm, dotnet] = await Promise.all([
    findPython(tree),
    findNode(tree),
    findGo(tree),
    findRust(tree),
    findJvm(tree),
    findDotnet(tree),
  ]);
  const native = await findNative(tree, [...python.claimed, ...node.claimed]);
  const crates = { ...rust, ...withoutBuilt(rust, [...python.crates, ...node.crates]) };
  const all: Found[] = [native, python, node, go, crates, jvm, dotnet];
  const targets: ProposedTarget[] = [];
  for (const t of all.flatMap((f) => f.targets))
    targets.push({ ...t, id: idOf(t.name, (id) => targets.some((o) => o.id === id)) });
  const unseen: string[] = [];
  const found = bestOf(all.flatMap((f) => f.suites));
  const fuzzed = await withFuzzTargets(tree, found, { builds: targets.length > 0, unclear: unseen });
  const joinedSuites = linked(joined(fuzzed, targets), targets);
  const gates = gatesFor(joinedSuites);
  const suites = withGates(joinedSuites, gates);
  const used = targets.filter((t) => suites.some((s) => s.targets.includes(t.id)));
  const idle = targets.filter((t) => !used.includes(t));
  // A build file inside what a binding compiles itself is another way to build the same code.
  const loose = idle.filter(
    (t) => !suites.some((s) => s.compiles !== undefined && within(s.compiles, t.dir)),
  );
  const unclear = all.flatMap((f) =>
    f === native ? f.unclear.filter((u) => !belongs(u, suites)) : f.unclear,
  );
  unclear.push(...unseen);
  for (const t of loose)
    unclear.push(
      `${t.why}, and no suite loads it: add a suite whose tests do (any binding; for C see binding c)`,
    );
  const own = [...new Set(suites.flatMap((s) => s.own ?? []))];
  const unfound = all.flatMap((f) => f.unfound ?? []);
  const errors = await findErrorResults(
    tree,
    used.map((t) => t.dir),
  );
  const usable = used.map((t) => ({ ...t, ...(errors.has(t.dir) ? { errors: errors.get(t.dir)! } : {}) }));
  return { targets: usable, suites, gates, own, unclear: [...new Set(unclear)], unfound };
};

/** True for a complaint about a native build file of a directory whose code a binding compiles by itself. */
const belongs = (complaint: string, suites: readonly ProposedSuite[]): boolean =>
  suites.some((s) => s.targets.length === 0 && s.compiles !== undefined && within(s.compiles, complaint));
