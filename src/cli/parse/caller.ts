/**
 * The line of the host that led to a finding, as far as a log tells: the innermost one outside the host's own library and the
 * frameworks that run tests. For logs of which nobody says whose code is whose.
 */
import { isOwnManaged } from '../../judge/origin.js';
import { isOfBlock, type Diagnostic, type Frame } from '../../model/diagnostic.js';
import type { Caller } from '../../model/report.js';

/** Files of Python and its packages, of Node and its packages, of mono and .NET. */
const LIBRARY_FILES =
  /(?:^|[/\\])(?:(?:site|dist)-packages|lib\d{0,2}[/\\]python\d(?:\.\d{1,2})?|node_modules)[/\\]|^(?:node:|internal[/\\]|<frozen )|[/\\]mcs[/\\]class[/\\]|^\/_[/\\]src[/\\]/;
/** Classes of mono and .NET, and of what runs their tests. */
const LIBRARY_CLASSES = /^(?:System|Microsoft|Mono|NUnit|Xunit)[.:]/;

const isLibrary = (f: Frame): boolean =>
  f.kind !== 'source' ||
  f.line <= 0 ||
  LIBRARY_FILES.test(f.file) ||
  LIBRARY_CLASSES.test(f.function) ||
  !isOwnManaged(f);

/** The line, or undefined if the log has none. */
export const guessCaller = ({ stacks }: Diagnostic): Caller | undefined => {
  for (const k of stacks) {
    if (k.role !== 'managed' || isOfBlock(k)) continue;
    const f = k.frames.find((x) => !isLibrary(x));
    if (f?.kind === 'source') return { function: f.function, file: f.file, line: f.line };
  }
  return undefined;
};
