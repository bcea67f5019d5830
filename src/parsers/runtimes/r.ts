/**
 * R's last words. Source: R `src/main/errors.c` (`sigactionSegv`, until 2.5 with another end):
 *
 *      *** caught segfault ***
 *     address 0x18, cause 'memory not mapped'
 *
 *     Traceback:
 *      1: .Call("shelf_top", x)
 *      2: top(x)
 *     An irrecoverable exception occurred. R is aborting now ...
 */
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { signalHazard } from '../engine/signals.js';

const CAUGHT = /^\s*\*\*\* caught (segfault|bus error|illegal operation) \*\*\*$/;
const ADDRESS = /^\s*address (0x[0-9a-fA-F]{1,16}|[0-9a-fA-F]{1,16}|\(nil\)), cause '([^']{1,80})'$/;
const TRACEBACK = /^\s*Traceback:$/;
const FRAME = /^\s*\d{1,5}: (\S.*)$/;
const FIRST = /^\s*1: [\w.:$]{1,200}\(/;
const END =
  /^\s*(?:An irrecoverable exception occurred\. R is aborting now|Possible actions:|aborting \.\.\.$)/;
/** The list of actions, from which the user of a console chooses. */
const ACTIONS = /^\s*(?:\d: (?:abort|normal R exit|exit R|end R)\b|Selection:)/;
const SIGNALS: Readonly<Record<string, string>> = {
  segfault: 'SIGSEGV',
  'bus error': 'SIGBUS',
  'illegal operation': 'SIGILL',
};
/** Characters of a call that are kept: R prints its arguments in full. */
const MAX_CALL = 200;

type Open = Tentative & { signal: string; hasEnded: boolean };

const WORDS = /\*\*\* caught (?:segfault|bus error|illegal operation) \*\*\*/;

/** The function of a call: `top` of `top(x)`, the routine of `.Call("shelf_top", x)` and its siblings. */
const functionOf = (call: string): string =>
  /^\.(?:Call|External2?|C|Fortran)\("?([\w.]+)/.exec(call)?.[1] ??
  /^[^\s(]+(?=\()/.exec(call)?.[0] ??
  call.slice(0, MAX_CALL);

/** Reads R's reports of a fault. */
export const r = readReports<Open>({
  tools: ['r'],
  literals: ['*** caught ', 'caught segfault *', 'R is aborting now', 'Traceback:'],
  markers: [
    // Its first blank is its own.
    { words: WORDS, opening: / ?\*\*\* caught (?:segfault|bus error|illegal operation) \*\*\*/ },
    { words: /(?:\* |^)caught segfault \*|\bAn irrecoverable exception occurred\. R is aborting now/ },
  ],
  begin,
  take,
  finish({ diagnostic, signal }) {
    diagnostic.hazard = signalHazard(signal, diagnostic.address);
  },
});

/** A traceback of which it is not known yet whether it is R's: others have that title, too. */
const headless = (line: Line): Open => ({
  ...openReport(
    line,
    { tool: 'r', rule: 'r/traceback', hazard: 'crash/signal', message: 'traceback' },
    { missing: 'the words above the traceback' },
  ),
  signal: 'SIGSEGV',
  hasEnded: false,
  isBelieved: 'never',
});

function begin(line: Line, open: Open | undefined): Open | undefined {
  const words = CAUGHT.exec(line.text)?.[1];
  if (words === undefined)
    return open === undefined && TRACEBACK.test(line.text) ? headless(line) : undefined;
  const signal = SIGNALS[words] ?? 'SIGSEGV';
  return {
    ...openReport(
      line,
      { tool: 'r', rule: `r/${signal}`, hazard: 'crash/signal', message: `caught ${words}` },
      { missing: 'the traceback' },
    ),
    signal,
    hasEnded: false,
    isBelieved: true,
  };
}

function take(open: Open, { text }: Line): Belongs {
  if (text.trim() === '') return 'foreign';
  if (open.isBelieved !== true) {
    if (open.isBelieved === 'never' && !FIRST.test(text)) return 'over';
    open.isBelieved = false;
    return FRAME.test(text) ? 'own' : 'foreign';
  }
  if (open.hasEnded) return ACTIONS.test(text) ? 'own' : 'over';
  const address = ADDRESS.exec(text);
  const call = open.stack === undefined ? undefined : FRAME.exec(text)?.[1];
  if (address) {
    open.diagnostic.address = address[1]!;
    open.diagnostic.message = messageOf(`${open.diagnostic.message}: ${address[2]}`);
  } else if (TRACEBACK.test(text)) openStack(open, 'managed', { title: text });
  else if (END.test(text)) {
    markComplete(open);
    open.hasEnded = true;
  } else if (call !== undefined) addFrame(open, { kind: 'symbol', function: functionOf(call) });
  else return 'foreign';
  return 'own';
}
