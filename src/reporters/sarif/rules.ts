/** Hazards as SARIF rules. */
import type { Family } from '../../model/hazard.js';
import { hazard } from '../../model/hazards.js';
import { lookUp } from '../../model/look-up.js';
import { oneLine } from '../escape.js';
import { titleOf } from '../wording.js';

/** Where the explanations of hazards can be read. */
const HELP = 'https://www.npmjs.com/package/ffi-gates';

/** GitHub's scale of security (above 9.0 critical, above 7.0 high, above 4.0 medium), by family of hazards. */
const SEVERITY: Readonly<Record<Family, string>> = {
  ownership: '8.1',
  lifetime: '8.1',
  bounds: '8.8',
  null: '5.5',
  init: '6.5',
  abi: '7.5',
  unwind: '5.9',
  errno: '3.7',
  threading: '6.8',
  resource: '5.3',
  rules: '5.9',
  ub: '5.9',
  trust: '7.3',
  crash: '6.2',
  tool: '0.0',
};

/** Ids without a slash, which GitHub's own tools use as a separator: `ownership.use-after-free`. */
export const ruleId = (id: string): string => oneLine(id).replaceAll('/', '.');

/** `OwnershipUseAfterFree`. */
const nameOf = (id: string): string =>
  id
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('') || 'Hazard';

const sentence = (text: string): string => {
  const line = oneLine(text);
  return `${line.slice(0, 1).toUpperCase()}${line.slice(1).replace(/\.$/, '')}.`;
};

/** The rule of a hazard; of one that this version does not know, its id must do. */
export const ruleOf = (id: string): object => {
  const title = titleOf(id);
  const defence = hazard(id)?.defence;
  const family = oneLine(id).split('/')[0] ?? '';
  const side = hazard(id)?.side;
  return {
    id: ruleId(id),
    name: nameOf(id),
    shortDescription: { text: sentence(title) },
    fullDescription: {
      text: [
        sentence(title),
        side && side !== 'tool' && side !== 'either' ? `Usually the ${side} side has to change.` : '',
      ]
        .filter(Boolean)
        .join(' '),
    },
    help: {
      text: `${defence ? sentence(defence) : 'There is no advice for it in this version.'} Run "ffi-gates explain ${oneLine(id)}" for wrong and right code.`,
    },
    helpUri: HELP,
    defaultConfiguration: { level: 'error' },
    properties: {
      tags: ['security', 'correctness', 'ffi', ...(family ? [family] : [])],
      precision: 'very-high',
      'security-severity': lookUp(SEVERITY, family) ?? '5.0',
      'problem.severity': 'error',
    },
  };
};
