/**
 * The table of lanes: which gate fits which binding, and with which limits. Made from the gates themselves.
 */
import { BINDINGS } from '../bindings/index.js';
import { GATES } from '../gates/index.js';
import { BINDING_IDS } from '../model/ids.js';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Markdown: a table of gates by bindings, with numbered limits below. */
export const lanesOf = (): string => {
  const limits: string[] = [];
  const numbers = (gate: (typeof GATES)[keyof typeof GATES], binding: (typeof BINDING_IDS)[number]): string =>
    (gate.limits ?? [])
      .filter((l) => l.bindings.includes(binding))
      .map(({ text }) => {
        if (!limits.includes(text)) limits.push(text);
        return `<sup>${limits.indexOf(text) + 1}</sup>`;
      })
      .join(' ');
  const rows = Object.values(GATES).map((gate) => {
    const name = `\`${gate.id}\` ${gate.title}${gate.compilers.length > 1 ? `, ${gate.compilers.join(' and ')}` : ''}`;
    const cells = BINDING_IDS.map((b) =>
      `${gate.unfit(b) === undefined ? 'runs' : '–'} ${numbers(gate, b)}`.trim(),
    );
    return row([name, ...cells]);
  });
  const head = ['gate', ...BINDING_IDS.map((b) => `\`${b}\` ${BINDINGS[b].title}`)];
  return [
    row(head),
    row(head.map(() => '---')),
    ...rows,
    '',
    '## Limits',
    '',
    ...limits.map((text, i) => `${i + 1}. ${text}`),
  ].join('\n');
};
