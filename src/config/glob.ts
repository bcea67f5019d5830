/**
 * Globs over ids: `*` matches any characters, `?` one character, `{a,b}` alternatives. Everything else is
 * literal. Matching takes steps in proportion to glob × id: a regular expression would try all ways to divide
 * an id among several `*`.
 */

/** `eats`: the character that leads on, `true` for any. Absent: it leads on without one. */
type State = { eats?: string | true; to: number[] };

/** Adds the states of a glob that begin at `from`. Returns the state after it. */
const build = (glob: string, states: State[], from: number): number => {
  const add = (state: State = { to: [] }): number => states.push(state) - 1;
  let at = from;
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i]!;
    const close = c === '{' ? glob.indexOf('}', i) : -1;
    const next = add();
    if (c === '*') states[at]!.to.push(add({ eats: true, to: [at] }), next);
    else if (close > 0) {
      for (const alternative of glob.slice(i + 1, close).split(',')) {
        const first = add();
        states[at]!.to.push(first);
        states[build(alternative, states, first)]!.to.push(next);
      }
      i = close;
    } else states[at] = { eats: c === '?' ? true : c, to: [next] };
    at = next;
  }
  return at;
};

/** Makes a predicate for ids that `glob` matches completely. */
const matcher = (glob: string): ((id: string) => boolean) => {
  const states: State[] = [{ to: [] }];
  const end = build(glob, states, 0);
  /** Adds a state and all that it leads to without a character. */
  const enter = (into: Set<number>, first: number): void => {
    const open = [first];
    for (let s = open.pop(); s !== undefined; s = open.pop()) {
      if (into.has(s)) continue;
      into.add(s);
      if (states[s]!.eats === undefined) open.push(...states[s]!.to);
    }
  };
  return (id) => {
    let here = new Set<number>();
    enter(here, 0);
    for (const c of id.split('')) {
      const next = new Set<number>();
      for (const s of here) {
        const { eats, to } = states[s]!;
        if (eats === true || eats === c) enter(next, to[0]!);
      }
      if (next.size === 0) return false;
      here = next;
    }
    return here.has(end);
  };
};
export default matcher;

/** Whether every `{` of a glob has its `}`. */
export const isClosed = (glob: string): boolean => {
  const open = glob.lastIndexOf('{');
  return open < 0 || glob.indexOf('}', open) > 0;
};
