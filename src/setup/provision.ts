/**
 * `run --provision`: installs what the lanes of a matrix lack, with the system's package manager. Every
 * command is printed before it runs. A failed installation never fails the run: the plan skips its lanes with
 * the reason.
 */
import { makeCaches } from '../process/caches.js';
import { EXIT } from '../model/exit-codes.js';
import { runTool } from '../process/run-tool.js';
import which from 'which';
import type { Missing } from '../model/launch.js';
import { lineOf } from '../reporters/terminal/progress.js';
import { makeBuilds } from '../build/build-cache.js';
import { BUILDERS } from '../builders/index.js';
import { buildEnv } from '../host/environment.js';
import { Failure } from '../model/failure.js';
import { missingCxx } from '../gates/toolchain.js';
import { missingOn } from '../host/unknown.js';
import { probeHost, type Host } from '../host/probe.js';
import type { Matrix } from '../config/matrix.js';
import type { GateId } from '../model/ids.js';
import { baseOf, instrumentOf } from '../build/prepare-suite.js';
import { compilersOf, makePlan, targetsOf } from '../plan/plan.js';
import { GATES } from '../gates/index.js';
import { BINDINGS } from '../bindings/index.js';
import { recipeOf, type Command } from './recipes.js';

/**
 * One missing thing. `lanes` are those that need it: `<binding> <gate>`, or `<binding>` if the binding itself
 * needs it.
 */
export type Need = Missing & { lanes: string[] };
/** The surroundings of provisioning. */
export type ProvisionOptions = {
  say: (line: string) => void;
  /** Directory of the run's builds. */
  cache: string;
  signal: AbortSignal;
};

/**
 * Everything that the matrix lacks on this host, by name. A missing tool can hide others that depend on it.
 */
export const needs = (host: Host, matrix: Matrix): Need[] => {
  const all = new Map<string, Need>();
  const add = (m: Missing | undefined, lane: string): void => {
    // What gave no answer may be installed.
    if (!m || m.unknown) return;
    const known = all.get(m.what);
    if (!known) all.set(m.what, { ...m, lanes: [lane] });
    else if (!known.lanes.includes(lane)) known.lanes.push(lane);
  };
  for (const suite of matrix.suites) {
    add(
      missingOn(host, (h) => BINDINGS[suite.binding].missing(h.tools, suite.with)),
      suite.binding,
    );
    for (const t of targetsOf(matrix, suite)) {
      const target = matrix.targets[t]!;
      add(
        missingOn(host, (h) => BUILDERS[target.builder].missing(h.tools, target)),
        suite.binding,
      );
    }
    for (const [name, settings] of Object.entries(matrix.gates)) {
      const gate = GATES[name as GateId];
      if (
        gate.unfit(suite.binding, suite.with) !== undefined ||
        (suite.gates && !suite.gates.includes(gate.id))
      )
        continue;
      for (const c of compilersOf(gate, suite.binding, settings?.compilers))
        add(
          missingOn(host, (h) => gate.missing(h, suite.binding, c)),
          `${suite.binding} ${gate.id}`,
        );
    }
  }
  // Also for its libstdc++, which is preloaded after every sanitizer.
  if (host.tools['gcc'])
    add(
      missingOn(host, (h) => missingCxx(h, 'gcc')),
      'all',
    );
  return [...all.values()];
};

/**
 * Commands that compile standard libraries which a toolchain ships as source, into the toolchain's own cache:
 * Go's for each way in which tests are compiled, and Miri's. Otherwise the first lane would do it within its
 * time limit. All of them finish within a second if it has been done before.
 */
export const preparations = (host: Host, matrix: Matrix): Command[] => {
  const commands = new Map<string, Command>();
  for (const cell of makePlan(matrix, host).cells) {
    if (cell.gate.id === 'miri') commands.set('miri', ['cargo', '+nightly', 'miri', 'setup']);
    if (cell.suite.binding !== 'go') continue;
    const { cc, go } = instrumentOf(cell, host);
    const { flags, env } = { flags: [], env: {}, ...go };
    const key = JSON.stringify([flags, env]);
    const words = Object.entries({ CGO_ENABLED: '1', CC: cc, ...env }).map(([k, v]) => `${k}=${v}`);
    // Any compiler will do: the few packages that contain C are not worth a command each.
    if (!commands.has(key))
      commands.set(key, ['env', ...words, host.tools['go']?.path ?? 'go', 'build', ...flags, 'std']);
  }
  return [...commands.values()];
};

const MINUTE = 60_000;

