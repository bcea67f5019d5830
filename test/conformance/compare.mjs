/** Does a log's reading hold what the index expects? Kinds and places, each against all diagnostics of the log. */
import { isNoKind, meaningOf } from './words.mjs';

const slug = (s) =>
  String(s)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** FileCheck pattern → regular expression (`{{re}}` is one, `[[VAR:re]]` and `[[#]]` too, `[[VAR]]` is anything). */
function checkPattern(text) {
  const source = text
    .split(/(\{\{.*?\}\}|\[\[(?:[^\]]|\][^\]])*?\]{2,3})/)
    .map((p) => {
      if (p.startsWith('{{')) return `(?:${p.slice(2, -2)})`;
      return p.startsWith('[[') ? '.*' : p.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

/** Addresses and pids are cut out of our messages and stand as `0x…`, `N` or `x` in expectations. */
const plain = (s) => s.replace(/0x(?:[0-9a-fA-F]+|…|\.{3,8})/g, '0x0').replace(/\s+/g, ' ');

const numberless = (s) => s.replace(/\d+/g, 'n');

const TOOLS = {
  Address: ['asan', 'lsan'],
  HWAddress: ['hwasan', 'lsan'],
  Leak: ['lsan'],
  Memory: ['msan', 'lsan'],
  Thread: ['tsan', 'lsan'],
  UndefinedBehavior: ['ubsan'],
};

/** True when some diagnostic is of this kind. */
export function kindSeen(kind, diagnostics) {
  if (isNoKind(kind)) return true;
  const meaning = meaningOf(kind);
  if (meaning !== undefined) return diagnostics.some(meaning);
  const sanitizer = /^(\w+)Sanitizer:? ?/.exec(kind);
  const tools = sanitizer ? TOOLS[sanitizer[1]] : undefined;
  const words = kind
    .slice(sanitizer?.[0].length ?? 0)
    .split('\n')[0]
    .replace(/^(?:\w+:(?=\S)|runtime error: )/, '')
    .replace(/^(?:(?:WARNING|FATAL ERROR)(?: in native method)?|Fatal Python error|Got a): /, '')
    .replace(
      /\((?:read|write|undefined)\)$| allocated from:$| in loss record (?:[\d,]+|\.{3}) of (?:[\d,]+|\.{3})$/,
      '',
    )
    .trim();
  const isTag = /^[a-z]{2,8}:(?=\S)/.test(kind);
  const want = slug(words.replace(/\{\{.*?\}\}|\[\[.*?\]\]/g, ' '));
  const pattern = checkPattern(plain(words));
  return diagnostics.some((s) => {
    if (tools !== undefined && !tools.includes(s.tool)) return false;
    const name = slug(s.rule.replace(/^[^/]*\//, ''));
    const message = plain(s.message);
    return (
      name === want ||
      slug(message).includes(want) ||
      (want.length > 4 && name.startsWith(want)) ||
      // A tag is a line's beginning, cut and with its numbers; a message may have been counted together.
      (isTag && (want.startsWith(`${name}-`) || numberless(slug(message)).includes(numberless(want)))) ||
      (pattern?.test(message) ?? false)
    );
  });
}

const base = (f) => f.split(/[\\/]/).at(-1);

/** A name without arguments, template arguments and qualifiers of the return: what two demanglers agree on. */
export function bare(name) {
  let out = name.replace(/(?:\(anonymous namespace\)|\{anonymous\}|`anonymous namespace')::/g, '');
  for (let round = 0; round < 6; round++) {
    const next = out.replace(/<[^<>]*>|\([^()]*\)/g, '');
    if (next === out) break;
    out = next;
  }
  return out.replace(/\[abi:\w+\]|::h[0-9a-f]{16}$/g, '').trim();
}

/** `blink::Document::open` → `open`: CHECK lines leave out what encloses a function, and demanglers differ in it. */
const last = (name) => name.split(/::|[ .]/).at(-1);

/**
 * The same function: whole names, without what two demanglers print differently, or their last parts. ClusterFuzz cuts names
 * out of lines by rules of its own (`cut`): there one name may stand in the other.
 */
function sameFunction(want, frame, cut) {
  const has = frame.function ?? frame.text ?? '';
  if (has === want || want.includes('{{')) return true;
  const [a, b] = [bare(want), bare(has)];
  if (a === '' || b === '') return false;
  return a === b || last(a) === last(b) || (cut && (has.includes(want) || b.includes(a) || a.includes(b)));
}

/** Build directories differ; a name without one comes from a CHECK line, behind `{{.*}}`, and may be the end of a name. */
const sameFile = (want, has) => (/[\\/]/.test(want) ? base(has) === base(want) : has.endsWith(want));

function frameFits(place, f) {
  if (place.file !== undefined) {
    if (f.file === undefined || !sameFile(place.file.replace(/:\?$/, ''), f.file)) return false;
    if (place.line !== undefined && f.line !== undefined && f.line !== place.line) return false;
    if (place.line !== undefined && f.line === undefined) return false;
    if (place.column && f.column !== undefined && f.column !== place.column) return false;
    if (place.line_from !== undefined && !(f.line >= place.line_from && f.line <= place.line_to))
      return false;
  }
  if (place.module !== undefined && f.module !== undefined && base(f.module) !== base(place.module))
    return false;
  if (place.function === undefined) return true;
  // A frame that has no name is its module; ClusterFuzz cuts it after 80 characters.
  if (f.module !== undefined && `${f.module}+${f.offset}`.includes(place.function)) return true;
  // Where ClusterFuzz knows no name it takes the file's.
  if (place.file === undefined && f.file !== undefined && base(f.file) === place.function) return true;
  return sameFunction(place.function, f, place.cut);
}

/**
 * True when some frame of some stack is at this place; at the very index where the expectation names one. What the tool's
 * own summary names (`top`) is the top own frame: it stands in the first stack that has frames.
 */
export function placeSeen(place, diagnostics) {
  return diagnostics.some((s) =>
    (place.top ? s.stacks.filter(({ frames }) => frames.length > 0).slice(0, 1) : s.stacks).some(
      ({ frames }) =>
        place.frame === undefined
          ? frames.some((f) => frameFits(place, f))
          : frames[place.frame] !== undefined && frameFits(place, frames[place.frame]),
    ),
  );
}
