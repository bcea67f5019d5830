/** The hook of `list.mjs` for `import`. The collector itself gets the real `node:test`. */
const collector = new URL('./collect.mjs', import.meta.url).href;

export const resolve = (specifier, from, next) =>
  specifier === 'node:test' && from.parentURL !== collector
    ? { url: collector, shortCircuit: true }
    : next(specifier, from);
