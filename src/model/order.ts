/** The order of texts in all output: by code unit, independent of the machine's locale. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The same order, by id. */
export const byId = (a: { id: string }, b: { id: string }): number => byText(a.id, b.id);
