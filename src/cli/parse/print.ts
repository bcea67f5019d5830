/** Output of `parse`: findings and text that could not be read, for people or as one JSON object per line. */
import { EXIT, type ExitCode } from '../../model/exit-codes.js';
import type { Diagnostic, Stack } from '../../model/diagnostic.js';
import type { Caller } from '../../model/report.js';
import { isToolFailure } from '../../model/hazards.js';
import { jsonOf } from './json.js';
import { GUESSED, shownFrame, type Identity } from './identity.js';
import { inert, jsonText, oneLine } from '../../reporters/escape.js';
import { callerOf, count, functionOf, placeOf, titleOf } from '../../reporters/wording.js';

/** A diagnostic, its fingerprint, its log, and the line of the host that called. */
export type Found = { input: string; fingerprint: string; diagnostic: Diagnostic; caller?: Caller };

/** Totals at the end. */
export type Totals = {
  findings: number;
  inputs: number;
  /** Lines that look like a checker's and that no reader took. */
  unread: { input: string; line: number; text: string }[];
  /** Why not everything was read, one sentence each, with the log. */
  missing: { input: string; why: string }[];
  /** Lines of more than 64 KiB. */
  long: { input: string; count: number; lines: number[] }[];
  /** Number of `tool/…` findings: a checker reported that it failed. */
  broken: number;
  interrupted: boolean;
  exitCode: ExitCode;
};

export type Printer = { finding(found: Found): string; summary(totals: Totals): string };

/** Adds the fingerprint, the log and the caller to a diagnostic. */
export const found = (input: string, diagnostic: Diagnostic, identity: Identity = GUESSED): Found => {
  const caller = identity.caller(diagnostic);
  return {
    input,
    fingerprint: identity.fingerprint(diagnostic),
    diagnostic,
    ...(caller === undefined ? {} : { caller }),
  };
};

export const jsonPrinter: Printer = {
  finding: (f) => `${jsonText(jsonOf(f.input, f.fingerprint, f.diagnostic, f.caller))}\n`,
  summary: ({ findings, unread, missing, long, broken, interrupted }) => {
    const complete = missing.length === 0 && !interrupted;
    const more = {
      ...(missing.length > 0 && { missing }),
      ...(long.length > 0 && { long }),
      ...(broken > 0 && { broken }),
    };
    return `${jsonText({ summary: { findings, unread, complete, ...more } })}\n`;
  },
};

/** Number of distinct findings whose repetitions are counted. Later ones are printed each time. */
const MAX_DISTINCT = 50_000;
/** Frames shown of the first stack, and of each other one. */
const FRAMES = [10, 4] as const;
const STACKS = 6;
const LISTED = 20;

const stackLines = (k: Stack, i: number): string[] => {
  const most = FRAMES[i === 0 ? 0 : 1];
  const who = [k.role, k.thread && `(${oneLine(k.thread)})`, k.access?.kind].filter(Boolean).join(' ');
  const locks = k.locks?.length ? `, holding ${oneLine(k.locks.join(' '))}` : '';
  return [
    `    ${who}${locks}:`,
    ...k.frames.slice(0, most).map((f, n) => {
      const name = f.kind === 'source' ? functionOf(f) : '';
      return `      #${n} ${[name, placeOf(f)].filter(Boolean).join(' ')}`;
    }),
    ...(k.frames.length > most ? [`      … ${count(k.frames.length - most, 'more frame')}`] : []),
  ];
};

const leakOf = ({ leak }: Diagnostic): string | undefined =>
  leak && `${leak.kind} leak: ${count(leak.bytes, 'byte')} in ${count(leak.objects, 'object')}`;

