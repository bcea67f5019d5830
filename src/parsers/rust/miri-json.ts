/**
 * Miri under `--error-format=json`: one rustc diagnostic a line, bare or inside Cargo's `compiler-message`.
 * Source: rustc_errors json.rs; `{"message", "level", "spans": [{"file_name", "line_start", "column_start",
 * "is_primary"}], "children": […]}`.
 */
import type { Frame, Diagnostic } from '../../model/diagnostic.js';
import { addFrame, addStack, draft, whole } from '../engine/draft.js';
import { UNKNOWN_FUNCTION } from '../engine/frame.js';
import { miriFacts, miriRole } from './miri-kinds.js';
import type { Line } from '../engine/reader.js';

const MAX_CHILDREN = 200;

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

/**
 * The diagnostics of one JSON line: none for a diagnostic that is no error of Miri's. Undefined when the line is not a
 * diagnostic at all (or is cut), so that other readers may try it.
 */
export const readMiriJson = (line: Line): Diagnostic[] | undefined => {
  if (!line.text.includes('"level"') || !line.text.includes('"message"')) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(line.text);
  } catch {
    return undefined;
  }
  const inner = isRecord(json) && isRecord(json['message']) ? json['message'] : json;
  if (!isRecord(inner) || typeof inner['message'] !== 'string' || !Array.isArray(inner['spans']))
    return undefined;
  if (!textOf(inner['level']).startsWith('error')) return [];
  const code = isRecord(inner['code']) ? textOf(inner['code']['code']) : undefined;
  const facts = miriFacts(inner['message'], code);
  if (!facts) return [];
  const diagnostic = draft(line, facts, '');
  const first = spanFrame(inner, UNKNOWN_FUNCTION);
  const fault = addStack(diagnostic, {
    role: 'fault',
    title: inner['message'],
    frames: first ? [first] : [],
  });
  for (const child of listOf(inner['children']).filter(isRecord)) {
    const words = textOf(child['message']);
    const inside = /^inside (?:call to )?`(.{1,2000})`/.exec(words)?.[1];
    const frame = spanFrame(child, inside ?? UNKNOWN_FUNCTION);
    if (inside !== undefined) addFrame(fault, frame ?? { kind: 'symbol', function: inside });
    else if (frame) addStack(diagnostic, { role: miriRole(words), title: words, frames: [frame] });
  }
  whole(diagnostic);
  return [diagnostic];
};