/**
 * Builds into the run's own cache what toolchains have no cache for: Rust's standard library under a
 * sanitizer. A base that contains sources of a suite is built by the run.
 */
const buildBases = async (room: ProvisionOptions, host: Host, matrix: Matrix): Promise<void> => {
  const build = makeBuilds({
    caches: makeCaches(),
    cache: room.cache,
    env: buildEnv(host.tools),
    signal: room.signal,
    timeoutMs: 20 * MINUTE,
    started: (id) => room.say(lineOf({ kind: 'build-started', id })),
    done: (d) => room.say(lineOf({ kind: 'build-finished', ...d })),
  });
  for (const cell of makePlan(matrix, host).cells) {
    const base = baseOf(cell, host, instrumentOf(cell, host));
    if (base && base.inputs.length === 0) await build(base);
    stopIfAborted(room);
  }
};

/**
 * Runs the {@link preparations} and builds the bases. A failure is printed, and its lane tries again by
 * itself.
 */
export const prepare = async (room: ProvisionOptions, host: Host, matrix: Matrix): Promise<void> => {
  for (const command of preparations(host, matrix)) await perform(command, room);
  await buildBases(room, host, matrix);
};

const stopIfAborted = ({ signal }: ProvisionOptions): void => {
  if (signal.aborted) throw new Failure(EXIT.USAGE, 'interrupted');
};

/** Prints and runs one command. If it fails, prints the last lines of its output and returns false. */
const perform = async (command: Command, room: ProvisionOptions): Promise<boolean> => {
  const { say, signal } = room;
  const [file, ...args] = command;
  say(`+ ${command.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const r = await runTool(file, args, { env, inherit: true, timeoutMs: 20 * MINUTE, signal });
  stopIfAborted(room);
  if (r.code === 0) return true;
  const words = r.all.trim().split('\n').slice(-3);
  for (const line of words.filter(Boolean)) say(`  ${line}`);
  say(`  failed: ${r.why ?? `exit status ${r.code}`}`);
  return false;
};

/**
 * Makes `apt-get` commands: directly for root, with `sudo -n` if it needs no password. Undefined otherwise.
 */
const aptGet = async (): Promise<((...words: string[]) => Command) | undefined> => {
  if (process.getuid?.() === 0) return (...words) => ['apt-get', ...words];
  const r = await runTool('sudo', ['-n', 'true']);
  return r.code === 0 ? (...words) => ['sudo', '-n', 'apt-get', ...words] : undefined;
};

const packageNames = async (): Promise<Set<string>> => {
  const r = await runTool('apt-cache', ['pkgnames']);
  return new Set(r.code === 0 ? r.stdout.split('\n') : []);
};

const cost = (need: Need): string =>
  `not installed: ${need.what}; lanes skipped without it: ${need.lanes.join(', ')}`;

/**
 * An installation can reveal further missing things (pytest once there is a Python). This many rounds
 * suffice.
 */
const ROUNDS = 3;

/**
 * Installs what is missing. Resolves even if something fails; throws if it is stopped. The caller probes
 * again.
 */
export const provision = async (room: ProvisionOptions, host: Host, matrix: Matrix): Promise<void> => {
  const { say } = room;
  if (needs(host, matrix).length === 0) return;
  if (!(await which('apt-get', { nothrow: true }))) {
    for (const n of needs(host, matrix)) say(`${cost(n)} (only apt-get is supported here; ${n.remedy})`);
    return;
  }
  const apt = await aptGet();
  if (apt === undefined)
    say('packages need root, or sudo without a password; only commands that need neither are tried');
  else await perform(apt('update', '-q'), room);
  const known = await packageNames();
  const tried = new Set<string>();
  let current = host;
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = needs(current, matrix).filter((n) => !tried.has(n.what));
    if (fresh.length === 0) break;
    const recipes = fresh.map((n) => recipeOf(n, current, (name) => known.has(name)));
    for (const n of fresh) tried.add(n.what);
    const packages = [...new Set(recipes.flatMap((r) => r.packages))];
    if (packages.length && apt) {
      const install = (names: string[]): Command =>
        apt('install', '-y', '-q', '--no-install-recommends', ...names);
      const together = await perform(install(packages), room);
      // One unavailable package must not prevent the others.
      if (!together && recipes.length > 1)
        for (const r of recipes) if (r.packages.length) await perform(install(r.packages), room);
    }
    for (const r of recipes) for (const c of r.commands) if (!(await perform(c, room))) break;
    current = await probeHost();
  }
  for (const n of needs(current, matrix)) say(`${cost(n)} (${n.remedy})`);
};
