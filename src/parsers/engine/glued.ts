/** Beginnings of reports that stand right behind the end of another line, where no reader looks for one. */
import type { ReaderSet } from './literal-index.js';
import type { Markers } from './markers.js';
import type { Sessions } from './sessions.js';

/** The ruler with which reports of some tools begin, right behind a word. */
const GLUED_RULER = /[\w)](?:#|={9,}|={5} CRASH ={5}|(?:\*{3} ){7,}\*{3})$|[\w)](?:={9} [A-Z]|~~Dr\.M~~ )/;
/** Whether the beginning of a report is glued behind the end of another line. Nearly no line has the characters of one. */
const SANITIZER =
  /==ABORTING[^\s=\d]|[a-z\d)](?:HW)?(?:Address|Leak|Memory|Thread|UndefinedBehavior)Sanitizer: nested bug/;
export const isGluedBehind = (text: string): boolean =>
  (('#=*'.includes(text.at(-1) ?? ' ') || text.includes('=========') || text.includes('~~Dr.M~~')) &&
    GLUED_RULER.test(text)) ||
  ((text.includes('==ABORTING') || text.includes('Sanitizer:')) && SANITIZER.test(text));

/** Characters that may precede every line of a log. */
export const MAX_LEAD_CHARS = 200;
/** Characters of a line of a report in which the beginning of another is looked for. */
const MAX_GLUED_CHARS = 4000;

/** Whether the line holds words of a report besides those that were read. */
export function isGluedLine(
  { markers, sessions }: { markers: Markers; sessions: Sessions },
  text: string,
  concerned: ReaderSet,
  taken: boolean,
): boolean {
  if (!taken) return markers.isGlued(text.slice(0, MAX_LEAD_CHARS), concerned);
  const read = sessions.lastText.slice(0, MAX_GLUED_CHARS);
  return markers.isGlued(read, concerned) || markers.isOfOthers(read, concerned, sessions.sticky!.reader);
}
