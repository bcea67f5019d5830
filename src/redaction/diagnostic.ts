/** Secrets in what a checker reported. */
import { basename, dirname, join } from 'node:path';
import type { Diagnostic, Frame } from '../model/diagnostic.js';
import type { Redactor } from './redactor.js';

const hideInFrame = (f: Frame, { text }: Redactor): void => {
  if (f.kind === 'opaque') f.text = text(f.text);
  else if (f.function !== undefined) f.function = text(f.function);
  if (f.kind === 'source') {
    const name = basename(f.file);
    const safe = text(name);
    if (safe !== name) f.file = join(dirname(f.file), safe);
  }
};

/**
 * Replaces secrets in everything that identifies a diagnostic, so that one which changes from run to run gives no other
 * fingerprint. Directories stay: they tell whose code it is.
 */
export const hideSecrets = (d: Diagnostic, redactor: Redactor): void => {
  d.message = redactor.text(d.message);
  for (const k of d.stacks) {
    if (k.title !== undefined) k.title = redactor.text(k.title);
    for (const f of k.frames) hideInFrame(f, redactor);
  }
};
