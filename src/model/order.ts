/** The one order of texts in everything that is written: by code unit, whatever the machine's language. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const byId = (a: { id: string }, b: { id: string }): number => byText(a.id, b.id);
