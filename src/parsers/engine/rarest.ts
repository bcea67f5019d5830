/** Which part of a word is the rarest in logs: a search that begins with it seldom stops in vain. */

/** How often bytes occur in logs, roughly: only the order matters. */
const frequencyOf = (byte: number): number => {
  const c = String.fromCharCode(byte);
  if (c === ' ') return 130;
  if (/[eationsr]/.test(c)) return 50;
  if (/[ldcupmh]/.test(c)) return 25;
  if (/[a-z]/.test(c)) return 9;
  if (/[0-9]/.test(c)) return 20;
  if (/[./:_",-]/.test(c)) return 15;
  if (/[()[\]]/.test(c)) return 8;
  return /[A-Z\n=]/.test(c) ? 5 : 2;
};

const FREQUENCY = Array.from({ length: 256 }, (_, byte) => frequencyOf(byte));

/** … of a byte that stands behind the same one: rulers are long. */
const REPEATED = 130;
/** What nearly every report has in it, however rare its letters are elsewhere. */
const COMMON =
  '0000000000 ======== ---- #0 0x #1 0x  #2   #3 0x ==1== ==2 ==10 bytes inside located allocated thread goroutine (sp=0x fp=0x pc=0x /lib/x86_64-linux-gnu/libc.so.6 ' +
  'locked mutex write signal region called stack frame function created caused by panicking address created by main.go:1 /usr/local/ /build/src/ [0x7 at 0x (in by 0x : 0x';
const IN_COMMON = 1e5;

/** The parts of `COMMON`, by their width. */
const parts = new Map<number, ReadonlySet<string>>();
const partsOf = (width: number): ReadonlySet<string> => {
  let found = parts.get(width);
  if (found === undefined) {
    found = new Set(Array.from({ length: COMMON.length }, (_, at) => COMMON.slice(at, at + width)));
    parts.set(width, found);
  }
  return found;
};

/** Where the rarest characters of a word of ASCII begin, so many together; 0 in a shorter one. */
export const rarestAt = (word: string, width: number): number => {
  const common = partsOf(width);
  let best = { at: 0, score: Infinity };
  for (let at = 0; at + width <= word.length; at++) {
    let score = common.has(word.slice(at, at + width)) ? IN_COMMON : 1;
    for (let i = at; i < at + width; i++)
      score *= i > at && word[i] === word[i - 1] ? REPEATED : FREQUENCY[word.charCodeAt(i) & 0xff]!;
    if (score < best.score) best = { at, score };
  }
  return best.at;
};
