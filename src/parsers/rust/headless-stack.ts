/**
 * A stack of Rust's that does not begin with frame 0 has lost its first lines, and with them the words of a panic; one that does
 * was printed by the program, which is no panic.
 */

const FRAME = /^\s*(\d{1,5}): +(0x[0-9a-f]{4,16} - )?\S/;
const PLACE = /^\s+at \S.{0,1000}\.rs:\d{1,9}(?::\d{1,9})?$/;
/** Lines between two frames: the place, and calls that were inlined. */
const MAX_APART = 8;

export type HeadlessStack = {
  /** One line that belongs to no report. */
  line(text: string, no: number): void;
  /** Number of the line at which a stack goes on whose beginning is gone. */
  cutAt(): number | undefined;
};

/** Watches the lines that belong to no report. */
export function watchHeadlessStack(): HeadlessStack {
  /** The last frame, and whether frame 0 of its stack was seen. */
  let index = 0;
  let at = -Infinity;
  let isWhole = true;
  let cut: number | undefined;
  return {
    line(text, no) {
      // A line may be offered again, without what precedes it.
      if (no <= at) return;
      const frame = FRAME.exec(text);
      if (frame !== null) {
        const next = Number(frame[1]);
        const goesOn = no - at <= MAX_APART && next > index;
        isWhole = next === 0 || (goesOn && isWhole);
        index = next;
        at = no;
        // With an address it can be nothing else.
        if (!isWhole && frame[2] !== undefined) cut ??= no;
      } else if (!isWhole && no - at <= 1 && PLACE.test(text)) cut ??= at;
    },
    cutAt: () => cut,
  };
}
