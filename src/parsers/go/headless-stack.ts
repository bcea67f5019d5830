/**
 * The rest of a goroutine's stack. Go prints offsets behind places only below a header (`goroutine 1 [running]:`): without one
 * the words of a panic are gone. Below one, a stack was asked for, unless the process then ends as a panic ends it.
 */

const HEADER = /^(?:goroutine \d{1,19}\b.{0,300}|runtime stack):$/;
/** A package's path, or `created by`. */
const CALL = /^[A-Za-z_%]\S/;
const PLACE = /^\s*\S.{0,3000}\.(?:go|s):\d{1,9} \+0x[0-9a-f]{1,16}$/;
/** How a panic ends the process; `go run` and `go test` say so. */
const ENDS = /^exit status 2$/;

export type HeadlessStack = {
  /** One line that belongs to no report. */
  line(text: string, no: number): void;
  /** Number of the line from which on the rest of a panic stands there. */
  cutAt(): number | undefined;
};

/** Watches the lines that belong to no report. */
export function watchHeadlessStack(): HeadlessStack {
  let last = 0;
  let call = -Infinity;
  let place = -Infinity;
  /** A header precedes the lines of this stack. */
  let hasHeader = false;
  let cut: number | undefined;
  return {
    line(text, no) {
      // A line may be offered again, without what precedes it.
      if (no <= last) return;
      // Lines between were taken by somebody else, or hold nothing of Go's.
      if (no - last > 1 && text !== '') hasHeader &&= no - last <= 2;
      last = no;
      if (text === '') hasHeader = false;
      else if (HEADER.test(text)) hasHeader = true;
      else if (PLACE.test(text)) {
        if (call === no - 1 && !hasHeader) cut ??= no;
        place = no;
      } else if (ENDS.test(text)) {
        if (no - place <= 2) cut ??= place;
      } else if (CALL.test(text) && text.includes('.')) call = no;
    },
    cutAt: () => cut,
  };
}
