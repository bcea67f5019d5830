/** Sentences that say which result means what: values beside the words for success and error. Pure. */

export type Value = 'negative' | 'zero' | 'nonzero' | 'positive' | 'null' | 'code';
export type When = 'success' | 'error' | 'other';
/** What a sentence holds of interest, with its place among the words. */
type Item = { at: number; end: number } & (
  { value: Value; error?: true } | { when: When } | { otherwise: true }
);
export type Pair = { value: Value; when: When };

const PREPOSITIONS = new Set([
  'on',
  'upon',
  'if',
  'when',
  'for',
  'in',
  'unless',
  'while',
  'at',
  'until',
  'because',
]);
const FAILS =
  /^(?:errors?|failures?|fail|fails|failed|failing|cannot|can't|couldn't|unable|insufficient|enomem|unsuccessful|unsuccessfully|wrong|oom)$/;
const SUCCEEDS = /^(?:success|successful|successfully|succeeds?|succeeded|successes|ok|fine)$/;
const NEGATIONS = new Set(['no', 'not', 'without', 'never', "isn't", "doesn't", "didn't"]);
/** What may stand between a value and the word for what it means: `0: success`, `-1 (error)`, `0 - ok`. */
const JOINTS = new Set([':', '=', '(', '-', '–', '—', '==', '=>', '->', 'means', 'indicates', 'signals']);
/** A condition is recognised by one of these words after its preposition. */
const REACH = 7;

