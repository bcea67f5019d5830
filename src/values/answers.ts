/**
 * What adapters answered. One line each: `at FUNCTION FILE:LINE` when a test begins, `begin FUNCTION ID` before a
 * call, then `ok WORD`, `threw TEXT` or `unable` (the host's type cannot hold the value). Source of the writers:
 * plugins/values/.
 */

export type Outcome =
  { kind: 'ok'; word: string } | { kind: 'threw'; why: string } | { kind: 'unable' | 'died' };

/** One test that asked one function. */
export type Asked = {
  function: string;
  file: string;
  line: number;
  /** By the vector's id. A vector that began and did not end has killed its process. */
  outcomes: Map<number, Outcome>;
};

const AT = /^at (\S+) (.+):(\d+)$/;
const BEGIN = /^begin (\d+)$/;
const WORD = /^ok (i:-?\d+|f:[\da-f]{16}|[bs]:(?:[\da-f]{2})*|v:|n:)$/;

/** Reads the answers of one process. Lines that are cut or strange are `strange`. */
export const readAnswers = (text: string): { asked: Asked[]; strange: string[] } => {
  const asked: Asked[] = [];
  const strange: string[] = [];
  let id: number | undefined;
  const lines = text.split('\n');
  const cut = lines.pop();
  if (cut) strange.push(cut);
  for (const line of lines) {
    const at = AT.exec(line);
    const last = asked.at(-1);
    if (at) {
      id = undefined;
      asked.push({ function: at[1]!, file: at[2]!, line: Number(at[3]), outcomes: new Map() });
      continue;
    }
    const begun = BEGIN.exec(line)?.[1];
    if (begun !== undefined && last) {
      id = Number(begun);
      last.outcomes.set(id, { kind: 'died' });
      continue;
    }
    const word = WORD.exec(line)?.[1];
    const outcome: Outcome | undefined = word
      ? { kind: 'ok', word }
      : line === 'unable'
        ? { kind: 'unable' }
        : line.startsWith('threw ')
          ? { kind: 'threw', why: line.slice(6) }
          : undefined;
    if (outcome === undefined || id === undefined || !last) strange.push(line);
    else last.outcomes.set(id, outcome);
  }
  return { asked, strange };
};
