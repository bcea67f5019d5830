/** How the declarations of each language are had. */
import type { HostDeclarations } from '../../model/declaration.js';
import { check, type Checked } from '../check.js';
import { readRecordings } from '../recordings.js';
import type { Spec } from '../spec.js';
import { cDeclarations } from './c.js';
import { compareGo } from './go.js';
import { jniDeclarations } from './jni.js';
import { netDeclarations } from './net.js';
import { rustDeclarations } from './rust.js';

/** Obtains the declarations of a suite's language and compares them. */
export const compareHost = async (spec: Spec): Promise<Checked> => {
  if (spec.go) return compareGo(spec.go, spec, (host) => check(host, spec));
  const { host, notSeen } = await declarationsOf(spec);
  const checked = await check(host, spec);
  return { ...checked, notSeen: [...notSeen, ...checked.notSeen] };
};

const declarationsOf = async (
  spec: Spec,
): Promise<{ host: HostDeclarations; notSeen: Checked['notSeen'] }> => {
  if (spec.rust) return rustDeclarations(spec.rust);
  if (spec.c) return cDeclarations(spec.c, spec);
  if (spec.jni) return jniDeclarations(spec.jni, spec);
  if (spec.net) return netDeclarations(spec.net);
  if (spec.unread !== undefined) throw new Error(spec.unread);
  return { host: await readRecordings(spec.records, spec.language), notSeen: [] };
};
