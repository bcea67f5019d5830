/**
 * Lines inside JSON objects. The stream of `go test -json`: a line of a test's output, or a part of one, if it has more bytes
 * than Go keeps or was not ended (source: cmd/internal/test2json). Docker's `json-file` logs: `{"log":"…\n","stream":"stderr",…}`.
 */

/** Lines that are not ended, and characters of one: more is handed on as it is. */
const MAX_OPEN = 64;
const MAX_CHARS = 1 << 20;

type Output = {
  Action?: unknown;
  Package?: unknown;
  ImportPath?: unknown;
  Test?: unknown;
  Output?: unknown;
  log?: unknown;
  stream?: unknown;
};

const outputOf = (text: string): Output | undefined => {
  if (!text.startsWith('{') || !(text.includes('"Output"') || text.startsWith('{"log":"'))) return undefined;
  try {
    const event = JSON.parse(text) as Output;
    if (typeof event.log === 'string' && /^std(?:out|err)$/.test(String(event.stream)))
      return { Output: event.log, Test: event.stream };
    return typeof event.Output === 'string' && /^(?:build-)?output$/.test(String(event.Action))
      ? event
      : undefined;
  } catch {
    return undefined;
  }
};

export type TestJson = {
  /** The line as the test printed it: `text` itself if it is no event, undefined while the rest of it is missing. */
  line(text: string): string | undefined;
  /** Whether the end of a line is missing. */
  isOpen(): boolean;
  /** Takes the lines that were not ended. */
  flush(): string[];
};

/** Reads the events of one log. */
export function makeTestJson(): TestJson {
  const open = new Map<string, string>();
  return {
    line(text) {
      const event = outputOf(text);
      if (event === undefined) return text;
      const of = JSON.stringify([event.Package ?? event.ImportPath, event.Test]);
      const line = `${open.get(of) ?? ''}${String(event.Output)}`;
      open.delete(of);
      if (line.endsWith('\n')) return line.slice(0, -1);
      if (open.size >= MAX_OPEN || line.length > MAX_CHARS) return line;
      open.set(of, line);
      return undefined;
    },
    isOpen: () => open.size > 0,
    flush() {
      const lines = [...open.values()];
      open.clear();
      return lines;
    },
  };
}
