/** A launch as one line of shell that shows again what it showed. */
import type { Launch } from './binding.js';

const quote = (s: string): string => (/^[\w@%+=:,./-]+$/.test(s) ? s : `'${s.replaceAll("'", `'\\''`)}'`);

/** Runs the launch, then prints what the gate wrote into `logDir`: a report in a file is easily taken for none. */
export const reproOf = (l: Launch, logDir: string): string => {
  const env = Object.entries(l.env).map(([k, v]) => quote(`${k}=${v}`));
  const command = [`(cd ${quote(l.cwd)} && env`, ...env, ...l.argv.map(quote)].join(' ');
  return `${command}); cat ${quote(logDir)}/* 2>/dev/null`;
};
