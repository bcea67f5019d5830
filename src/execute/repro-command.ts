/** A launch as one shell line that reproduces its reports. */
import { tellingStacks } from '../model/fingerprint.js';
import { basename } from 'node:path';
import { plainName } from '../model/function-name.js';
import type { Launch } from '../model/launch.js';
import type { Frame, Diagnostic } from '../model/diagnostic.js';
import type { FindingReport, ReportedFrame } from '../model/report.js';

const quote = (s: string): string => (/^[\w@%+=:,./-]+$/.test(s) ? s : `'${s.replaceAll("'", `'\\''`)}'`);
const unquote = (s: string): string => (s.startsWith("'") ? s.slice(1, -1).replaceAll(`'\\''`, "'") : s);

/**
 * Runs the launch and the gate's program `after` it, then prints the gate's logs in `logDir`. Otherwise a report
 * in a file would be overlooked.
 */
export const reproOf = (l: Launch, logDir: string, after?: readonly string[]): string => {
  const env = Object.entries(l.env).map(([k, v]) => quote(`${k}=${v}`));
  const command = [`(cd ${quote(l.cwd)} && env`, ...env, ...l.argv.map(quote)].join(' ');
  const then = after ? `; ${after.map(quote).join(' ')}` : '';
  return `${command}${then}); cat ${quote(logDir)}/* 2>/dev/null`;
};

/** The command and the log directory of such a line. Undefined for other lines. */
export const partsOf = (line: string): { command: string; logDir: string } | undefined => {
  const end = '/* 2>/dev/null';
  const at = line.lastIndexOf('); cat ');
  if (!line.startsWith('(cd ') || at < 0 || !line.endsWith(end)) return undefined;
  return {
    command: line.slice(0, at + 1),
    logDir: unquote(line.slice(at + '); cat '.length, -end.length)),
  };
};

/** Names of variables that look like credentials. They must not be printed or pasted into an issue. */
const SECRET = /TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|PRIVATE_KEY|AUTH|COOKIE/i;

/** The line with the complete environment in it, independent of the shell that it is pasted into. */
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

/**
 * The frames that identify the finding: for each side the first own frame, else the top. As in a fingerprint.
 */
const tellingFrames = (f: FindingReport): string[] =>
  tellingStacks(f).flatMap((k) => {
    const top = k.frames.find((x) => x.own === true) ?? k.frames[0];
    return top ? [named(top)] : [];
  });

/** Whether a diagnostic is the bug of the finding: it has the same hazard, and all identifying frames. */
export const isAgain = (f: FindingReport, s: Diagnostic): boolean => {
  if (s.hazard !== f.hazard) return false;
  const seen = new Set(s.stacks.flatMap((k) => k.frames.map(named)));
  return tellingFrames(f).every((name) => seen.has(name));
};
