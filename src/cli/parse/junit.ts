/**
 * JUnit XML of parsed logs: one suite per log, one case per distinct finding, and one for text that could not
 * be read.
 */
import { shownFrame } from './identity.js';
import type { Found, Totals } from './print.js';
import { stackText } from '../../reporters/cases.js';
import { newDocument } from '../../reporters/junit/builder.js';
import { oneLine, plain } from '../../reporters/escape.js';
import { functionOf, placeOf, titleOf } from '../../reporters/wording.js';

/** Buildkite refuses files with more results than this. */
const MAX_CASES = 5000;

export type JunitLog = {
  add(found: Found): void;
  /** The text of the file. `inputs` are all logs, including those without findings. */
  render(inputs: readonly string[], totals: Totals): string;
};

type Case = { found: Found; times: number };

/** Collects findings. Only the first of each fingerprint is kept. */
export const makeJunitLog = (): JunitLog => {
  const byInput = new Map<string, Map<string, Case>>();
  let kept = 0;
  let dropped = 0;
  return {
    add(found) {
      const cases = byInput.get(found.input) ?? new Map<string, Case>();
      byInput.set(found.input, cases);
      const key = found.fingerprint;
      const known = cases.get(key);
      const times = found.diagnostic.count ?? 1;
      if (known) known.times += times;
      else if (kept++ < MAX_CASES) cases.set(key, { found, times });
      else dropped++;
    },
    render(inputs, totals) {
      const document = newDocument().name('ffi-gates parse');
      for (const input of inputs) {
        const suite = document.testSuite().name(oneLine(input));
        for (const c of byInput.get(input)?.values() ?? []) {
          const { diagnostic: s } = c.found;
          const top = shownFrame(s);
          const message = `${s.hazard}: ${titleOf(s.hazard)} (${oneLine(s.message)})`;
          const element = suite
            .testCase()
            .className(`hazards.${s.tool}`)
            .name(`${s.hazard} ${functionOf(top)} ${c.found.fingerprint}`.replace(/ +/g, ' '));
          if (top?.kind === 'source') element.file(oneLine(top.file));
          const text = [
            message,
            `at ${placeOf(top)}`,
            ...s.stacks.flatMap(stackText),
            `seen: ${oneLine(input)}:${s.log.line}${c.times > 1 ? `, ${c.times} times` : ''}`,
            ...(s.complete ? [] : ['the report in the log is incomplete']),
          ];
          element.failure(message, s.hazard).stacktrace(plain(text.join('\n')));
        }
        const inconclusiveReason = [
          ...totals.unread
            .filter((u) => u.input === input)
            .map((u) => `not understood: ${oneLine(input)}:${u.line}: ${oneLine(u.text)}`),
          ...totals.missing.filter((m) => m.input === input).map((m) => oneLine(m.why)),
          ...(totals.interrupted ? ['interrupted'] : []),
        ];
        const whole = suite
          .testCase()
          .className('log')
          .name(`${oneLine(input)} was read whole`);
        if (inconclusiveReason.length > 0)
          whole.error(
            inconclusiveReason[0]!,
            'unread-report',
            plain(inconclusiveReason.slice(0, 100).join('\n')),
          );
        if (dropped > 0) whole.standardOutput(`${dropped} more findings are not listed here`);
      }
      return document.build();
    },
  };
};
