/**
 * The Erlang runtime's last words, on the console and as the slogan of a crash dump. Sources: OTP `erts/emulator/beam/break.c`
 * (`erl_crash_dump`), `erl_alloc.c`, `erl_nif.c`, `sys.c` (`erl_assert_error`).
 *
 *     =erl_crash_dump:0.5
 *     Thu Jan 11 10:00:00 2024
 *     Slogan: eheap_alloc: Cannot allocate 1140328500 bytes of memory (of type "heap").
 *
 *     enif_send: called from non-scheduler thread
 *     beam/erl_nif.c:214:post_nif() Assertion failed: …
 */
import type { HazardId } from '../../model/hazard.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';

const DUMP = /^\s*=erl_crash_dump:[\d.]{1,10}$/;
const SLOGAN = /^\s*Slogan: (\S.*)$/;
const ALLOCATOR = /^\s*\w{1,40}alloc\w{0,20}: Cannot (?:re)?allocate \d{1,20} bytes of memory \(of type "/;
const ENIF = /^\s*enif_\w{1,60}(?:\(\))?: \S/;
/** `beam/erl_nif.c:214:post_nif() Assertion failed: …`, a form of its own. */
const ASSERTION = /\.[ch]:\d{1,9}:\w{1,60}\(\) Assertion failed: /;
const LIMIT = /^\s*no more index entries in \w{1,60} \(max=\d{1,12}\)$/;
const WRITTEN = /^\s*Crash dump (?:is being written to: |was written to: )/;

/** `0x00007fbec1cd2970:SReturn addr 0xC2D1C010 (erl_eval:do_apply/7 + 592)`, and where the process was. */
const STACK =
  /^\s*(?:0x[0-9a-f]{8,16}:SReturn addr 0x[0-9A-F]{4,16}|Current Process Program counter: 0x[0-9a-f]{8,16}) \((\S{1,120}\/\d{1,3}) \+ \d{1,9}\)$/;

const ALONE =
  /\benif_\w{1,60}: (?:env == NULL|called from )|\bno more index entries in \w{1,60} \(max=\d|\beheap_alloc: Cannot (?:re)?allocate \d/;

/** Slogans of a runtime that cannot go on; the others are the program's own end. */
const MEANINGS: readonly [parts: readonly string[], string, HazardId][] = [
  [['Cannot allocate ', 'Cannot reallocate '], 'out-of-memory', 'resource/exhausted'],
  [['no more index entries', 'system_limit', 'system limit'], 'limit', 'resource/exhausted'],
  [['stack overflow', 'overran'], 'stack-overflow', 'resource/exhausted'],
  [['Assertion failed', 'nternal error'], 'assertion', 'crash/abort'],
  [
    ['non-scheduler thread', 'wrong thread', 'from another thread'],
    'wrong-thread',
    'threading/wrong-thread-env',
  ],
  [['enif_'], 'nif', 'rules/other'],
  [['unusable memory block', 'orrupt'], 'heap-corruption', 'crash/heap-corruption'],
];

/** Reads why the Erlang runtime ended. */
export const erlang = readReports<Tentative>({
  tools: ['erlang'],
  literals: [
    '=erl_crash_dump:',
    'Slogan: ',
    'alloc: Cannot ',
    'enif_',
    '() Assertion failed: ',
    'no more index entries',
    'Crash dump ',
    '=scheduler:',
    '_scheduler:',
  ],
  markers: [
    { words: ALONE, opening: ALONE },
    {
      words: /^\s*=erl_crash_dump:\d|^\s*Slogan: \S|\w_alloc: Cannot (?:re)?allocate \d+ bytes of memory \(/,
    },
  ],
  // Sections of a dump.
  traces: [/^=(?:scheduler|dirty_(?:cpu|io)_scheduler):\d{1,4}$/],
  begin,
  take,
  patience: 60,
});

function begin(line: Line, open: Tentative | undefined): Tentative | undefined {
  const { text } = line;
  if (WRITTEN.test(text)) return open ?? withoutSlogan(line);
  if (DUMP.test(text)) {
    const facts = {
      tool: 'erlang',
      rule: 'erlang/dump',
      hazard: 'crash/other',
      message: 'crash dump',
    } as const;
    return { ...openReport(line, facts, { missing: 'the slogan of the dump' }), isBelieved: false };
  }
  const slogan = SLOGAN.exec(text)?.[1];
  if (slogan !== undefined) return named(open?.isBelieved === false ? open : undefined, line, slogan, true);
  if ([ALLOCATOR, ENIF, ASSERTION, LIMIT].some((r) => r.test(text)))
    return named(undefined, line, text.trim(), false);
  return undefined;
}

/** Why the dump was written is lost. */
function withoutSlogan(line: Line): Tentative {
  const report = named(undefined, line, 'a crash dump was written', true);
  report.diagnostic.complete = false;
  report.diagnostic.missing = 'the slogan of the dump';
  return report;
}

function named(open: Tentative | undefined, line: Line, words: string, isSlogan: boolean): Tentative {
  const known = MEANINGS.find(([parts]) => parts.some((part) => words.includes(part)));
  const report = open ?? {
    ...openReport(line, { tool: 'erlang', rule: '', hazard: 'crash/abort', message: '' }),
    isBelieved: true,
  };
  markComplete(report);
  Object.assign(report.diagnostic, {
    rule: `erlang/${known?.[1] ?? 'terminated'}`,
    hazard: known?.[2] ?? 'crash/abort',
    message: messageOf(words),
    ...(known === undefined && isSlogan && { ordinary: true }),
  });
  // A dump that was asked for is no crash.
  report.isBelieved = words.startsWith('Received SIGUSR1') ? 'never' : true;
  return report;
}

/** The dump goes on with everything that the runtime held; of that only the stack of the process that ran is read. */
function take(open: Tentative, { text }: Line): Belongs {
  const [, fn] = STACK.exec(text) ?? [];
  if (fn !== undefined && open.isBelieved === true) {
    if (open.stack === undefined) openStack(open, 'managed');
    addFrame(open, { kind: 'symbol', function: fn });
    return 'own';
  }
  return 'foreign';
}