/** Prints each finding when it is first seen, and repetitions at the end. */
export const prettyPrinter = (
  paint: (tone: 'bad' | 'doubt' | 'quiet' | 'strong', text: string) => string,
) => {
  const seen = new Map<string, { times: number; title: string }>();

  const block = ({ input, diagnostic: s, caller }: Found): string => {
    const top = shownFrame(s);
    const mark = isToolFailure(s.hazard) ? paint('doubt', '○') : paint('bad', '✗');
    const name = top?.kind === 'source' ? `  ${functionOf(top)}` : '';
    const shown = s.stacks.filter((k) => k.frames.length > 0);
    const lines = [
      `${mark} ${top ? `${placeOf(top)}${name}` : oneLine(s.message)}`.trimEnd(),
      `    ${oneLine(s.hazard)}: ${titleOf(s.hazard)}${s.complete ? '' : ` (cut short: ${oneLine(s.missing ?? 'the report ends early')})`}`,
      `    ${paint('quiet', oneLine(`${s.rule}: ${s.message}`))}`,
      ...(caller ? [`    called from ${callerOf({ caller })}`] : []),
      ...[s.region, leakOf(s)].filter((x) => x !== undefined).map((x) => `    ${oneLine(x)}`),
      ...shown.slice(0, STACKS).flatMap(stackLines),
      ...(shown.length > STACKS ? [`    … ${count(shown.length - STACKS, 'more stack')}`] : []),
      `    ${paint('quiet', `${oneLine(input)}:${s.log.line}${(s.count ?? 1) < 2 ? '' : `, ${s.count} times`}`)}`,
    ];
    return `${lines.join('\n')}\n\n`;
  };

  const printer: Printer = {
    finding(f) {
      const times = f.diagnostic.count ?? 1;
      const known = seen.get(f.fingerprint);
      if (known) {
        known.times += times;
        return '';
      }
      if (seen.size < MAX_DISTINCT) {
        const top = shownFrame(f.diagnostic);
        const where = [functionOf(top), top && placeOf(top)].filter(Boolean).join(' ');
        seen.set(f.fingerprint, { times, title: `${f.diagnostic.hazard} ${where}`.trim() });
      }
      return inert(block(f));
    },
    summary({ findings, inputs, unread, missing, long, broken, interrupted, exitCode }) {
      const again = [...seen.values()].filter((x) => x.times > 1).sort((a, b) => b.times - a.times);
      const section = (title: string, all: string[]): string[] =>
        all.length === 0
          ? []
          : [
              paint('strong', `${title} (${all.length})`),
              ...all.slice(0, LISTED).map((x) => `  ${x}`),
              ...(all.length > LISTED ? [`  … ${all.length - LISTED} more`] : []),
              '',
            ];
      const ending =
        exitCode === EXIT.OK
          ? 'no checker reported anything'
          : exitCode === EXIT.HAZARD
            ? 'hazards were found'
            : exitCode === EXIT.INTERRUPTED
              ? 'interrupted'
              : unread.length > 0 || missing.length > 0
                ? 'not everything could be read'
                : `a checker could not do its work (${count(broken, 'report')})`;
      const most = seen.size === MAX_DISTINCT ? 'at least ' : '';
      const distinct = seen.size === findings ? '' : `, ${most}${seen.size} distinct`;
      const lines = [
        ...section(
          'Seen more than once',
          again.map((x) => `${x.times} × ${x.title}`),
        ),
        ...section(
          'Not understood',
          unread.map((u) => `${oneLine(u.input)}:${u.line}: ${oneLine(u.text)}`),
        ),
        ...section(
          'Not complete',
          missing.map((m) => `${oneLine(m.input)}: ${oneLine(m.why)}`),
        ),
        ...section(
          'Long lines',
          long.map(
            (l) => `${oneLine(l.input)}: line ${l.lines.join(', ')}${l.count > l.lines.length ? ', …' : ''}`,
          ),
        ),
        paint('strong', `${count(findings, 'finding')}${distinct} in ${count(inputs, 'log')}`),
        paint(
          exitCode === EXIT.OK ? 'quiet' : exitCode === EXIT.HAZARD ? 'bad' : 'doubt',
          `exit ${exitCode}: ${ending}`,
        ),
        ...(interrupted ? ['the log was not read to the end'] : []),
        '',
      ];
      return inert(lines.join('\n'));
    },
  };
  return printer;
};
