/**
 * The report of the gate `declared` as a log. A block is a head line and indented lines:
 *
 *     ffi-gates declared: error abi/wrong-width: fx_wide, the result: 4 bytes are declared, the library has 8
 *       host: ctypes.c_int
 *           #0 fx_wide /repo/test_x.py:12
 *       library: int64_t fx_wide(int64_t, int64_t)
 *           #0 fx_wide /repo/src/abi.c:30
 *       effect: 4294967297 arrives as 1
 *       mend: fx_wide.restype, fx_wide.argtypes = c_int64, [c_int64, c_int64]
 *       also: in 1 further place
 *           #0 fx_wide /repo/test_x.py:40
 *
 * The last line is `ffi-gates declared: done, 41 functions compared, 3 not seen`. Read by `parsers/declared/`.
 */
import type { Language, Place, Tier } from '../model/declaration.js';
import { byText } from '../model/order.js';
import type { Checked, NotSeen } from './check.js';
import type { Finding } from './compare/function.js';

export type ReportOptions = {
  language: Language;
  /** The least tier that is reported. */
  least: Tier;
  /** Report warnings as errors. */
  strict: boolean;
};

export const PREFIX = 'ffi-gates declared:';
const RANK: Record<Tier, number> = { error: 2, warning: 1, info: 0 };
/** Number of names in a line. */
const NAMES = 5;

/** Text that stays on its line. */
const flat = (s: string): string => s.replace(/\s+/g, ' ').replace(/\p{C}/gu, '?');
const frame = (name: string, at: Place, no = 0): string =>
  `      #${no} ${flat(name).replaceAll(' ', '') || '?'} ${at.file}:${at.line}`;

const named = (names: readonly string[]): string =>
  names.length <= NAMES
    ? names.join(', ')
    : `${names.slice(0, NAMES).join(', ')} and ${names.length - NAMES} more`;

type Group = { first: Finding; names: string[]; all: Finding[] };

/**
 * Equal disagreements of one host file are one finding: a library that is declared by a wrong assumption has
 * hundreds.
 */
const grouped = (findings: readonly Finding[]): Group[] => {
  const groups = new Map<string, Group>();
  for (const f of findings) {
    const kind = f.record === undefined ? f.part.replace(/\d+/g, '#') : '';
    const alone = f.tier === 'error' && f.record === undefined ? f.name : '';
    const file = (f.declared?.at ?? f.hostAt).file;
    const key = [f.hazard, f.tier, file, f.host, f.native, kind, f.says, alone].join('\n');
    const group = groups.get(key);
    if (!group) groups.set(key, { first: f, names: [f.name], all: [f] });
    else {
      group.all.push(f);
      if (!group.names.includes(f.name)) group.names.push(f.name);
    }
  }
  return [...groups.values()];
};

/**
 * Frames of the places that a group does not show as its first: every one of the host's, and the library's where one
 * function has several declarations.
 */
const further = ({ first, all }: Group): string[] => {
  const key = (name: string, at: Place): string => `${name} ${at.file}:${at.line}`;
  const shown = new Set([key(first.name, first.hostAt)]);
  if (first.nativeAt) shown.add(key(first.name, first.nativeAt));
  const frames: string[] = [];
  const show = (name: string, at: Place | undefined): void => {
    if (!at || shown.has(key(name, at))) return;
    shown.add(key(name, at));
    frames.push(frame(name, at, frames.length));
  };
  for (const f of all) {
    show(f.name, f.hostAt);
    if (f.name === first.name) show(f.name, f.nativeAt);
  }
  if (frames.length === 0) return [];
  return [`  also: in ${frames.length} further ${frames.length === 1 ? 'place' : 'places'}`, ...frames];
};

const block = (group: Group, mend: string | undefined, o: ReportOptions): string[] => {
  const { first: f, names } = group;
  const tier = o.strict && f.tier === 'warning' ? 'error' : f.tier;
  const subject = f.declared
    ? `${f.declared.name}, ${f.part} of ${named(names)}`
    : `${named(names)}, ${f.part}`;
  return [
    `${PREFIX} ${tier} ${f.hazard}: ${flat(`${subject}: ${f.says}`)}`,
    `  host: ${flat(f.host)}`,
    ...(f.declared ? [frame(f.declared.name, f.declared.at)] : []),
    frame(f.name, f.hostAt, f.declared ? 1 : 0),
    `  library: ${flat(`${f.native}, by ${f.source}: ${f.prototype}`)}`,
    ...(f.nativeAt ? [frame(f.name, f.nativeAt)] : []),
    `  effect: ${flat(f.effect)}`,
    ...(mend === undefined ? [] : [`  mend: ${flat(mend)}`]),
    ...further(group),
  ];
};

/** What was not seen, by reason. */
export const reasons = (notSeen: readonly NotSeen[]): { why: string; names: string[] }[] => {
  const by = new Map<string, Set<string>>();
  for (const { name, object, why } of notSeen) {
    const key = object === undefined ? why : `${why} (${object})`;
    by.set(key, (by.get(key) ?? new Set()).add(name));
  }
  return [...by]
    .map(([why, names]) => ({ why, names: [...names].sort(byText) }))
    .sort((a, b) => b.names.length - a.names.length || byText(a.why, b.why));
};

/** The report as text. `mendOf` spells the declaration that agrees with the library. */
export const reportText = (
  c: Checked,
  o: ReportOptions,
  mendOf: (f: Finding) => string | undefined,
): string => {
  const shown = c.findings.filter((f) => RANK[f.tier] >= RANK[o.least]);
  const lines = grouped(shown)
    .sort((a, b) => RANK[b.first.tier] - RANK[a.first.tier])
    .flatMap((g) => block(g, mendOf(g.first), o));
  for (const e of c.staleErrno)
    lines.push(
      `${PREFIX} error errno/clobbered: ${flat(`${e.after}, errno: ${e.how}`)}`,
      `  host: errno is read`,
      frame(e.after, e.at),
      `  effect: an error number of an earlier call is read, or 0`,
    );
  for (const { why, names } of reasons(c.notSeen))
    lines.push(`${PREFIX} not seen: ${flat(`${why}: ${named(names)}`)}`);
  const [replaced] = reasons(c.notSeen.filter((n) => n.replaced));
  if (replaced) lines.push(`${PREFIX} failed: ${flat(`${replaced.why}: ${named(replaced.names)}`)}`);
  else if (c.functions === 0 && c.staleErrno.length === 0) {
    const [first] = reasons(c.notSeen);
    lines.push(
      `${PREFIX} failed: no function could be compared: ${flat(first?.why ?? 'the tests call none that is declared')}`,
    );
  }
  const left = new Set(c.notSeen.filter((n) => !n.partly).map((n) => n.name)).size;
  lines.push(`${PREFIX} done, ${c.functions} functions compared, ${left} not seen`);
  return `${lines.join('\n')}\n`;
};
