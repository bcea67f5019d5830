/** Which reports of a launch in which a call failed are faults of the project's error paths. Pure. */
import type { Diagnostic, Stack } from '../model/diagnostic.js';
import type { CrashObservation } from './crashes.js';
import type { Attempt, Evidence } from './evidence.js';
import { isToolFailure } from '../model/hazards.js';
import { fingerprintOf } from './fingerprint.js';

/** A call that was made to fail in a process. */
export type Failure = {
  key: string;
  /** The function that failed. */
  call: string;
  /** Its caller, the caller of that, and so on, as `function (file:line)`. */
  places: readonly string[];
  /** The host had the result of its call into the project before the process ended. */
  returned: boolean;
  /** It did its work, and reported a failure to its caller. */
  reported?: true;
  /** Those that failed before it in the same process, where several may. */
  earlier?: readonly Failure[];
  /** The line of the log that says so. */
  line?: number;
  /** The host's lines that led to it. */
  managed?: Stack;
};

/** All that failed in a process. */
export const allOf = ({ earlier = [], ...last }: Failure): readonly Failure[] => [...earlier, last];

/** Ends that a host meets when it goes on with what it got: nothing that it was given, or nothing at all. */
const OF_NOTHING = /^(?:null\/|crash\/)/;

/** What a process does on purpose when it has no memory. */
const ON_PURPOSE = 'crash/abort';

/** So is this, where `new` failed: code that is compiled without exceptions, as addons of Node are, cannot do otherwise. */
const NO_MEMORY = /\bstd::bad_alloc\b/;

const isFault = (d: Diagnostic, { returned, call }: Failure): boolean =>
  d.hazard !== ON_PURPOSE &&
  !(d.rule === 'cxx/uncaught-exception' && call.startsWith('operator new') && NO_MEMORY.test(d.message)) &&
  !(returned && OF_NOTHING.test(d.hazard));

const PLACE = /^(.*) \((?:[^()]*\/)?([^()/]*:\d+)\)$/;

/** Where it failed, and the functions that lead there. */
const whereOf = ({ places }: Failure): string => {
  const [first, ...callers] = places.map((p) => PLACE.exec(p) ?? [p, p, '']);
  if (first === undefined) return '';
  const by = callers.map(([, name]) => `, called by ${name}`);
  return [` in ${first[1]}`, first[2] ? ` (${first[2]})` : '', ...by].join('');
};

/** A host that ends by a crash after an error was reported to it did not look. */
const hazardOf = (d: Diagnostic, { reported }: Failure): Diagnostic['hazard'] => {
  if (reported) return OF_NOTHING.test(d.hazard) ? 'unwind/error-ignored' : d.hazard;
  return d.leak ? 'ownership/leak-on-error-path' : d.hazard;
};

/** The failure before a report: the last one, unless the report stands in the same log. */
export const failureBefore = (d: Diagnostic, failure: Failure | undefined): Failure | undefined =>
  failure?.earlier && d.tool === 'failing'
    ? allOf(failure).findLast((f) => (f.line ?? 0) < d.log.line)
    : failure;

/** The stacks of a report, with the host's lines where it has none: a host that dies, or has gone on, no longer says who called. */
const withCaller = ({ stacks }: Diagnostic, { managed }: Failure): Stack[] =>
  managed === undefined || stacks.some((k) => k.host !== undefined) ? stacks : [...stacks, managed];

/** A report of a process in which a call failed. */
export const afterFailure = (d: Diagnostic, failure: Failure): Diagnostic => ({
  ...d,
  stacks: withCaller(d, failure),
  hazard: hazardOf(d, failure),
  message: `${d.message}, after ${failure.call} failed${whereOf(failure)}`,
});

/**
 * The reports of a launch that are about the path which a failed call takes. What the suite shows without any failure is
 * judged there. A test that goes on with the result of a failed call, and what it does then, is no fault of the project.
 */
export const onErrorPaths = (
  observations: readonly CrashObservation[],
  failures: ReadonlyMap<number, Failure>,
  { seen, own }: Pick<Evidence, 'seen' | 'own'>,
): CrashObservation[] => {
  const known = new Set(seen.map((s) => fingerprintOf(s.diagnostic, own)));
  const only = failures.size === 1 ? [...failures.values()][0] : undefined;
  return observations.flatMap((o) => {
    // That the checker itself failed concerns every launch.
    if (isToolFailure(o.diagnostic.hazard)) return [o];
    const failure = failureBefore(o.diagnostic, o.pid === undefined ? only : failures.get(o.pid));
    if (failure === undefined || !isFault(o.diagnostic, failure)) return [];
    if (o.diagnostic.tool === 'errors') return [o];
    if (known.has(fingerprintOf(o.diagnostic, own))) return [];
    return [{ ...o, diagnostic: afterFailure(o.diagnostic, failure) }];
  });
};

const ended = ({ exit }: Attempt): boolean => exit.kind === 'code' || exit.kind === 'signal';

/** Launches of which every log must be understood. One with a failed call that had to be stopped may have cut its logs. */
export const readable = ({ attempts, driven = [], closer }: Evidence): readonly Attempt[] => [
  ...attempts,
  ...(closer ? [closer] : []),
  // What a test prints that fails is its own affair; the checker's logs are files of their own.
  ...driven.filter(ended).map((a) => ({ ...a, logs: a.logs.filter((g) => g.pid !== undefined) })),
];

/** Why launches with failing calls prove nothing: a checker ended one without a word, or no call failed. */
export const drivenInVain = ({ cell, driven = [], failing }: Evidence): string | undefined => {
  const silent = driven.find(
    ({ exit, logs }) =>
      exit.kind === 'code' &&
      cell.gate.exitCodes.includes(exit.code) &&
      !logs.some((l) => l.parsed.diagnostics.length > 0),
  );
  if (silent)
    return 'a launch in which a call failed ended with the checker’s status, but no log holds a report';
  if (driven.length > 0 && failing?.driven === 0)
    return `none of ${failing.lost} calls failed: no test reached them again`;
  return undefined;
};
