/** The order in which targets are built: each after those that it needs. */

type Needing = { needs: readonly string[] };
/** Targets by name. Names that are not in it need nothing. */
type Lookup = (name: string) => Needing | undefined;

/**
 * The targets that `first` and all that they need, each once and after those that it needs. Uses no stack:
 * a chain may be of any length. A circle is cut where it closes.
 */
export const inBuildOrder = (first: readonly string[], targetOf: Lookup): string[] => {
  const order: string[] = [];
  const entered = new Set<string>();
  const open: { name: string; next: number }[] = [];
  const enter = (name: string): void => {
    if (entered.has(name)) return;
    entered.add(name);
    open.push({ name, next: 0 });
  };
  for (const name of first) {
    enter(name);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const need = targetOf(top.name)?.needs[top.next++];
      if (need !== undefined) enter(need);
      else order.push(open.pop()!.name);
    }
  }
  return order;
};

export type Cycle = {
  /** The target whose `needs[index]` closes the circle. */
  name: string;
  index: number;
  /** From the first target of the circle back to it. */
  path: string[];
};

/** Every circle that a walk through all targets closes. Linear, but for the paths that it returns. */
export const cyclesOf = (targets: ReadonlyMap<string, Needing>): Cycle[] => {
  const cycles: Cycle[] = [];
  const done = new Set<string>();
  const onPath = new Map<string, number>();
  const open: { name: string; next: number }[] = [];
  const enter = (name: string): void => {
    onPath.set(name, open.length);
    open.push({ name, next: 0 });
  };
  for (const first of targets.keys()) {
    if (!done.has(first)) enter(first);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const index = top.next++;
      const need = targets.get(top.name)?.needs[index];
      if (need === undefined) {
        open.pop();
        onPath.delete(top.name);
        done.add(top.name);
        continue;
      }
      const begin = onPath.get(need);
      if (begin !== undefined)
        cycles.push({
          name: top.name,
          index,
          path: [
            ...open.slice(begin, begin + 10).map((o) => o.name),
            ...(open.length > begin + 10 ? ['…'] : []),
            need,
          ],
        });
      else if (!done.has(need) && targets.has(need)) enter(need);
    }
  }
  return cycles;
};
