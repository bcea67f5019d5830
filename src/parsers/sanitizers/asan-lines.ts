/** The lines inside a report of ASan, HWASan and those that print in the same words. Source: compiler-rt `asan_descriptions.cpp`. */
import type { MemoryClass, StackRole } from '../../model/diagnostic.js';

export const REGION =
  /^\s*(?:0x[0-9a-fA-F]+ is (?:located|a wild pointer)|Address 0x[0-9a-fA-F]+ is (?:located|a wild pointer)|object passed to delete)/;
/** `  [32, 42) 'buf' (line 5) <== Memory access at offset 42 overflows this variable` */
export const VARIABLE = /^\s*\[\d+, \d+\) .{0,400}<== Memory access at offset /;
export const MEMORY: readonly [RegExp, MemoryClass][] = [
  [/\bglobal variable\b/, 'global'],
  [/\bin stack of thread\b|\blocal variable\b/, 'stack'],
  [/-byte region \[/, 'heap'],
  [/\bwild pointer\b/, 'wild'],
  [/\bis located in the (?:high|low) shadow|shadow gap area/, 'shadow'],
];
export const TAIL =
  /^\s*(?:Shadow bytes around|Shadow byte legend|(?:(?:=>|-)\s*)?0x[0-9a-fA-F]+: ?\[?(?:[0-9a-fA-F]{2}|\.\.)[\] ]|Register values:|r[a-z0-9]{1,3} = |x\d+ = |(?:AddressSanitizer|\w+Sanitizer) can not (?:provide additional|describe)|(?:Addressable|Partially addressable|Heap left redzone|Freed heap region|Stack (?:left|mid|right|after)|Stack use after|Global (?:redzone|init order)|Poisoned by user|Container overflow|Array cookie|Intra object|ASan internal|Left alloca|Right alloca|Shadow gap):|SCARINESS:|MiraclePtr |MTE |HINT: |==\d+==(?:HINT|Hint|The signal is|ABORTING|WARNING: invalid path|Can't)|==\d+==\s*$)/;

/** The program's own unfinished line may precede it. */
export const ABORTING = /==\d+==ABORTING\b/;
/** A part of the tail, which begins with nothing else. */
export const ORPHAN =
  /^\s*Shadow byte(?:s around the buggy address:| legend \(one shadow byte represents )|^=>0x[0-9a-f]{8,16}: {0,2}[0-9a-f]{2}[ [\]]|^==\d{1,10}==ABORTING$/;

/** Stands before the SUMMARY or, for a thread that died of a signal, behind it. */
export const CREATED = /^\s*(?:==\d+==)?Thread (T\d+)\b.{0,200} created by (?:T\d|unknown)/;
export const SECTIONS: readonly [RegExp, StackRole][] = [
  [/\bfreed by thread (T\d+)/, 'freed'],
  [/\ballocated by thread (T\d+)/, 'allocated'],
  [/\b(?:allocated|defined) (?:from|here):/, 'allocated'],
  [CREATED, 'thread-created'],
  [/\bMemory was manually poisoned by thread (T\d+)/, 'related'],
  [/\bThis variable is|These globals were registered at|^\s*\[\d+\]:$/, 'related'],
  [/\bis located in stack of thread (T\d{1,9}) .{0,100}in frame\s{0,4}$/, 'allocated'],
];

/** What any other line of a report holds than a frame and the bytes of the shadow. */
const SAYS =
  /Sanitizer|==ABORTING|by thread T|of size |signal is caused|Hint: |here:|from:|variable is|registered at|stack of thread/;
const FRAME_START = /^[ \t]*#\d/;
const SHADOW = /^(?:=>|\s{0,4})0x[0-9a-f]{6,16}: ?\[?(?:[0-9a-f]{2}|\.\.)[\] ]/;

/** Whether the line is a frame, or bytes of the shadow, and nothing else. Most lines are, and need no other questions. */
export const plainKind = (text: string): 'frame' | 'shadow' | undefined => {
  const kind = FRAME_START.test(text) ? 'frame' : SHADOW.test(text) ? 'shadow' : undefined;
  return kind === undefined || SAYS.test(text) ? undefined : kind;
};

/** Frames of any sanitizer without the report that they belong to. */
export const FRAMES: readonly RegExp[] = [
  /^\s*#\d{1,4} 0x[0-9a-f]{2,16} in [^\s(]/,
  // … and the build's id, behind a place that may be unknown: `f :? (x+0x12) (BuildId: aa11)`
  /^\s*#\d{1,4} [^(].{0,400}\([^()\s+]{1,400}\+0x[0-9a-f]{1,16}\)(?: \(BuildId: [0-9a-f]{1,64}\)?)?$/,
];
