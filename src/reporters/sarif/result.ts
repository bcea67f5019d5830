/** A finding as a SARIF result. */
import type { FindingReport, ReportedFrame, ReportedStack } from '../../model/report.js';
import { oneLine, plain } from '../escape.js';
import { isInRepository } from '../problems.js';
import { acceptedOf, functionOf, placeOf, titleOf, topFrame } from '../wording.js';
import { ruleId } from './rules.js';

/** GitHub takes 1000 locations a result; readers look at some of them. */
const MAX_FRAMES = 24;
const MAX_STACKS = 8;
const MAX_WITNESSES = 20;

/** A path as a URI reference below the root of the repository. */
const uriOf = (path: string): string => oneLine(path).split('/').map(encodeURIComponent).join('/');

const LINE = /:(\d{1,9})$/;

type Place = { file: string; line: number; column?: number };

/** The place of a frame in the repository. */
const placeIn = (f: ReportedFrame | undefined): Place | undefined =>
  f?.kind === 'source' && f.line > 0 && isInRepository(f.file)
    ? { file: f.file, line: f.line, ...(f.column !== undefined && f.column > 0 ? { column: f.column } : {}) }
    : undefined;

const artifact = (file: string): object => ({ uri: uriOf(file), uriBaseId: 'SRCROOT' });

/** The lines around a place, if the report holds them. */
const linesAt = (stacks: readonly ReportedStack[], at: Place): ReportedStack['source'] =>
  stacks.map((s) => s.source).find((s) => s?.file === at.file && s.line === at.line);

const physical = (at: Place, stacks: readonly ReportedStack[]): object => {
  const source = linesAt(stacks, at);
  const snippet = source?.lines.find((l) => l.no === at.line);
  const [first, last] = [source?.lines[0], source?.lines.at(-1)];
  return {
    artifactLocation: artifact(at.file),
    region: {
      startLine: at.line,
      ...(at.column === undefined ? {} : { startColumn: at.column }),
      ...(snippet ? { snippet: { text: plain(snippet.text) } } : {}),
    },
    ...(source && first && last && source.lines.length > 1
      ? {
          contextRegion: {
            startLine: first.no,
            endLine: last.no,
            snippet: { text: plain(source.lines.map((l) => l.text).join('\n')) },
          },
        }
      : {}),
  };
};

const frameName = (f: ReportedFrame): string => functionOf(f) || placeOf(f) || 'unknown';

const frameLocation = (f: ReportedFrame, stacks: readonly ReportedStack[]): object => {
  const at = placeIn(f);
  return {
    ...(at ? { physicalLocation: physical(at, stacks) } : {}),
    logicalLocations: [{ fullyQualifiedName: frameName(f), kind: 'function' }],
    message: { text: oneLine(`${frameName(f)} ${placeOf(f)}`) },
  };
};

/** The words for a stack in a sentence. */
const ROLES: Readonly<Partial<Record<ReportedStack['role'], string>>> = {
  fault: 'used here',
  'other-access': 'other access here',
  allocated: 'allocated here',
  freed: 'freed here',
  origin: 'created here',
  'thread-created': 'thread created here',
  'lock-acquired': 'lock acquired here',
};
const roleOf = (s: ReportedStack): string =>
  s.host === undefined ? (ROLES[s.role] ?? s.role) : (s.title ?? 'called here');

/** In the order in which it happened: allocated, freed, used. */
const HAPPENED: readonly ReportedStack['role'][] = [
  'thread-created',
  'allocated',
  'origin',
  'lock-acquired',
  'freed',
  'other-access',
  'fault',
];

/** The frame of a stack to show: the first in the project's code, else the first with a place there. */
const shownFrame = (s: ReportedStack): ReportedFrame | undefined =>
  s.frames.find((f) => f.own === true && placeIn(f)) ?? s.frames.find((f) => placeIn(f));

type Related = { role: string; frame: ReportedFrame };

/** Other stacks of the finding that have a place in the repository. */
const relatedOf = (f: FindingReport, top: ReportedFrame | undefined): Related[] =>
  f.stacks.slice(0, MAX_STACKS).flatMap((s) => {
    const frame = shownFrame(s);
    return frame && frame !== top ? [{ role: roleOf(s), frame }] : [];
  });

/** A text link of SARIF to a related location. Brackets and backslashes of the text are escaped. */
const link = (text: string, id: number): string => `[${text.replace(/[[\]\\]/g, '\\$&')}](${id})`;

/** Brackets in a message would begin a link. */
const linkless = (text: string): string => oneLine(text).replace(/[[\]\\]/g, '\\$&');

const messageOf = (f: FindingReport, related: readonly Related[]): string => {
  const message = linkless(f.message).replace(/\.$/, '');
  const parts = [
    `${titleOf(f.hazard)}: ${message}.`,
    f.effect !== undefined && `Effect: ${linkless(f.effect)}.`,
    f.mend !== undefined && `Mend: ${linkless(f.mend)}.`,
    f.caller && `Called from ${linkless(`${f.caller.file}:${f.caller.line}`)}.`,
    f.boundary && `Crossing: ${linkless(f.boundary.function)}.`,
    related.length > 0 &&
      `See: ${related.map((r, i) => link(`${r.role} in ${frameName(r.frame)}`, i + 1)).join(', ')}.`,
    `Reproduce: ${linkless(f.repro)}`,
  ];
  return parts.filter(Boolean).join(' ');
};

