/** How the declarations of each language are had. */
import { check, type Checked } from '../check.js';
import { readRecordings } from '../recordings.js';
import type { Spec } from '../spec.js';
import { cDeclarations } from './c.js';
import { compareGo } from './go.js';
import { rustDeclarations } from './rust.js';

/** Obtains the declarations of a suite's language and compares them. */
export const compareHost = async (spec: Spec): Promise<Checked> => {
  if (spec.rust) {
    const { host, notSeen } = await rustDeclarations(spec.rust);
    const checked = await check(host, spec);
    return { ...checked, notSeen: [...notSeen, ...checked.notSeen] };
  }
  if (spec.c) {
    const { host, notSeen } = await cDeclarations(spec.c, spec);
    const checked = await check(host, spec);
    return { ...checked, notSeen: [...notSeen, ...checked.notSeen] };
  }
  if (spec.go) return compareGo(spec.go, spec, (host) => check(host, spec));
  return check(await readRecordings(spec.records, spec.language), spec);
};
