/**
 * JUnit XML of parsed logs: one suite per log, one case per distinct finding, and one for text that could not
 * be read.
 */
import { shownFrame } from './identity.js';
import type { Found, Totals } from './print.js';
import { stackText, type Case } from '../../reporters/cases.js';
import { junitXml, type SuiteElement } from '../../reporters/junit/document.js';
import { oneLine } from '../../reporters/escape.js';
import { callerOf, functionOf, placeOf, titleOf } from '../../reporters/wording.js';

/** Buildkite refuses files with more results than this. */
const MAX_CASES = 5000;

export type JunitLog = {
  add(found: Found): void;
  /** The text of the file. `inputs` are all logs, including those without findings. */
  render(inputs: readonly string[], totals: Totals): string;
};

type Kept = { found: Found; times: number };

/** Collects findings. Only the first of each fingerprint is kept. */
export const makeJunitLog = (): JunitLog => {
  const byInput = new Map<string, Map<string, Kept>>();
  let kept = 0;
  let dropped = 0;
  return {
    add(found) {
      const cases = byInput.get(found.input) ?? new Map<string, Kept>();
      byInput.set(found.input, cases);
      const key = found.fingerprint;
      const known = cases.get(key);
      const times = found.diagnostic.count ?? 1;
      if (known) known.times += times;
      else if (kept++ < MAX_CASES) cases.set(key, { found, times });
      else dropped++;
    },
    render(inputs, totals) {
      const suiteOf = (input: string): SuiteElement => ({
        name: input,
        cases: [
          ...[...(byInput.get(input)?.values() ?? [])].map((c) => findingCase(input, c)),
          readCase(input, totals, dropped),
        ],
      });
      return junitXml('ffi-gates parse', inputs.map(suiteOf));
    },
  };
};

const findingCase = (input: string, { found, times }: Kept): Case => {
  const { diagnostic: s, caller } = found;
  const top = shownFrame(s);
  const message = `${s.hazard}: ${titleOf(s.hazard)} (${oneLine(s.message)})`;
  const text = [
    message,
    `at ${placeOf(top)}`,
    ...(caller ? [`called from ${callerOf({ caller })}`] : []),
    ...s.stacks.flatMap(stackText),
    `seen: ${oneLine(input)}:${s.log.line}${times > 1 ? `, ${times} times` : ''}`,
    ...(s.complete ? [] : ['the report in the log is incomplete']),
  ];
  return {
    className: `hazards.${s.tool}`,
    name: `${s.hazard} ${functionOf(top)} ${found.fingerprint}`,
    ...(top?.kind === 'source' ? { file: top.file } : {}),
    bad: { element: 'failure', type: s.hazard, message, text: text.join('\n') },
  };
};

/** Whether a log was read to its end, and understood. */
const readCase = (input: string, totals: Totals, dropped: number): Case => {
  const reasons = [
    ...totals.unread
      .filter((u) => u.input === input)
      .map((u) => `not understood: ${oneLine(input)}:${u.line}: ${oneLine(u.text)}`),
    ...totals.missing.filter((m) => m.input === input).map((m) => oneLine(m.why)),
    ...(totals.interrupted ? ['interrupted'] : []),
  ];
  const [message] = reasons;
  return {
    className: 'log',
    name: `${oneLine(input)} was read whole`,
    ...(message === undefined
      ? {}
      : {
          bad: {
            element: 'error',
            type: 'unread-report',
            message,
            text: reasons.slice(0, 100).join('\n'),
          },
        }),
    ...(dropped > 0 ? { output: `${dropped} more findings are not listed here` } : {}),
  };
};
