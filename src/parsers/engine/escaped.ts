/** Logs that a test runner or a collector printed as a string: one line, in which `\\n` stands for the ends of lines. */

const END_OF_LINE = /(?:\\r)?\\n/;
/** Ends of lines in a string that is a log. */
const MIN_ENDS = 3;
/** Ends of lines that are looked at. */
const MAX_ENDS = 1000;

/** Whether a line holds a log that is a string, in which a report begins. */
export function holdsEscapedLog(text: string, isReport: (line: string) => boolean): boolean {
  if (!text.includes('\\n')) return false;
  const lines = text.split(END_OF_LINE, MAX_ENDS);
  return lines.length > MIN_ENDS && lines.some((line, i) => i > 0 && isReport(line.trimStart()));
}
