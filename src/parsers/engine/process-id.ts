/** `==7==` before a line: the process id that the sanitizers and Valgrind print, and stack frames that both number alike. */
import type { Marker } from './reader.js';

const DIGITS = '0123456789'.split('');

/** Literals for `==1==`, `==12=`, `==123`: a process id, whatever follows it. */
export const PROCESS_ID_LITERALS: readonly string[] = DIGITS.flatMap((a) => [
  `==${a}==`,
  ...DIGITS.flatMap((b) => [`==${a}${b}=`, ...DIGITS.map((c) => `==${a}${b}${c}`)]),
]);

/** `==123==ERROR:` of the sanitizers and `==123== Invalid read` of Valgrind. */
const AT_PROCESS_ID = /(?<!=)==\d+==(?!=)/;
export const PROCESS_ID_MARKER: Marker = { words: AT_PROCESS_ID, opening: AT_PROCESS_ID };

/** Literals of a frame: a report that was interrupted for long goes on with one. */
export const FRAME_LITERALS: readonly string[] = [
  ...DIGITS.map((d) => `#${d} 0x`),
  ...DIGITS.map((d) => `  #${d} `),
];
