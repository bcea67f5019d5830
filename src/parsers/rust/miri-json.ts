/**
 * Miri under `--error-format=json`: one rustc diagnostic a line, bare or inside Cargo's `compiler-message`.
 * Source: rustc_errors json.rs; `{"message", "level", "spans": [{"file_name", "line_start", "column_start",
 * "is_primary"}], "children": […]}`.
 */
import type { Frame } from '../../model/diagnostic.js';
import { UNKNOWN_FUNCTION } from '../engine/frame.js';
import { miriFacts, miriRole } from './miri-kinds.js';
import { addFrame, openReport, openStack, type OpenReport } from '../engine/open-report.js';
import type { Line, Marker } from '../engine/reader.js';

const MAX_CHILDREN = 200;

/** Keys of every diagnostic; white space around them is free. */
export const JSON_LITERALS: readonly string[] = [
  '"spans"',
  '"is_primary"',
  '"$message_type"',
  '"compiler-message"',
];
/** A diagnostic that was cut is no JSON. */
export const JSON_MARKER: Marker = {
  words: /"is_primary"\s{0,99}:|"\$message_type"\s{0,99}:\s{0,99}"diagnostic"|"compiler-message"/,
};

const isRecord = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
const textOf = (v: unknown): string => (typeof v === 'string' ? v : '');
const listOf = (v: unknown): unknown[] => (Array.isArray(v) ? v.slice(0, MAX_CHILDREN) : []);

/** The place of the primary span, or of the first. */
const spanFrame = (diagnostic: Record<string, unknown>, fn: string): Frame | undefined => {
  const spans = listOf(diagnostic['spans']).filter(isRecord);
  const span = spans.find((s) => s['is_primary'] === true) ?? spans[0];
  const file = textOf(span?.['file_name']);
  const line = span?.['line_start'];
  const column = span?.['column_start'];
  if (file === '' || typeof line !== 'number') return undefined;
  return { kind: 'source', function: fn, file, line, ...(typeof column === 'number' ? { column } : {}) };
};

type Json = Record<string, unknown> & { message: string };

/** The compiler's diagnostic that a line holds, bare or in Cargo's message. */
const compilerMessage = (line: Line): Json | undefined => {
  if (!line.text.includes('"level"') || !line.text.includes('"message"')) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(line.text);
  } catch {
    return undefined;
  }
  const inner = isRecord(json) && isRecord(json['message']) ? json['message'] : json;
  return isRecord(inner) && typeof inner['message'] === 'string' && Array.isArray(inner['spans'])
    ? (inner as Json)
    : undefined;
};

/** A note or help below the error: a frame of its stack, or another place. */
function takeChild(report: OpenReport, child: Record<string, unknown>): void {
  const words = textOf(child['message']);
  const inside = /^inside (?:call to )?`(.{1,2000})`/.exec(words)?.[1];
  const frame = spanFrame(child, inside ?? UNKNOWN_FUNCTION);
  const fault = report.stack;
  if (inside !== undefined) addFrame(report, frame ?? { kind: 'symbol', function: inside });
  else if (frame) {
    openStack(report, miriRole(words), { title: words }).frames.push(frame);
    report.stack = fault;
  }
}

/**
 * The reports of one JSON line: none for a diagnostic that is no error of Miri's. Undefined when the line is not a diagnostic
 * at all (or is cut), so that other readers may try it.
 */
export const readMiriJson = (line: Line): OpenReport[] | undefined => {
  const message = compilerMessage(line);
  if (message === undefined) return undefined;
  if (!textOf(message['level']).startsWith('error')) return [];
  const code = isRecord(message['code']) ? textOf(message['code']['code']) : undefined;
  const facts = miriFacts(message.message, code);
  if (!facts) return [];
  const report = openReport(line, facts, { keepsEmptyStacks: true });
  const first = spanFrame(message, UNKNOWN_FUNCTION);
  openStack(report, 'fault', { title: message.message });
  if (first) addFrame(report, first);
  for (const child of listOf(message['children']).filter(isRecord)) takeChild(report, child);
  return [report];
};
