/** A launch as one line of shell that shows again what it showed. */
import { basename } from 'node:path';
import { plainName } from '../model/function-name.js';
import type { Launch } from '../model/launch.js';
import type { Frame, Diagnostic } from '../model/diagnostic.js';
import type { FindingReport, ReportedFrame } from '../model/report.js';

const quote = (s: string): string => (/^[\w@%+=:,./-]+$/.test(s) ? s : `'${s.replaceAll("'", `'\\''`)}'`);
const unquote = (s: string): string => (s.startsWith("'") ? s.slice(1, -1).replaceAll(`'\\''`, "'") : s);

/** Runs the launch, then prints what the gate wrote into `logDir`: a report in a file is easily taken for none. */
export const reproOf = (l: Launch, logDir: string): string => {
  const env = Object.entries(l.env).map(([k, v]) => quote(`${k}=${v}`));
  const command = [`(cd ${quote(l.cwd)} && env`, ...env, ...l.argv.map(quote)].join(' ');
  return `${command}); cat ${quote(logDir)}/* 2>/dev/null`;
};

/** The two halves of such a line: what runs, and where the gate's logs go. undefined for a line of another make. */
export const partsOf = (line: string): { command: string; logDir: string } | undefined => {
  const end = '/* 2>/dev/null';
  const at = line.lastIndexOf('); cat ');
  if (!line.startsWith('(cd ') || at < 0 || !line.endsWith(end)) return undefined;
  return {
    command: line.slice(0, at + 1),
    logDir: unquote(line.slice(at + '); cat '.length, -end.length)),
  };
};

/** What must not be printed, nor pasted into an issue: variables that look like somebody's credentials. */
const SECRET = /TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|PRIVATE_KEY|AUTH|COOKIE/i;

/** The line with the whole environment in it, so that nothing of the shell it is pasted into reaches the process. */
export const withEnvironment = (line: string, env: Readonly<Record<string, string>>): string => {
  const base = Object.entries(env)
    .filter(([k]) => /^\w+$/.test(k) && !SECRET.test(k))
    .map(([k, v]) => quote(`${k}=${v}`));
  return line.replace(' && env', () => [' && env -i', ...base].join(' '));
};

const named = (f: Frame | ReportedFrame): string =>
  f.kind === 'opaque'
    ? '?'
    : `${f.function ? plainName(f.function) : '?'}@${f.kind === 'source' ? basename(f.file) : ''}`;

/** The frames that make the finding what it is: the first own one of each side, else its top. As in a fingerprint. */
const tellingFrames = (f: FindingReport): string[] => {
  const leak = f.hazard.includes('leak');
  const sides = f.stacks.filter(
    (k) => k.role === 'fault' || k.role === 'other-access' || (leak && k.role === 'allocated'),
  );
  return (sides.length ? sides : f.stacks.slice(0, 1)).flatMap((k) => {
    const top = k.frames.find((x) => x.own === true) ?? k.frames[0];
    return top ? [named(top)] : [];
  });
};

/** Whether a new diagnostic is the bug of the finding: same hazard, and its telling frames are there. */
export const isAgain = (f: FindingReport, s: Diagnostic): boolean => {
  if (s.hazard !== f.hazard) return false;
  const seen = new Set(s.stacks.flatMap((k) => k.frames.map(named)));
  return tellingFrames(f).every((name) => seen.has(name));
};
