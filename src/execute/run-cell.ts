/**
 * Runs one cell: builds it, lists its tests, launches them until each has had a turn, and keeps all evidence.
 * Judges nothing.
 */
import { isFuzzing } from '../model/fuzz-plan.js';
import { isPlanted } from '../model/role.js';
import { listTests } from './list-tests.js';
import { foreignObjects, namedObjects } from '../judge/instrumentation.js';
import { buildTargets, instrumentOf, ownOf, prepare } from '../build/prepare-suite.js';
import type { Cell } from '../plan/plan.js';
import { askOn } from './ask-on.js';
import { lookCloser } from './look-closer.js';
import { runExpected } from './run-expected.js';
import { runContained } from './run-contained.js';
import { runFailing } from './run-failing.js';
import { runFuzz } from './run-fuzz.js';
import { runSchedules } from './run-schedules.js';
import { shareOf } from './perturb.js';
import { buildAgent } from './agent.js';
import { buildHostStack } from './host-stack.js';
import { buildPreload } from './preload.js';
import { buildTracer } from './tracer.js';
import type { CellOptions, Runner } from './runner.js';
import { rerunFailed, runAll } from './run-all.js';
import { shuffled } from '../model/shuffle.js';
import type { Evidence, EvidenceDraft } from '../judge/evidence.js';
import { rerunTruncatedLeaks, tracePlantedBlocks } from './rerun-truncated-leaks.js';

/** Adds the loaded objects that the matrix calls the project's own by a pattern. */
const addNamed = (evidence: EvidenceDraft): void => {
  const { own, maps, seen, cell } = evidence;
  const named = namedObjects(
    cell.matrix.own,
    maps,
    seen.map((s) => s.diagnostic),
  );
  evidence.own = { ...own, objects: new Set([...own.objects, ...named]) };
};

/** Runs a cell. Failures of project code are evidence, never exceptions. */
export const runCell = async (cell: Cell, options: CellOptions): Promise<Evidence> => {
  const begun = performance.now();
  const evidence: EvidenceDraft = {
    cell,
    listed: [],
    wanted: [],
    attempts: [],
    seen: [],
    logs: [],
    products: [],
    copies: [],
    maps: new Set(),
    recorded: false,
    out: '',
    ms: 0,
    own: { dirs: [], shared: [], objects: new Set() },
  };
  const instrument = instrumentOf(cell, options.host);
  const targets = await buildTargets(cell, options, instrument);
  if (typeof targets === 'string') return { ...evidence, failed: targets };
  const prepared = await prepare(cell, options, instrument, targets);
  if (typeof prepared === 'string') return { ...evidence, failed: prepared };
  Object.assign(evidence, await ownOf(cell, prepared, options.caches), { prepared, out: prepared.out });
  const r: Runner = {
    cell,
    options,
    prepared,
    instrument,
    evidence,
    watch: new Set(evidence.own.objects),
    n: 0,
    preloads: [],
  };
  const perturbs = shareOf(cell) !== undefined;
  if (perturbs) evidence.waits = 0;
  const preload = cell.gate.preload ?? (perturbs ? 'perturb' : undefined);
  if (preload !== undefined) {
    const library = await buildPreload(options, cell.compiler, preload, cell.gate.preloadInputs);
    if ('failed' in library) return { ...evidence, failed: library.failed };
    r.preloads.push(library.path);
  }
  const hostStack = await buildHostStack(options, cell);
  if (hostStack && 'lacks' in hostStack) evidence.noHostLines = hostStack.lacks;
  else if (hostStack) {
    r.preloads.push(hostStack.path);
    r.asksHost = true;
    r.tracesBlocks = hostStack.tracesBlocks;
  }
  if (cell.gate.agent) {
    const agent = await buildAgent(options, cell);
    if ('failed' in agent) return { ...evidence, failed: agent.failed };
    r.agent = agent.path;
  }
  if (cell.gate.breaksWorkers) {
    const tracer = await buildTracer(options, cell);
    if ('failed' in tracer) return { ...evidence, failed: tracer.failed };
    r.tracer = tracer.path;
  }
  const proven = await options.proofs?.find(r);
  if (proven) return { ...proven, ms: performance.now() - begun };
  const listed = await listTests(r);
  evidence.listed = listed.tests;
  if (listed.failed !== undefined) evidence.listingFailed = listed.failed;
  if (listed.uncollected) evidence.uncollected = listed.uncollected;
  const { role } = cell.suite;
  if (cell.gate.fails) await runFailing(r);
  else if (cell.gate.breaksWorkers) await runContained(r);
  else if (isFuzzing(cell.suite) && !isPlanted(role)) {
    evidence.wanted = evidence.listed;
    await runAll(r, evidence.wanted, false);
  } else if (isPlanted(role)) {
    await runExpected(r);
    if (role === 'hazard') await tracePlantedBlocks(r);
  } else {
    const order = options.disturbance?.order;
    evidence.wanted = order === undefined ? evidence.listed : shuffled(evidence.listed, order);
    // A twin has the one round of planted bugs.
    if (cell.gate.drawsInputs && role === 'subject') await runFuzz(r);
    else await runSchedules(r);
    addNamed(evidence);
    if (!cell.gate.drawsInputs || role !== 'subject') await askOn(r);
    await lookCloser(r);
    await rerunFailed(r);
    await rerunTruncatedLeaks(r);
  }
  addNamed(evidence);
  const { maps, recorded, out } = evidence;
  const { dirs, shared, objects } = evidence.own;
  const theirs = foreignObjects({ maps, whole: recorded, own: objects, out }, options.host.tools);
  evidence.own = { dirs, shared, objects: new Set([...objects, ...theirs]) };
  evidence.ms = performance.now() - begun;
  return evidence;
};
