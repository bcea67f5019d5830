/**
 * What Cargo prints under `--message-format=json`: a message a line. Pure. Source: the Cargo Book, "External tools", and the
 * rustc book, "JSON output".
 */

export type Place = { file: string; line: number; column: number; code: string; label: string };
export type LintMessage = {
  lint: string;
  text: string;
  /** As `level: text`. */
  notes: string[];
  /** Where it is, then other places. From the outside of macros inwards. */
  places: Place[][];
};
export type Checked = {
  messages: LintMessage[];
  /** Targets of local packages that were checked, as `package target kind`. */
  targets: Set<string>;
  /** The compiler's first error. */
  error?: string;
};

type Span = {
  file_name: string;
  line_start: number;
  column_start: number;
  is_primary: boolean;
  label: string | null;
  text: { text: string; highlight_start: number; highlight_end: number }[];
  expansion: { span: Span } | null;
};
type Diagnostic = {
  message: string;
  level: string;
  code: { code: string } | null;
  spans: Span[];
  children: { level: string; message: string }[];
};
type CargoMessage = {
  reason: string;
  package_id: string;
  target?: { name: string; kind: string[] };
  message?: Diagnostic;
};

/** Cargo's id of a package in the file system. */
const isLocal = (id: string): boolean => /(?:^|\()path\+file:/.test(id);

const placeOf = (s: Span): Place => {
  const [line] = s.text;
  const code = line
    ? Array.from(line.text)
        .slice(line.highlight_start - 1, line.highlight_end - 1)
        .join('')
    : '';
  return { file: s.file_name, line: s.line_start, column: s.column_start, code, label: s.label ?? '' };
};

/** A span, and the places of the macros that made it. */
const placesOf = (span: Span): Place[] => {
  const places: Place[] = [];
  for (let s: Span | undefined = span; s; s = s.expansion?.span) places.unshift(placeOf(s));
  return places;
};

const lintMessage = ({ message, code, spans, children }: Diagnostic): LintMessage[] => {
  if (!code) return [];
  const sorted = [...spans.filter((s) => s.is_primary), ...spans.filter((s) => !s.is_primary)];
  return [
    {
      lint: code.code,
      text: message,
      notes: children.map((c) => `${c.level}: ${c.message}`),
      places: sorted.map(placesOf),
    },
  ];
};

/** Reads Cargo's output. Lines that are no messages are left out: Cargo's own words. */
export const readMessages = (stdout: string): Checked => {
  const checked: Checked = { messages: [], targets: new Set() };
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('{"reason":')) continue;
    const m = JSON.parse(line) as CargoMessage;
    // What a build script does happens before anything crosses a boundary.
    if (m.target?.kind.includes('custom-build') === true) continue;
    if (m.reason === 'compiler-message' && m.message?.level === 'error')
      checked.error ??= `${m.message.message} (${m.message.spans[0]?.file_name ?? m.target?.name ?? ''})`;
    if (!isLocal(m.package_id ?? '')) continue;
    if (m.reason === 'compiler-artifact' && m.target)
      checked.targets.add(`${m.package_id} ${m.target.name} ${m.target.kind.join('+')}`);
    else if (m.reason === 'compiler-message' && m.message) checked.messages.push(...lintMessage(m.message));
  }
  return checked;
};
