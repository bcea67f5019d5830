/** What holds for any text at all: the laws that fuzzing checks, each with the sentence that says how it was broken. */

/**
 * Parses a text as the product would, in chunks of so many bytes. `parsers` are the modules under test: `{openLog,
 * makeLogParser, tableOf, READERS, hazard}`.
 */
export function parse(parsers, text, chunk = 1 << 16) {
  const diagnostics = [];
  const log = parsers.openLog((s) => diagnostics.push(s));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) log.push(bytes.subarray(at, at + chunk));
  const { unread, complete, missing } = log.end();
  return { diagnostics: diagnostics.sort((a, b) => a.log.line - b.log.line), unread, complete, missing };
}

/**
 * How often each reader was offered a line: as it stands, without what stood before the last report, from where a report
 * begins, and from where it smells of a checker.
 */
function refed(parsers, text) {
  let offered = 0;
  const counting = parsers.READERS.filter((r) => r.kind === 'lines').map((r) => ({
    ...r,
    make: (emit, context) => {
      const session = r.make(emit, context);
      return {
        line: (line) => {
          offered++;
          return session.line(line);
        },
        end: () => session.end(),
      };
    },
  }));
  const log = parsers.makeLogParser(parsers.tableOf(counting), () => {});
  log.push(Buffer.from(text));
  log.end();
  return offered / (text.split('\n').length * counting.length);
}

const essence = ({ diagnostics, unread, complete }) => JSON.stringify({ diagnostics, unread, complete });

/**
 * The first law that the text breaks, or undefined. `cuts` are shares of its length at which prefixes are tried.
 */
export function broken(parsers, text, cuts = []) {
  let whole;
  try {
    whole = parse(parsers, text);
  } catch (error) {
    return `a parser throws: ${error?.stack ?? error}`;
  }
  const failed = whole.missing.find((m) => m.startsWith('a reader failed'));
  if (failed) return `a reader throws: ${failed}`;
  const last = text.split('\n').length;
  for (const s of whole.diagnostics) {
    if (!parsers.hazard(s.hazard))
      return `${s.rule} has the hazard ${s.hazard}, which is not in the catalogue`;
    if (!s.rule.includes('/') || s.message === undefined) return `a finding has no rule or message`;
    if (!(s.log.line >= 1 && s.log.line <= s.log.endLine && s.log.endLine <= last))
      return `${s.rule} lies at lines ${s.log.line} to ${s.log.endLine} of ${last}`;
    if (!s.complete && whole.complete) return `${s.rule} is cut and the log is called complete`;
    if (!s.complete && !s.missing) return `${s.rule} is cut and nothing says what is missing`;
  }
  if (essence(parse(parsers, text)) !== essence(whole)) return 'the same text parses differently';
  if (essence(parse(parsers, text, 7)) !== essence(whole)) return 'chunks of another size parse differently';
  if (refed(parsers, text) > 6) return 'lines are offered to readers more than six times';
  let most = 0;
  for (const share of [...cuts].sort((a, b) => a - b)) {
    // At the end of a line: half a line may look whole, and be other words once the rest has come.
    const at = text.lastIndexOf('\n', Math.floor(share * text.length)) + 1;
    const part = parse(parsers, text.slice(0, at));
    if (part.diagnostics.length < most)
      return `findings fall from ${most} to ${part.diagnostics.length} at ${at}`;
    most = part.diagnostics.length;
  }
  if (whole.diagnostics.length < most)
    return `findings fall from ${most} to ${whole.diagnostics.length} at the end`;
  return undefined;
}
