/** What is found out once in a run: one value, made where the run begins, so that nothing outlives it. */

export type Caches = {
  /** What `make` gave for this kind and key when it was asked first. */
  once<T>(kind: string, key: string, make: () => T): T;
};

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
