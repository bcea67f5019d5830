/**
 * The history of all nights: one record a line, appended after each iteration. An iteration is one line with all that it found,
 * so that a history is complete up to any of its lines, however the process ended. Pure: see `cli/soak-file.ts` for the disk.
 */
import type { Perturbation } from '../model/disturbance.js';
import type { ExitCode } from '../model/exit-codes.js';
import type { HazardId } from '../model/hazard.js';
import type { Origin } from '../model/report.js';
import type { Verdict } from '../model/verdict.js';

export const HISTORY_VERSION = 1;

/** When a night ends. Times in milliseconds. */
export type Budget = { forMs?: number; repeat?: number; untilFail?: true; untilRate?: number };

export type PlannedCell = { id: string; lane: string; perturbations: Perturbation[] };

/** The first line of a night. `at` is for people only: clocks jump, so nothing is decided by it. */
export type NightRecord = {
  kind: 'night';
  version: typeof HISTORY_VERSION;
  at: string;
  commit?: string;
  dirty?: true;
  tool: string;
  host: { os: string; cores: number };
  /** The base of all seeds of the night. */
  seed: number;
  budget: Budget;
  cells: PlannedCell[];
};

/** A lane's canary ran. Iterations are proven by the last proof of their lane. */
export type ProofRecord = { kind: 'proof'; lane: string; seen: boolean; ms: number; why?: string };

/** What is kept of a finding when it is seen for the first time. */
export type FoundRecord = {
  fp: string;
  hazard: HazardId;
  origin: Origin;
  message: string;
  where: string;
  /** One shell line. */
  repro: string;
  /** Which iteration it was. The line above says all that is needed but the surroundings of `perturb`. */
  cell: string;
  seed: number;
  perturb: Perturbation;
};

export type IterationRecord = {
  kind: 'iter';
  cell: string;
  /** The number of the iteration of this cell, counted from 0 over all nights. */
  i: number;
  seed: number;
  perturb: Perturbation;
  ms: number;
  /** The load average when it ended. */
  load: number;
  verdict: Verdict['kind'];
  /** The exit code of the verdict. A hazard that the baseline accepts has 0, and so have failed tests in quarantine. */
  code: ExitCode;
  why?: string;
  /** Whether the gate was proven to be armed, so that silence means something. */
  proven: boolean;
  tests: { passed: number; failed: number; skipped: number };
  failed: string[];
  /** Planted cases that were not seen. Absent for suites without any. */
  missed?: string[];
  /** Fingerprints of the findings. */
  findings: string[];
  /** The directory of its report and logs, relative to the history's, if they are kept. */
  kept?: string;
  /** Those that no earlier line knows. */
  first?: FoundRecord[];
};

export type EndReason = 'time' | 'repeats' | 'failed' | 'rate' | 'interrupted';
/** `planned`: iterations that the budget asked for, if it did by number. */
export type EndRecord = { kind: 'end'; reason: EndReason; done: number; planned?: number };

export type HistoryRecord = NightRecord | ProofRecord | IterationRecord | EndRecord;

export type Night = NightRecord & {
  /** Counted from 1. */
  no: number;
  iterations: IterationRecord[];
  proofs: ProofRecord[];
  /** Absent for a night that was killed. A night that was resumed has its last end. */
  end?: EndRecord;
};

export type History = {
  nights: Night[];
  /** Every finding, by its fingerprint. */
  found: Map<string, FoundRecord>;
  /** Iterations of each cell over all nights. */
  counts: Map<string, number>;
};

export const emptyHistory = (): History => ({ nights: [], found: new Map(), counts: new Map() });

/** Adds a record. Throws an `Error` for one that cannot come here. */
export const addRecord = (h: History, r: HistoryRecord): void => {
  if (r.kind === 'night') {
    h.nights.push({ ...r, no: h.nights.length + 1, iterations: [], proofs: [] });
    return;
  }
  const night = h.nights.at(-1);
  if (!night) throw new Error('no night has begun');
  if (r.kind === 'end') night.end = r;
  else {
    // What follows an end belongs to the night that was resumed.
    delete night.end;
    if (r.kind === 'proof') night.proofs.push(r);
    else {
      night.iterations.push(r);
      for (const f of r.first ?? []) if (!h.found.has(f.fp)) h.found.set(f.fp, f);
      h.counts.set(r.cell, r.i + 1);
    }
  }
};

/** A history in a file of a version that is not ours. */
export class ForeignVersion extends Error {
  constructor(readonly version: unknown) {
    super(`a history of version ${String(version)}, and this ffi-gates reads version ${HISTORY_VERSION}`);
  }
}

const KINDS: readonly unknown[] = ['night', 'proof', 'iter', 'end'];

const parsed = (line: string): HistoryRecord | undefined => {
  try {
    const value = JSON.parse(line) as HistoryRecord | null;
    return value !== null && KINDS.includes(value.kind) ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Folds the lines of a history. `bytes` is the length of what was read; what follows is the last line, torn when the process
 * was killed, and `torn` says so. Throws `ForeignVersion`, or an `Error` with the number of a line that is damaged elsewhere.
 */
export const foldHistory = (text: string): { history: History; bytes: number; torn: boolean } => {
  const history = emptyHistory();
  let bytes = 0;
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  for (const [i, line] of lines.entries()) {
    const record = parsed(line);
    if (record?.kind === 'night' && record.version !== HISTORY_VERSION)
      throw new ForeignVersion(record.version);
    try {
      if (!record) throw new Error('it is no record');
      addRecord(history, record);
    } catch (e) {
      // A machine that lost its power may leave a block of zeros with a line end behind.
      if (i === lines.length - 1 && rest === '') return { history, bytes, torn: true };
      throw new Error(`line ${i + 1} is damaged: ${(e as Error).message}`, { cause: e });
    }
    bytes += Buffer.byteLength(line) + 1;
  }
  return { history, bytes, torn: rest !== '' };
};

/** Milliseconds that a night has taken, from what is recorded. */
export const spentIn = (n: Night): number => [...n.iterations, ...n.proofs].reduce((sum, r) => sum + r.ms, 0);

/** Whether a night can be continued: it has no end, or only that of a signal. */
export const isUnfinished = (n: Night): boolean => n.end === undefined || n.end.reason === 'interrupted';
