/** A launch as one shell line that reproduces its reports. */
import { tellingStacks } from '../model/fingerprint.js';
import { basename } from 'node:path';
import { plainName } from '../model/function-name.js';
import type { Launch } from '../model/launch.js';
import type { Frame, Diagnostic } from '../model/diagnostic.js';
import type { FindingReport, ReportedFrame } from '../model/report.js';
import { isSecretName } from '../redaction/names.js';
import { makeRedactor, type Redactor } from '../redaction/redactor.js';
import { isSecretEntry, secretsOfEnv, secretsOfWords } from '../redaction/secrets.js';

const quote = (s: string): string => (/^[\w@%+=:,./-]+$/.test(s) ? s : `'${s.replaceAll("'", `'\\''`)}'`);
const unquote = (s: string): string => (s.startsWith("'") ? s.slice(1, -1).replaceAll(`'\\''`, "'") : s);

/** A word of the line. A secret in it is the variable of its name, which the user sets. */
const wordOf = (word: string, redactor: Redactor): string => {
  const pieces = redactor.pieces(word);
  if (pieces.length < 2 && !pieces.some((p) => 'secret' in p)) return quote(word);
  return pieces.map((p) => ('secret' in p ? `"$${p.secret}"` : quote(p.text))).join('');
};

/** A variable of the line. If its value holds a secret, it is taken from the user's environment. */
const variableOf = (name: string, value: string, redactor: Redactor): string => {
  const hidden = isSecretEntry(name, value) || redactor.pieces(value).some((p) => 'secret' in p);
  return hidden && /^[A-Za-z_]\w*$/.test(name) ? `${name}="$${name}"` : wordOf(`${name}=${value}`, redactor);
};

/**
 * Runs the launch and the gate's program `after` it, then prints the gate's logs in `logDir`. Otherwise a report
 * in a file would be overlooked. Holds no secrets but the names of variables.
 */
export const reproOf = (
  l: Launch,
  logDir: string,
  after?: readonly string[],
  redactor: Redactor = makeRedactor([...secretsOfEnv(l.env), ...secretsOfWords(l.argv)]),
): string => {
  const word = (w: string): string => wordOf(w, redactor);
  const env = Object.entries(l.env).map(([k, v]) => variableOf(k, v, redactor));
  const command = [`(cd ${word(l.cwd)} && env`, ...env, ...l.argv.map(word)].join(' ');
  const then = after ? `; ${after.map(word).join(' ')}` : '';
  return `${command}${then}); cat ${quote(logDir)}/* 2>/dev/null`;
};

/** The variables that stand for secrets in such a line. */
export const variablesOf = (line: string): string[] => {
  const unquoted = line.replaceAll(`\\'`, '').replace(/'[^']*'/g, '');
  return [...new Set([...unquoted.matchAll(/"\$([A-Za-z_]\w*)"/g)].map((m) => m[1]!))];
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

/**
 * The line with the complete environment in it, independent of the shell that it is pasted into. Variables that hold
 * secrets are left out, or stand for themselves where only a part of the value is one.
 */
export const withEnvironment = (
  line: string,
  env: Readonly<Record<string, string>>,
  redactor: Redactor = makeRedactor(secretsOfEnv(env)),
): string => {
  const base = Object.entries(env)
    .filter(([k]) => /^\w+$/.test(k) && !isSecretName(k))
    .map(([k, v]) => variableOf(k, v, redactor));
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