const stackOf = (s: ReportedStack, stacks: readonly ReportedStack[]): object => ({
  message: { text: oneLine(s.title ?? `${s.role}${s.thread ? ` (${s.thread})` : ''}`) },
  frames: s.frames.slice(0, MAX_FRAMES).map((f) => ({
    location: frameLocation(f, stacks),
    ...(f.kind === 'source' || f.kind === 'module' ? (f.module ? { module: oneLine(f.module) } : {}) : {}),
    ...(s.thread ? { properties: { thread: oneLine(s.thread) } } : {}),
  })),
});

/** No two are equal, as SARIF asks. A tool reports one allocation twice if both ranges of a copy are in it. */
const stacksOf = ({ stacks }: FindingReport): object[] => {
  const made = stacks
    .filter((s) => s.frames.length > 0)
    .slice(0, MAX_STACKS)
    .map((s) => stackOf(s, stacks));
  return [...new Map(made.map((s) => [JSON.stringify(s), s])).values()];
};

const codeFlowOf = (f: FindingReport): object | undefined => {
  const steps = [...f.stacks]
    .filter((s) => HAPPENED.includes(s.role))
    .sort((a, b) => HAPPENED.indexOf(a.role) - HAPPENED.indexOf(b.role))
    .slice(0, MAX_STACKS)
    .flatMap((s) => {
      const frame = shownFrame(s);
      return frame ? [{ frame, text: `${roleOf(s)} in ${frameName(frame)}` }] : [];
    });
  if (steps.length < 2) return undefined;
  const locations = steps.map(({ frame, text }) => ({
    location: { ...frameLocation(frame, f.stacks), message: { text } },
    importance: 'essential',
  }));
  return { threadFlows: [{ locations }] };
};

export type ResultOptions = {
  /** Index of its rule. */
  rule: number;
  /** The path that stands for the place of a finding without one in the repository. */
  matrix: string;
  /** Whether a baseline says what is new. */
  compared: boolean;
  /** Stacks, code flow and related places. Without them a result is short. */
  detailed: boolean;
};

const LEVELS = { warning: 'warning', info: 'note' } as const;

/** The result of a finding that is not planted. */
export const resultOf = (f: FindingReport, o: ResultOptions): object => {
  const top = topFrame(f);
  const shown = placeIn(top) ? top : f.stacks.map(shownFrame).find((x) => x !== undefined);
  const at = placeIn(shown);
  const related = o.detailed ? relatedOf(f, shown) : [];
  const flow = o.detailed ? codeFlowOf(f) : undefined;
  const name = shown && functionOf(shown);
  return {
    ruleId: ruleId(f.hazard),
    ruleIndex: o.rule,
    level: f.tier ? LEVELS[f.tier] : 'error',
    kind: 'fail',
    message: { text: messageOf(f, related) },
    locations: [
      {
        physicalLocation: at
          ? physical(at, f.stacks)
          : { artifactLocation: artifact(o.matrix), region: { startLine: 1 } },
        ...(name ? { logicalLocations: [{ fullyQualifiedName: name, kind: 'function' }] } : {}),
      },
    ],
    ...(related.length > 0
      ? {
          relatedLocations: related.map((r, i) => ({
            id: i + 1,
            ...frameLocation(r.frame, f.stacks),
            message: { text: `${r.role} in ${frameName(r.frame)}` },
          })),
        }
      : {}),
    ...(o.detailed && f.stacks.length > 0 ? { stacks: stacksOf(f) } : {}),
    ...(flow ? { codeFlows: [flow] } : {}),
    partialFingerprints: {
      primaryLocationLineHash: `${oneLine(f.fingerprint)}:1`,
      'ffiGates/v1': oneLine(f.fingerprint),
    },
    ...(o.compared || f.known ? { baselineState: f.known ? 'unchanged' : 'new' } : {}),
    ...(f.known
      ? {
          suppressions: [
            { kind: 'external', status: 'accepted', justification: acceptedOf(f.known) || 'accepted' },
          ],
        }
      : { suppressions: [] }),
    rank: f.tier === undefined ? 90 : f.tier === 'warning' ? 50 : 20,
    occurrenceCount: Math.max(
      1,
      f.witnesses.reduce((n, w) => n + w.count, 0),
    ),
    properties: {
      rule: oneLine(f.rule),
      origin: f.origin,
      complete: f.complete,
      ...(f.scope ? { scope: f.scope } : {}),
      ...(f.seed === undefined ? {} : { seed: f.seed }),
      witnesses: f.witnesses
        .slice(0, o.detailed ? MAX_WITNESSES : 1)
        .map((w) => oneLine(`${w.cell}${w.test ? ` ${w.test}` : ''}`)),
    },
  };
};

/** An entry of the baseline that was not seen again. `where` ends with its line, if that is known. */
export const absentResult = (
  row: { fingerprint: string; hazard: string; where: string },
  rule: number,
  matrix: string,
): object => {
  const line = LINE.exec(row.where)?.[1];
  const file = line === undefined ? undefined : row.where.slice(0, -line.length - 1);
  const at =
    file !== undefined && isInRepository(file) && Number(line) > 0 ? { file, line: Number(line) } : undefined;
  return {
    ruleId: ruleId(row.hazard),
    ruleIndex: rule,
    level: 'none',
    kind: 'pass',
    message: { text: `${titleOf(row.hazard)}: gone since it was accepted (${linkless(row.where)}).` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(at?.file ?? matrix),
          region: { startLine: at?.line ?? 1 },
        },
      },
    ],
    partialFingerprints: {
      primaryLocationLineHash: `${oneLine(row.fingerprint)}:1`,
      'ffiGates/v1': oneLine(row.fingerprint),
    },
    baselineState: 'absent',
  };
};
