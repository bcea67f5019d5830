/** The table of all compared functions, for `ffi-gates declared`. Pure. */
import type { HostFunction, Language, Place, Tier } from '../model/declaration.js';
import type { Checked, Compared } from './check.js';
import { prototypeText, textOf } from './compare/context.js';
import type { Finding } from './compare/function.js';
import { fixesOf, type Fix } from './fix/fix.js';

/** One function: what the host declares, what the library has, and how they differ. */
export type Row = {
  function: string;
  /** File of the object that holds it. */
  object?: string;
  language: Language;
  declared: string;
  declaredAt: Place;
  real?: string;
  realAt?: Place;
  /** Where `real` comes from. */
  source?: string;
  verdict: 'agrees' | Tier | 'not seen';
  /** What differs, or why it was not seen. One sentence each. */
  says: string[];
  /** The declaration that agrees. Only where the verdict is an error or a warning. */
  mend?: string;
  /** What to change in the sources. */
  fixes?: Fix[];
};

/** What a comparison writes for the command. */
export type Table = { rows: Row[]; staleErrno: { after: string; at: Place; how: string }[] };

const hostText = (f: HostFunction): string => {
  const given = f.parameters ?? f.calls[0]?.arguments;
  const result = f.result ?? f.defaultResult;
  const parameters = given?.map(textOf).join(', ') ?? '?';
  return `${result ? textOf(result) : '?'}${f.result ? '' : ' (assumed)'} ${f.name}(${parameters})${f.parameters ? '' : ' (as called)'}`;
};

const RANK: Record<Tier, number> = { error: 3, warning: 2, info: 1 };

const rowOf = (compared: Compared, language: Language, mendOf: (f: Finding) => string | undefined): Row => {
  const { host, native, findings, skipped } = compared;
  const fixes = fixesOf(compared, language);
  const worst = findings.reduce<Tier | undefined>(
    (w, f) => (w === undefined || RANK[f.tier] > RANK[w] ? f.tier : w),
    undefined,
  );
  const first = findings.find((f) => f.tier === worst);
  const mend = first && worst !== 'info' ? mendOf(first) : undefined;
  const unseen = native === undefined || native.unprototyped === true;
  return {
    function: host.name,
    ...(host.object === undefined ? {} : { object: host.object }),
    language: host.language ?? language,
    declared: hostText(host),
    declaredAt: host.resultAt ?? host.parametersAt ?? host.at,
    ...(native ? { real: prototypeText(host.name, native), source: native.source } : {}),
    ...(native?.at ? { realAt: native.at } : {}),
    verdict: worst ?? (unseen ? 'not seen' : 'agrees'),
    says: [
      ...findings.map((f) => `${f.tier}: ${f.part}: ${f.says}; ${f.effect}`),
      ...skipped.map((s) => `not seen: ${s}`),
    ],
    ...(mend === undefined ? {} : { mend }),
    ...(fixes.length === 0 ? {} : { fixes }),
  };
};

/** The table of a comparison. `mendOf` spells the declaration that agrees with the library. */
export const tableOf = (
  c: Checked,
  language: Language,
  mendOf: (f: Finding) => string | undefined,
): Table => ({ rows: c.compared.map((x) => rowOf(x, language, mendOf)), staleErrno: c.staleErrno });
