/** Results that are computed once per run. Created at the start of a run, so that nothing outlives it. */

export type Caches = {
  /** The result of the first call of `make` for this kind and key. */
  once<T>(kind: string, key: string, make: () => T): T;
};

/** Empty caches. */
export const makeCaches = (): Caches => {
  const known = new Map<string, unknown>();
  return {
    once: <T>(kind: string, key: string, make: () => T): T => {
      const id = `${kind}\0${key}`;
      if (!known.has(id)) known.set(id, make());
      return known.get(id) as T;
    },
  };
};