const WORD = /-?\d[\da-z]*|[a-z_%#@\\'][\w'-]*|[<>!=]+-?|->|\S/gi;

const wordsOf = (sentence: string): string[] =>
  [...sentence.matchAll(WORD)].map((m) => m[0].replace(/^[%#'`]+(?=[a-z_])/i, '').replace(/['`]$/, ''));

/** Sentences end at a full stop, an empty line, or where a tag of a documentation tool begins. */
export const sentencesOf = (comment: string): string[] =>
  comment
    .split('\n')
    .map((line) => (line.trim() === '' ? '\u0000' : /^\s{0,40}[@\\]\w/.test(line) ? `\u0000${line}` : line))
    .join(' ')
    .split('\u0000')
    .flatMap((part) => part.split(/\.(?= |$)/))
    .map((s) => s.trim())
    .filter(Boolean);

const valueAt = (
  words: readonly string[],
  at: number,
  constants: ReadonlyMap<string, number>,
): { value: Value; size: number; error?: true } | undefined => {
  const word = words[at]!;
  const low = word.toLowerCase();
  const next = words[at + 1]?.toLowerCase() ?? '';
  const third = words[at + 2]?.toLowerCase() ?? '';
  const known = constants.get(word);
  const n = /^-?\d+$/.test(word) ? Number(word) : known;
  if (n !== undefined) return { value: n < 0 ? 'negative' : n === 0 ? 'zero' : 'positive', size: 1 };
  if (low === 'negative') {
    let size = 1;
    const kind = (): string => words[at + size]?.toLowerCase() ?? '';
    let error = false;
    for (
      ;
      /^(?:values?|numbers?|errors?|errno|codes?|integers?|results?|status|int|return)$/.test(kind());
      size++
    )
      error ||= kind().startsWith('err');
    return { value: 'negative', size, ...(error ? { error } : {}) };
  }
  if (low === 'minus' && next === 'one') return { value: 'negative', size: 2 };
  if (low === '<' && (next === '0' || next === 'zero')) return { value: 'negative', size: 2 };
  if ((low === 'less' || low === 'lower') && next === 'than' && (third === '0' || third === 'zero'))
    return { value: 'negative', size: 3 };
  if (low === '!=' && next === '0') return { value: 'nonzero', size: 2 };
  if (low === 'other' && next === 'than' && (third === '0' || third === 'zero'))
    return { value: 'nonzero', size: 3 };
  if (low === 'not' && (next === '0' || next === 'zero')) return { value: 'nonzero', size: 2 };
  if (low === 'non' && next === 'zero') return { value: 'nonzero', size: 2 };
  if (low === 'any' && next === 'other' && third === 'value') return { value: 'nonzero', size: 3 };
  if (low === 'nonzero' || low === 'non-zero') return { value: 'nonzero', size: 1 };
  if (low === 'zero' || low === 'false') return { value: 'zero', size: 1 };
  if (low === 'one' && next === 'of') return undefined;
  if (low === 'one' || low === 'true' || low === 'positive') return { value: 'positive', size: 1 };
  if (low === 'null' || low === 'nullptr' || low === 'nil')
    return { value: 'null', size: next === 'pointer' ? 2 : 1 };
  if ((low === 'error' || low === 'errno') && /^(?:code|codes|number|value|status)$/.test(next))
    return { value: 'code', size: 2, error: true };
  return undefined;
};

/** The word at `at` means success, or an error; a word before it may turn that round. */
const outcomeAt = (words: readonly string[], at: number): When | undefined => {
  const low = words[at]!.toLowerCase();
  const before = words.slice(Math.max(0, at - 2), at).map((w) => w.toLowerCase());
  const turned = before.some((w) => NEGATIONS.has(w));
  if (SUCCEEDS.test(low)) return turned ? 'error' : 'success';
  if (FAILS.test(low)) return turned ? 'success' : 'error';
  const next = words[at + 1]?.toLowerCase() ?? '';
  if ((low === 'could' || low === 'can') && next === 'not') return 'error';
  const rest = words
    .slice(at, at + 3)
    .join(' ')
    .toLowerCase();
  return /^(?:out of memory|not enough memory|no memory|enough memory)/.test(rest) ? 'error' : undefined;
};

const isEdge = (word: string): boolean => /^[,;:()]$/.test(word);

/** Whether words go on with a further condition that is neither an error nor a success. */
const isOther = (words: readonly string[], from: number, constants: ReadonlyMap<string, number>): boolean => {
  for (let at = from; at < words.length && at < from + REACH && !isEdge(words[at]!); at++)
    if (PREPOSITIONS.has(words[at]!.toLowerCase()) || outcomeAt(words, at) || valueAt(words, at, constants))
      return false;
  return from < words.length;
};

const itemsOf = (words: readonly string[], constants: ReadonlyMap<string, number>): Item[] => {
  const items: Item[] = [];
  for (let at = 0; at < words.length;) {
    const low = words[at]!.toLowerCase();
    const last = items.at(-1);
    if (low === 'otherwise' || low === 'else') {
      items.push({ at, end: at + 1, otherwise: true });
      at++;
      continue;
    }
    if (PREPOSITIONS.has(low)) {
      let end = at + 1;
      let when: When = 'other';
      for (; end < words.length && end <= at + REACH && !isEdge(words[end]!); end++) {
        const found = outcomeAt(words, end);
        if (found !== undefined) {
          when = found;
          end++;
          break;
        }
        if (end > at + 1 && valueAt(words, end, constants)) break;
      }
      items.push({ at, end, when });
      at = end;
      // `NULL on error or at the end`
      if (when === 'error' && words[at]?.toLowerCase() === 'or' && isOther(words, at + 1, constants))
        items.push({ at: at + 1, end: ++at, when: 'other' });
      continue;
    }
    // `out == NULL` is about an argument.
    const found = words[at - 1] === '==' ? undefined : valueAt(words, at, constants);
    if (found) {
      const { size, ...what } = found;
      items.push({ at, end: at + size, ...what });
      at += found.size;
      continue;
    }
    const outcome = outcomeAt(words, at);
    if (
      outcome &&
      last &&
      'value' in last &&
      words.slice(last.end, at).every((w) => JOINTS.has(w.toLowerCase()))
    )
      items.push({ at, end: at + 1, when: outcome });
    at++;
  }
  return items;
};

/** Words that may stand between a value and its condition. */
const NEAR = 6;

/** What `otherwise` stands for depends on what was said before it: of a predicate it is no error. */
const OTHERWISE: Record<When, When> = { success: 'error', error: 'success', other: 'other' };

/** A code of errors needs no word for what it means. */
const alone = (item: Item): Pair[] =>
  'value' in item && item.error ? [{ value: item.value, when: 'error' }] : [];

const pairsOf = (items: readonly Item[], words: readonly string[]): Pair[] => {
  const pairs: Pair[] = [];
  const near = (a: Item, b: Item | undefined): b is Item => b !== undefined && b.at - a.end <= NEAR;
  const whenOf = (i: Item): When | undefined =>
    'when' in i ? i.when : 'otherwise' in i ? OTHERWISE[pairs.at(-1)?.when ?? 'other'] : undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    const next = items[i + 1];
    const last = pairs.at(-1);
    // `NULL on error, or if there is none`
    if ('when' in item && last && /^,? ?or$/.test(words.slice(items[i - 1]!.end, item.at).join(' ')))
      pairs.push({ value: last.value, when: item.when });
    // `an object on failure or NULL on success`
    const parted =
      next !== undefined && !('value' in item) && words.slice(item.end, next.at).join(' ') === 'or';
    if (parted || !near(item, next) || 'value' in item === 'value' in next) {
      pairs.push(...alone(item));
      continue;
    }
    const when = whenOf('value' in item ? next : item);
    const value = 'value' in item ? item : next;
    if (when === undefined || !('value' in value)) continue;
    pairs.push({ value: value.value, when: value.error && when === 'other' ? 'error' : when });
    i++;
  }
  return pairs;
};

/** What a sentence says about results, and whether it begins with that. */
export const pairsIn = (
  sentence: string,
  constants: ReadonlyMap<string, number>,
): { pairs: Pair[]; begins: boolean } => {
  const words = wordsOf(sentence);
  const items = itemsOf(words, constants);
  return { pairs: pairsOf(items, words), begins: items[0]?.at === 0 };
};
